"""Any sequence of grants, withdrawals, expiries, transfers, closings, visits and suspensions: what takes away never widens what
anyone sees, what gives shows to nobody else, and while the use of the record is suspended nobody sees anything of it.

Everybody's whole answer is compared, value by value, before and after; on the real app and a real PostgreSQL.

One value may change without being given: 次の約束 and 最後に会った日 name the newest that somebody may read, so when the family's
words are taken from them an older one stands there again. That is no widening if what is left to them opened the older one all
along: the day of the last contact stands in a row of their own timeline; the promise is one that the part 約束 opened to them
before, and not the family's. (Left empty instead, it would tell by its absence that the family was met.) Whoever could not
read it before must not find it now, and the test says so.
"""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, event, example, given, settings
from hypothesis import strategies as st

from services.contracts.codes import FieldGroup
from services.contracts.messages import sentence
from services.kernel.ids import derived_id, new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World
from tests.service.coordination.test_basis import TOLD, do
from tests.service.coordination.test_erasure import ask

NEUTRAL = sentence("label.shared")
KINDS = ("GiveConsent", "ConveneConference", "ShareByLaw", "UseEmergency")
GROUPS = st.lists(st.sampled_from([group.value for group in FieldGroup]), min_size=1, max_size=8, unique=True)
WHO = st.integers(0, 5)
GIVES = st.one_of(
    st.tuples(st.sampled_from(KINDS), WHO, GROUPS, st.integers(1, 96)),
    st.tuples(st.sampled_from(["join", "let in", "transfer"]), WHO),
    st.tuples(st.just("lift")),
)
TAKES = st.one_of(
    st.tuples(st.just("end"), st.integers(0, 20)),
    st.tuples(st.just("hours pass"), st.integers(1, 60)),
    st.tuples(st.sampled_from(["leave", "keep off", "end own emergency"]), WHO),
    st.tuples(st.just("suspend")),
)
HAPPENS = st.tuples(st.sampled_from(["visit", "family visit", "close", "reopen"]))
STEPS = st.lists(st.one_of(GIVES, TAKES, TAKES, HAPPENS), min_size=4, max_size=12)
PROMISE = (".nextPromise.on", ".nextPromise.note", ".nextPromise.at", ".nextPromisedOn", ".nextPromiseNote")
RECORD, LISTS = "/views/cases/{}", ("/views/cases", "/views/cases?closed=true")
OF_A_LEAD = ("/views/cases/{}/sharing", "/views/cases/{}/holdings", "/views/cases/{}/who-saw", "/views/requests")
LOGS = ("/holdings", "/who-saw", "/views/requests")
"""What the unit's lead answers for also while the use is suspended. They grow by every act: whether they answer is compared."""
TRACES = {"other": (".ownerId", ".teamIds[", "/sharing."), "suspend": ("/views/requests",)}
"""That it was done, to whoever sees that part: the team; what was shared and ended; that a request is there."""

Facts = set[tuple[str, str]]


def facts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value somebody can read in an answer; an entry of a list stands for itself, wherever it is. Until when all of it may
    be read says nothing of the case, and grows when the shortest basis ends."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "shownUntil":
                continue
            yield from facts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for each in value:
            yield from facts(each, f"{path}[{each['id'] if isinstance(each, dict) and 'id' in each else each}]")
    elif value not in (None, "", False, NEUTRAL):
        yield path, str(value)


async def seen(world: World, case: Case, actor: Actor, more: tuple[str, ...] = ()) -> Facts:
    """All that somebody can read of the case: its page, the lists of open and closed ones (a card is the same on both), and
    `more`: the sharing, and of what grows by every act whether it answers."""
    found: Facts = set()
    for page in (RECORD, *LISTS, *more):
        path = page.format(case.id)
        answer = await world.get(actor, path)
        if answer.status_code != 200 or (page in (*LISTS, "/views/requests") and str(case.id) not in answer.text):
            continue
        found |= {(path.split("?")[0], "answers")}
        found |= set() if path.endswith(LOGS) else set(facts(answer.json(), path.split("?")[0]))
    return found


