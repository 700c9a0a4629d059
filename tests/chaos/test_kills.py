"""kill -9 at named points under load, services and broker: nothing acknowledged is lost, nothing doubles.

Each episode arms one process with a crash point (or kills the broker), goes on with the work until it died there,
starts it again, and submits every unanswered command once more with the same id. The judge reads every effect.
The gateway is killed as the speaker of `banso.staff`: it takes no commands of its own, its writes are the register's.
"""

import asyncio
import itertools
import os
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from gateway.staff import staff
from infra.kafka import Kafka
from infra.seed import actor_of
from infra.seed_people import STAFF
from infra.seed_sheets import SUPPORT
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import Database, connect
from services.kernel.ids import new_id
from services.kernel.token import Signer
from tests.support.city import running_city
from tests.support.person import consultation_payload, package_payload, visit_payload
from tests.support.servers import running_servers

KILLS = int(os.environ.get("BANSO_KILLS", "200"))
SEED = 20261124
COMMAND_POINTS = ("command.before_commit", "command.mid_commit", "command.after_commit")
RELAY_POINTS = ("relay.after_ack", "relay.after_mark")
CONSUMER_POINTS = (
    "consumer.between_effect_and_offset",
    "consumer.before_commit",
    "consumer.mid_commit",
    "consumer.after_commit",
)
TARGETS = {
    "intake": COMMAND_POINTS + RELAY_POINTS,
    "coordination": COMMAND_POINTS + RELAY_POINTS + CONSUMER_POINTS,
    "notify": RELAY_POINTS + CONSUMER_POINTS,
    "reporting": CONSUMER_POINTS,
    "gateway": RELAY_POINTS,
}
NAMED = {(name, point) for name, points in TARGETS.items() for point in points}
RECEIVERS = [login for login, _, unit, role in STAFF if unit == SUPPORT and role in (Role.COORDINATOR, Role.MANAGER)]


