"""Any sequence of grants, withdrawals, expiries, transfers, suspensions, visits, endings and re-openings: what takes away never widens
what anyone sees, and while the use of the record is suspended nobody sees anything.

Everybody's whole answer is compared, value by value, before and after; on the real app and a real PostgreSQL. When the newest visit
is no longer theirs to see, the next promise and the last contact are those of an older one: no widening for whoever could read that
older entry all the time, and only for them.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, currently_in_test_context, event, example, given, settings
from hypothesis import strategies as st

from services.contracts.codes import FieldGroup
from services.contracts.messages import sentence
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World, visit
from tests.service.coordination.test_basis import TOLD, do
from tests.service.coordination.test_erasure import ask

NEUTRAL = sentence("label.shared")
KINDS = ("GiveConsent", "ConveneConference", "ShareByLaw", "UseEmergency")
GROUPS = st.lists(st.sampled_from([group.value for group in FieldGroup]), min_size=1, max_size=8, unique=True)
WHO = st.integers(0, 4)
WIDENS = st.one_of(
    st.tuples(st.sampled_from(KINDS), WHO, GROUPS, st.integers(1, 96)),
    st.tuples(st.just("join"), WHO),
    st.tuples(st.just("let in"), WHO),
    st.tuples(st.just("lift"), WHO),
    st.tuples(st.just("visit"), st.sampled_from(["person", "family"])),
    st.tuples(st.just("close"), st.none()),
    st.tuples(st.just("reopen"), st.none()),
)
SHRINKS = st.one_of(
    st.tuples(st.just("end"), st.integers(0, 20)),
    st.tuples(st.just("hours pass"), st.integers(1, 60)),
    st.tuples(st.just("leave"), WHO),
    st.tuples(st.just("transfer"), WHO),
    st.tuples(st.just("keep off"), WHO),
    st.tuples(st.just("suspend"), WHO),
)
TAKE_AWAY = ("end", "hours pass", "leave", "keep off", "transfer", "suspend")


def facts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value somebody can read in an answer; an entry of a list stands for itself, wherever it is."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from facts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from facts(each, f"{path}[{each['id'] if isinstance(each, dict) and 'id' in each else each}]")
    elif value not in (None, "", False, NEUTRAL):
        yield path, str(value)


async def seen(world: World, case: Case, actor: Actor) -> set[tuple[str, str]]:
    """All that somebody can read of the case: its page, its sharing page, the lists of open and of closed cases, today."""
    found: set[tuple[str, str]] = set()
    page = f"/views/cases/{case.id}"
    for path in (page, f"{page}/sharing", "/views/cases", "/views/cases?closed=true", "/views/today"):
        answer = await world.get(actor, path)
        found |= set(facts(answer.json(), path.removesuffix("?closed=true"))) if answer.status_code == 200 else set()
    return found


def readable_before(was: set[tuple[str, str]]) -> set[str]:
    """Days, moments and notes of the entries of the timeline that somebody could read."""
    return {value for path, value in was if ".timeline[" in path}


THE_ACT = (".ownerId", ".endedAt", ".endedById")
FROM_AN_ENTRY = (".nextPromise.on", ".nextPromise.at", ".nextPromise.note", ".nextPromiseOn", ".nextPromiseAt")
FROM_AN_ENTRY += (".nextPromiseNote", ".lastContactAt")


def gained(was: set[tuple[str, str]], now: set[tuple[str, str]]) -> set[str]:
    """What somebody reads now and could not read before, besides the act itself: who ended it, who is kept off, whose case it is."""
    return {
        path
        for path, value in now - was
        if not path.endswith(THE_ACT)
        and not (".teamIds[" in path or ".keptOffIds[" in path)
        and not (path.endswith(FROM_AN_ENTRY) and value in readable_before(was))
    }


class House:
    """One case, its manager, and five people who come and go: two coordinators, a clerk elsewhere, two partners."""

    def __init__(self, world: World, case: Case) -> None:
        self.world, self.case, self.bases = world, case, [new_id()]
        self.manager, self.suspended, self.owner = case.staff("manager"), "", case.owner
        self.done: list[tuple[str, str]] = []
        agencies = [Actor(new_id(), "staff", ((f"agency-{new_id().hex[-8:]}", "partner"),)) for _ in range(2)]
        self.people = [
            case.colleague,
            case.staff(),
            case.staff("window_staff", f"window-{new_id().hex[-8:]}"),
            *agencies,
        ]

    async def seen_by_each(self) -> list[set[tuple[str, str]]]:
        """By the five, who was the owner at first, and the manager."""
        everybody = (*self.people, self.case.owner, self.manager)
        return [await seen(self.world, self.case, one) for one in everybody]

    async def take(self, step: tuple[Any, ...]) -> None:
        what, who = step[0], step[1]
        match what:
            case "end":
                await self.do("EndBasis", basisId=str(self.bases[who % len(self.bases)]))
            case "hours pass":
                self.world.now += timedelta(hours=who)
            case "join" | "leave":
                await self.do("ChangeTeam", **{what: [str(self.people[who].id)]})
            case "keep off" | "let in":
                await self.do("KeepOff" if what == "keep off" else "LetIn", staffId=str(self.people[who].id))
            case "transfer":
                await self.transfer(self.people[who])
            case "visit":
                await self.visit(who)
            case "close" | "reopen":
                await self.close(stays=what == "close")
            case "suspend" | "lift":
                await self.suspend(stands=what == "suspend")
            case _:
                await self.grant(what, self.people[who], *step[2:])

    async def visit(self, with_whom: str) -> None:
        """By whoever owns the case now. An entry of the family alone is seen by nobody who may not read the family's words."""
        words = {"personWords": "また来て"} if with_whom == "person" else {"familyWords": "眠れていない"}
        promise = {"on": f"2026-12-{len(self.done) % 28 + 1:02}", "note": f"{with_whom} {len(self.done)}"}
        at = (self.world.now - timedelta(minutes=1)).isoformat()
        await self.do(
            "RecordVisit", self.owner, **visit(withWhom=[with_whom], visitedAt=at, nextPromise=promise, **words)
        )

    async def close(self, *, stays: bool) -> None:
        if stays:
            await self.do("CloseCase", closingId=str(new_id()), reason="concluded", promiseSettled=True)
        else:
            await self.do("ReopenCase", note="また電話があった")

    async def transfer(self, new: Actor) -> None:
        """The one who gave it away is compared; the one who got it sees more by right."""
        leaves = [str(self.owner.id)] if new != self.owner else []
        if await self.do("ChangeTeam", ownerId=str(new.id), leave=leaves):
            self.owner = new

    async def suspend(self, *, stands: bool) -> None:
        if stands:
            self.suspended = await ask(self.world, self.manager, self.case, "suspension")
            await self.do("DecidePersonRequest", requestId=self.suspended, decision="approve")
        elif self.suspended:
            await self.do("LiftSuspension", requestId=self.suspended, reason="求めの取りやめ")
            self.suspended = ""

    async def do(self, kind: str, by: Actor | None = None, **payload: Any) -> bool:
        """True when it was accepted: a step may come when it cannot be done."""
        outcome = await do(self.world, by or self.manager, self.case, kind, **payload)
        self.done.append((kind, outcome["code"] or outcome["status"]))
        return bool(outcome["status"] == "accepted")

    async def grant(self, kind: str, to: Actor, groups: list[str], hours: int) -> None:
        basis = new_id()
        self.bases.append(basis)
        about: dict[str, Any] = {"basisId": str(basis)}
        until = (self.world.now + timedelta(hours=hours)).isoformat()
        share = {"fieldGroups": groups, "until": until}
        match kind:
            case "GiveConsent":
                await self.do(kind, **about, **share, unitIds=[unit for unit, _ in to.assignments])
            case "ShareByLaw":
                more = {
                    "unitIds": [unit for unit, _ in to.assignments],
                    "item": "internal_use",
                    "reason": "求めがあった",
                }
                await self.do(kind, **about, **share, **more)
            case "ConveneConference":
                more = {"memberIds": [str(to.id)], "fromAt": self.world.now.isoformat(), "reason": "求めがあった"}
                await self.do(kind, **about, **share, **more)
                await self.do("PledgeSecrecy", by=to, **about)
            case "UseEmergency":
                minutes, reason = min(hours, 4) * 60, "電話があった"
                await self.do(kind, by=to, **about, minutes=minutes, reason=reason)