class House:
    """One case, its managers, and those who come and go: a colleague, somebody of the unit, a clerk elsewhere, two partners, and
    a second manager."""

    def __init__(self, world: World, case: Case, caller: str) -> None:
        self.world, self.case, self.bases = world, case, [new_id()]
        self.manager, self.owner, self.suspended = case.staff("manager"), case.owner, ""
        agencies = [Actor(new_id(), "staff", ((f"agency-{new_id().hex[-8:]}", "partner"),)) for _ in range(2)]
        clerk = case.staff("window_staff", f"window-{new_id().hex[-8:]}")
        self.people = [case.colleague, case.staff(), clerk, *agencies, case.staff("manager")]
        self.everybody = [*self.people, case.owner, self.manager]
        self.emergencies: dict[Actor, str] = {}
        self.open_promises = {"2026-11-26", "2026-11-26T05:00:00Z", "電話"} if caller == "person" else set()
        """Agreed with the person, so that the part 約束 opens it."""
        self.visits = 0

    async def look(self) -> list[Facts]:
        """What everybody sees; the second manager, who comes and goes, on a manager's pages too, the owner the sharing."""
        more = {self.people[-1]: OF_A_LEAD, self.case.owner: OF_A_LEAD[:1]}
        looks = (seen(self.world, self.case, one, more.get(one, ())) for one in self.everybody)
        return await asyncio.gather(*looks)

    async def take(self, step: tuple[Any, ...]) -> tuple[set[int], tuple[str, ...]]:
        """Do it. Who may see more by it, and which paths are its own trace to whoever sees that part."""
        what, who = step[0], step[1] if len(step) > 1 else 0
        person = self.people[who % len(self.people)]
        self.world.now += timedelta(minutes=10)
        match what:
            case "end":
                await self.do("EndBasis", basisId=str(self.bases[who % len(self.bases)]))
            case "end own emergency":
                mine = self.emergencies.get(person, str(new_id()))
                await do(self.world, person, self.case, "EndBasis", basisId=mine)
            case "hours pass":
                self.world.now += timedelta(hours=who)
            case "suspend" | "lift":
                await self.suspend(stands=what == "suspend")
            case "close" | "reopen" | "visit" | "family visit":
                return set(), await self.happen(what)
            case _ if what in KINDS:
                await self.grant(what, person, *step[2:])
            case _:
                await self.change(what, person)
        return self._gain(what, person), TRACES.get(what, TRACES["other"])

    async def change(self, what: str, person: Actor) -> None:
        """Who belongs to the case."""
        match what:
            case "join" | "leave":
                await self.do("ChangeTeam", **{what: [str(person.id)]})
            case "keep off" | "let in":
                await self.do("KeepOff" if what == "keep off" else "LetIn", staffId=str(person.id))
            case "transfer":
                leaving = [str(self.owner.id)] if self.owner != person else []
                said = await self.do("ChangeTeam", ownerId=str(person.id), leave=leaving)
                self.owner = person if said["status"] == "accepted" else self.owner

    def _gain(self, what: str, person: Actor) -> set[int]:
        everybody = enumerate(self.everybody)
        if what == "lift":
            return {number for number, _ in everybody}
        if what not in (*KINDS, "join", "let in", "transfer"):
            return set()
        shared = what in ("GiveConsent", "ShareByLaw")
        mine = {unit for unit, _ in person.assignments} if shared else set()
        return {n for n, one in everybody if one == person or mine & {unit for unit, _ in one.assignments}}

    async def happen(self, what: str) -> tuple[str, ...]:
        """Nobody is given anything: whoever sees the part sees this one entry of it."""
        entry = new_id()
        if what == "close":
            closing = {"closingId": str(entry), "reason": "concluded", "promiseSettled": True, "note": "区切り"}
            await self.do("CloseCase", **closing)
            return f".timeline[{entry}]", ".closedAt"
        if what == "reopen":
            said = await self.do("ReopenCase", note="また電話があった")
            closed = UUID(said["refs"].get("closingId", str(entry)))
            return (f".timeline[{derived_id(closed, 'reopened')}]",)
        self.visits += 1
        on = str((self.world.now + timedelta(days=self.visits)).date())
        promise = {"on": on, "note": f"手紙{self.visits}"}
        alone = {"outcome": "family_only", "withWhom": ["family"]} if what == "family visit" else {}
        at = (self.world.now - timedelta(minutes=5)).isoformat()
        about = {"visitId": str(entry), "visitedAt": at, "nextPromise": promise}
        await self.world.record(self.owner, self.case, **about, **alone)
        if not alone:
            self.open_promises |= {on, f"手紙{self.visits}"}
        return f".timeline[{entry}]", ".lastContactAt", *PROMISE

    async def suspend(self, *, stands: bool) -> None:
        if stands:
            self.suspended = await ask(self.world, self.manager, self.case, "suspension")
            await self.do("DecidePersonRequest", requestId=self.suspended, decision="approve")
        elif self.suspended:
            await self.do("LiftSuspension", requestId=self.suspended, reason="求めの取りやめ")
            self.suspended = ""

    async def do(self, kind: str, **payload: Any) -> dict[str, Any]:
        return await do(self.world, self.manager, self.case, kind, **payload)

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
                await do(self.world, to, self.case, "PledgeSecrecy", **about)
            case "UseEmergency":
                minutes, reason = min(hours, 4) * 60, "電話があった"
                await do(self.world, to, self.case, kind, **about, minutes=minutes, reason=reason)
                self.emergencies[to] = str(basis)

    def opened_all_along(self, was: Facts, fact: tuple[str, str]) -> bool:
        """An older promise or contact that what is left to them opened before: see the head of this file."""
        path, value = fact
        page = RECORD.format(self.case.id)
        if path.endswith(".lastContactAt"):
            return any(row.startswith(f"{page}.timeline[") and row.endswith("].at") and at == value for row, at in was)
        return path.endswith(PROMISE) and value in self.open_promises and (f"{page}.shown[promise]", "promise") in was