class Load:
    """Consultations handed off, answered, visited; every command remembered until it has a definite answer."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.acknowledged: dict[str, tuple[str, UUID]] = {}
        self.handed_off: dict[UUID, str] = {}
        self.visited: Counter[UUID] = Counter()
        self.assigned = 0
        self.resent = 0
        self._clients = {
            name: httpx.AsyncClient(base_url=stack.service_url(name), timeout=5) for name in ("intake", "coordination")
        }
        self._signer = Signer(stack.keys_dir, "gateway")
        self._stopped = False

    def of_type(self, type: str) -> set[UUID]:
        """The subjects of the acknowledged commands of one type."""
        return {subject for kind, subject in self.acknowledged.values() if kind == type}

    async def submit(self, owner: str, login: str, type: str, subject: UUID, payload: dict) -> dict:
        """Send until there is a definite outcome; the same id every time."""
        actor = actor_of(login)
        envelope = {"id": str(new_id()), "type": type, "v": 1, "author": str(actor.id), "subject": str(subject)}
        envelope |= {"deviceSeq": 1, "capturedAt": "2026-11-24T00:00:00Z", "payload": payload}
        for attempt in itertools.count():
            headers = {"Authorization": f"Bearer {self._signer.sign(actor, owner)}"}
            try:
                answer = await self._clients[owner].post("/commands", json={"commands": [envelope]}, headers=headers)
                outcome = answer.json()["outcomes"][0] if answer.status_code == 200 else {"status": "retry"}
            except (httpx.HTTPError, ValueError):
                outcome = {"status": "retry"}
            if outcome["status"] == "accepted":
                self.acknowledged[envelope["id"]] = (type, subject)
                self.resent += attempt > 0
                return outcome
            if outcome["status"] == "refused" and outcome["code"] != "not_found":
                raise AssertionError(outcome)
            await asyncio.sleep(0.05)
        raise AssertionError

    async def one_story(self, chosen: random.Random) -> None:
        consultation, handoff, case = new_id(), new_id(), new_id()
        await self.submit("intake", "watanabe", "OpenConsultation", consultation, consultation_payload())
        await self.submit("intake", "watanabe", "HandOff", handoff, package_payload(consultation))
        fate = chosen.choices(["accepted", "open", "returned", "withdrawn"], [7, 1, 1, 1])[0]
        self.handed_off[handoff] = fate
        if fate == "returned":
            await self.submit(
                "intake", "takahashi", "ReturnHandoff", handoff, {"reason": "question_left", "note": "何時"}
            )
        elif fate == "withdrawn":
            await self.submit("intake", "watanabe", "WithdrawHandoff", handoff, {})
        elif fate == "accepted":
            team = {"caseId": str(case), "colleagueIds": [str(actor_of("hamada").id)]}
            await self.submit("intake", "takahashi", "AcceptHandoff", handoff, team)
            for _ in range(chosen.randrange(3)):
                await self.submit("coordination", "takahashi", "RecordVisit", case, visit_payload())
                self.visited[case] += 1

    async def register(self) -> None:
        """The staff register goes on too: an auditor gets one dated assignment after the other."""
        db = Database(self.stack.dsns["gateway"].app, 1)
        await db.open()
        while not self._stopped:
            day = date(1990, 1, 1) + timedelta(days=self.assigned)
            async with db.transaction("register") as tx:
                await staff.assign(tx, actor_of("fujiwara").id, "audit-office", Role.AUDITOR, day)
            self.assigned += 1
            await asyncio.sleep(0.2)
        await db.close()

    async def run(self, number: int) -> None:
        chosen = random.Random(SEED + number)
        while not self._stopped:
            await self.one_story(chosen)

    async def stop(self) -> None:
        self._stopped = True

    async def close(self) -> None:
        for client in self._clients.values():
            await client.aclose()


@pytest.fixture(scope="module")
def town() -> Iterator[tuple[Stack, Kafka]]:
    with running_servers() as servers, running_city(servers, "kills") as stack:
        yield stack, servers.kafka


class Killing:
    """Who is armed with what, and which points were died at."""

    def __init__(self, stack: Stack, chosen: random.Random) -> None:
        self._stack, self._chosen = stack, chosen
        self.deaths: Counter[str] = Counter()
        self.reached: set[tuple[str, str]] = set()
        self._armed: dict[str, str] = {}
        self._since: dict[str, float] = {}

    @property
    def total(self) -> int:
        return self.deaths.total()

    def arm(self, name: str) -> None:
        """Start a process anew, to die at a point of its own: first one nobody died at yet."""
        missing = [point for point in TARGETS[name] if (name, point) not in self.reached]
        self._armed[name] = self._chosen.choice(missing or TARGETS[name])
        passing = self._chosen.randrange(1, 4 if missing else 12)
        self._stack.start([name], {"BANSO_CRASH_AT": f"{self._armed[name]}:{passing}"}, wait=False)
        self._since[name] = asyncio.get_running_loop().time()

    def look_after(self, name: str) -> None:
        """Count a death and go on; who was quiet for long is killed where it stands."""
        if not self._stack.is_alive(name):
            assert self._stack.exit_code(name) == -9, self._stack.log_file(name).read_text()[-2000:]
            self.deaths[self._armed[name]] += 1
            self.reached.add((name, self._armed[name]))
        elif asyncio.get_running_loop().time() - self._since[name] > 12:
            self._stack.kill(name)
            self.deaths["anywhere"] += 1
        else:
            return
        self.arm(name)


@pytest.mark.timeout(900)
async def test_kills_lose_nothing_and_double_nothing(town: tuple[Stack, Kafka]) -> None:
    stack, kafka = town
    load = Load(stack)
    workers = [asyncio.ensure_future(work) for work in (*map(load.run, range(4)), load.register())]
    killing = Killing(stack, random.Random(SEED))
    for name in TARGETS:
        stack.kill(name)
        killing.arm(name)
    while killing.total < KILLS:
        await asyncio.sleep(0.05)
        assert not any(worker.done() for worker in workers), [w.exception() for w in workers if w.done()]
        for name in TARGETS:
            killing.look_after(name)
        if killing.total // 25 > killing.deaths["broker"]:
            await asyncio.to_thread(kafka.kill)
            killing.deaths["broker"] += 1
            await asyncio.to_thread(kafka.start)
    await load.stop()
    for name in TARGETS:
        stack.kill(name)
    await asyncio.to_thread(stack.start, list(TARGETS))
    await asyncio.wait_for(asyncio.gather(*workers), 60)
    await asyncio.to_thread(stack.wait_settled, 90)
    await load.close()
    await judge_owners(stack, load)
    await judge_downstream(stack, load)
    assert killing.reached == NAMED, f"never died at {NAMED - killing.reached}"
    print(
        f"0 lost, 0 doubled of {len(load.acknowledged)} acknowledged commands ({load.resent} resent) and {load.assigned}"
        f" assignments under {killing.total} kills {dict(killing.deaths)}, all {len(NAMED)} points, seed {SEED}"
    )


async def rows(stack: Stack, service: str, query: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await connect(stack.dsns[service].owner)
    try:
        return await connection.fetch(query, *arguments)
    finally:
        await connection.close()


async def column(stack: Stack, service: str, query: str) -> list[object]:
    return [row[0] for row in await rows(stack, service, query)]


async def judge_owners(stack: Stack, load: Load) -> None:
    """Every acknowledged command is in its owner exactly once, and the owners agree with each other."""
    logged = [
        i
        for name in ("intake", "coordination")
        for i in await column(stack, name, "select command_id from command_log")
    ]
    assert Counter(logged) == Counter(map(UUID, load.acknowledged)), "lost or doubled"
    assert set(await column(stack, "intake", "select consultation_id from consultation")) == load.of_type(
        "OpenConsultation"
    )
    handoffs = {row["handoff_id"]: row for row in await rows(stack, "intake", "select * from handoff")}
    assert {handoff: row["status"] for handoff, row in handoffs.items()} == load.handed_off
    by_state, said = (
        Counter(load.handed_off.values()),
        Counter(await column(stack, "intake", "select type from outbox")),
    )
    assert said["banso.intake.HandedOff.v1"] == by_state.total(), "opened = closed + open"
    for state in ("accepted", "returned", "withdrawn"):
        assert said[f"banso.intake.Handoff{state.title()}.v1"] == by_state[state]
    assert said["banso.intake.ConsultationOpened.v1"] == len(load.of_type("OpenConsultation"))
    cases = set(await column(stack, "coordination", "select case_id from case_file"))
    assert cases == {row["case_id"] for row in handoffs.values() if row["case_id"]}, "differ from accepted handoffs"
    assert not await column(stack, "coordination", "select case_id from package_fetch where fetched_at is null")
    assert Counter(await column(stack, "coordination", "select case_id from visit")) == load.visited
    for service in ("intake", "coordination", "notify", "gateway"):
        gaps = "select subject from outbox group by subject having max(version) <> count(*)"
        assert not await column(stack, service, gaps)
        assert not await column(stack, service, "select 1 from outbox where published_at is null")


async def judge_downstream(stack: Stack, load: Load) -> None:
    """What others made of it: each notice once to each who should have it, each fact once."""
    for service in ("intake", "coordination", "notify", "reporting", "gateway"):
        assert not await column(stack, service, "select 1 from dead_letter where resolved_at is null")
    told = Counter(
        (row["kind"], row["handoff_id"], row["recipient_id"]) for row in await rows(stack, "notify", NOTICES)
    )
    receivers, sender = [actor_of(login).id for login in RECEIVERS], actor_of("watanabe").id
    expected = {("handoff_arrived", handoff, receiver) for handoff in load.handed_off for receiver in receivers}
    expected |= {
        (f"handoff_{state}", handoff, sender)
        for handoff, state in load.handed_off.items()
        if state in ("accepted", "returned")
    }
    assert told == Counter(expected)
    notices = await column(stack, "notify", "select case_id from notice where kind = 'visit_recorded'")
    assert Counter(notices) == load.visited, "each visit tells the one colleague once"
    facts = {name: await column(stack, "reporting", f"select {name}_id from fact_{name}") for name in FACTS}
    visits = await column(stack, "coordination", "select visit_id from visit")
    known = {"consultation": load.of_type("OpenConsultation"), "handoff": set(load.handed_off), "visit": visits}
    assert {name: Counter(ids) for name, ids in facts.items()} == {name: Counter(ids) for name, ids in known.items()}
    register = "select assignment_id from assignment"
    directory = "select assignment_id from staff_assignment"
    assert set(await column(stack, "gateway", register)) == set(await column(stack, "notify", directory))
    assert len(await column(stack, "gateway", register)) == load.assigned + len(STAFF)


NOTICES = "select kind, handoff_id, recipient_id from notice where handoff_id is not null"
FACTS = ("consultation", "handoff", "visit")