FAMILY_THEN_LESS = [
    ("visit", "person"),
    ("hours pass", 1),
    ("visit", "family"),
    ("GiveConsent", 3, ["timeline", "promise"], 96),
    ("GiveConsent", 3, ["timeline", "promise", "family_words"], 96),
    ("end", 2),
    ("GiveConsent", 4, ["promise"], 96),
    ("GiveConsent", 4, ["promise", "family_words"], 96),
    ("end", 4),
]
"""The promise made to the family gives way to an older one: readable before on its entry (3), or on none (4)."""
EVERY_STEP = [
    *(("UseEmergency", 1, ["identity"], 2), ("end", 1), ("ConveneConference", 2, ["timeline"], 9), ("end", 2)),
    *(("ShareByLaw", 4, ["identity"], 9), ("hours pass", 10), ("join", 1), ("transfer", 1), ("visit", "person")),
    *(("leave", 0), ("keep off", 2), ("let in", 2), ("close", None), ("reopen", None), ("suspend", 0), ("lift", 0)),
]


@example(steps=FAMILY_THEN_LESS)
@settings(
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.one_of(WIDENS, SHRINKS), min_size=4, max_size=12))
async def test_taking_away_never_widens_what_anyone_sees(world: World, steps: list[tuple[Any, ...]]) -> None:
    await walk(world, steps)


async def test_every_kind_of_step_is_really_taken(world: World) -> None:
    house = await walk(world, EVERY_STEP)
    assert {kind for kind, outcome in house.done if outcome != "accepted"} == set(), house.done


async def walk(world: World, steps: list[tuple[Any, ...]]) -> House:
    """Take the steps one after the other; everybody is asked before and after each that may only take away."""
    world.now = NOW
    case = await world.settled(told=TOLD, personKnows="knows", contactRules=["no_city_envelope"])
    await world.record(case.owner, case)
    house = House(world, case)
    before: list[set[tuple[str, str]]] = []
    for step in steps:
        if step[0] not in TAKE_AWAY:
            await house.take(step)
            assert not house.suspended or not any(await house.seen_by_each()), step
            before = []
            continue
        before = before or await house.seen_by_each()
        await house.take(step)
        after = await house.seen_by_each()
        for number, (was, now) in enumerate(zip(before, after, strict=True)):
            if step[0] != "transfer" or number != step[1]:
                assert not gained(was, now), (step, number, gained(was, now), house.done)
                if currently_in_test_context():
                    event(f"{step[0]} {'shrank' if was - now else 'same'}")
        assert not house.suspended or not any(after), step
        before = after
    return house