CARRY = ["timeline", "promise"]
FAMILY = ["timeline", "promise", "family_words"]
BOTH = [("GiveConsent", 3, CARRY, 90), ("ConveneConference", 3, FAMILY, 9)]


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@example(  # an older one stands there again
    caller="family", steps=[("visit",), *BOTH, ("family visit",), ("end", 2), ("family visit",)]
)
@example(  # the one of the package does, when the meeting is over
    caller="person", steps=[*BOTH, ("family visit",), ("hours pass", 10)]
)
@example(  # to somebody who reads no row
    caller="family",
    steps=[
        ("visit",),
        *(("GiveConsent", 3, ["promise"], 90), ("ConveneConference", 3, ["promise", "family_words"], 9)),
        *(("family visit",), ("end", 2), ("hours pass", 60), ("hours pass", 40)),
    ],
)
@example(  # the words ended while it was closed: nothing of the old period comes back
    caller="family", steps=[("visit",), *BOTH, ("family visit",), ("close",), ("end", 2), ("reopen",), ("visit",)]
)
@example(  # a lead who is kept off; an emergency that its user ends early, that had opened what a consent opens too
    caller="family",
    steps=[
        *(("visit",), ("keep off", 5), ("let in", 5), ("UseEmergency", 2, [], 4), ("GiveConsent", 2, ["team"], 9)),
        *(("end own emergency", 2), ("transfer", 1), ("visit",), ("close",), ("suspend",), ("lift",), ("leave", 1)),
    ],
)
@given(caller=st.sampled_from(["family", "person"]), steps=STEPS)
async def test_taking_away_never_widens_what_anyone_sees(
    world: World, caller: str, steps: list[tuple[Any, ...]]
) -> None:
    world.now = NOW
    case = await world.settled(told=TOLD, personKnows="knows", contactRules=["no_city_envelope"], callerKind=caller)
    house = House(world, case, caller)
    before = await house.look()
    for step in steps:
        gain, traces = await house.take(step)
        after = await house.look()
        for number, (was, now) in enumerate(zip(before, after, strict=True)):
            new = {fact for fact in now - was if number not in gain and not house.opened_all_along(was, fact)}
            untold = {path for path, _ in new if not any(trace in path for trace in traces)}
            assert not untold, (step, number, untold)
            is_family_s = step[0] == "family visit" and not any("shown[family_words]" in path for path, _ in was)
            assert not is_family_s or now <= was, (step, number, now - was)
            event(f"{step[0]} {'shrank' if was - now else 'same'}")
            to_end = (
                f"{RECORD.format(case.id)}/sharing"  # what is still open is ended while it stands: test_suspension.py
            )
            record = {path for path, _ in now if not path.endswith(LOGS) and not path.startswith(to_end)}
            assert not (house.suspended and record), (step, number, record)
        before = after
