"""Any sequence of grants, withdrawals, expiries, transfers and suspensions: what takes away never widens what anyone sees, and
while the use of the record is suspended nobody sees anything.

Everybody's whole answer is compared, value by value, before and after; on the real app and a real PostgreSQL.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st

from services.contracts.codes import FieldGroup
from services.contracts.messages import sentence
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World
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
)
SHRINKS = st.one_of(
    st.tuples(st.just("end"), st.integers(0, 20)),
    st.tuples(st.just("hours pass"), st.integers(1, 60)),
    st.tuples(st.just("leave"), WHO),
    st.tuples(st.just("transfer"), WHO),
    st.tuples(st.just("keep off"), WHO),
    st.tuples(st.just("suspend"), WHO),
)


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
    """All that somebody can read of the case: its page, the list, its sharing page."""
    found: set[tuple[str, str]] = set()
    for path in (f"/views/cases/{case.id}", "/views/cases"):
        answer = await world.get(actor, path)
        found |= set(facts(answer.json(), path)) if answer.status_code == 200 else set()
    return found


class House:
    """One case, its manager, and five people who come and go: two coordinators, a clerk elsewhere, two partners."""

    def __init__(self, world: World, case: Case) -> None:
        self.world, self.case, self.bases = world, case, [new_id()]
        self.manager, self.suspended = case.staff("manager"), ""
        agencies = [Actor(new_id(), "staff", ((f"agency-{new_id().hex[-8:]}", "partner"),)) for _ in range(2)]
        self.people = [
            case.colleague,
            case.staff(),
            case.staff("window_staff", f"window-{new_id().hex[-8:]}"),
            *agencies,
        ]

    async def take(self, step: tuple[Any, ...]) -> bool:
        """Do it. True when it can only take away."""
        what, who = step[0], step[1]
        match what:
            case "end":
                await self.do("EndBasis", basisId=str(self.bases[who % len(self.bases)]))
            case "hours pass":
                self.world.now += timedelta(hours=who)
            case "leave":
                await self.do("ChangeTeam", leave=[str(self.people[who].id)])
            case "keep off":
                await self.do("KeepOff", staffId=str(self.people[who].id))
            case "transfer":  # the one who gave it away is compared; the one who got it sees more by right
                await self.do("ChangeTeam", ownerId=str(self.people[who].id), leave=[str(self.case.owner.id)])
            case "join":
                await self.do("ChangeTeam", join=[str(self.people[who].id)])
            case "suspend" | "lift":
                await self.suspend(stands=what == "suspend")
            case "let in":
                await self.do("LetIn", staffId=str(self.people[who].id))
            case _:
                await self.grant(what, self.people[who], *step[2:])
        return what in ("end", "hours pass", "leave", "keep off", "transfer", "suspend")

    async def suspend(self, *, stands: bool) -> None:
        if stands:
            self.suspended = await ask(self.world, self.manager, self.case, "suspension")
            await self.do("DecidePersonRequest", requestId=self.suspended, decision="approve")
        elif self.suspended:
            await self.do("LiftSuspension", requestId=self.suspended, reason="求めの取りやめ")
            self.suspended = ""

    async def do(self, kind: str, **payload: Any) -> None:
        await do(self.world, self.manager, self.case, kind, **payload)

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


@settings(
    max_examples=15,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=st.lists(st.one_of(WIDENS, SHRINKS), min_size=4, max_size=12))
async def test_taking_away_never_widens_what_anyone_sees(world: World, steps: list[tuple[Any, ...]]) -> None:
    world.now = NOW
    case = await world.settled(told=TOLD, personKnows="knows", contactRules=["no_city_envelope"])
    await world.record(case.owner, case)
    house = House(world, case)
    everybody = [*house.people, case.owner, house.manager]
    before = [await seen(world, case, one) for one in everybody]
    for step in steps:
        only_takes_away = await house.take(step)
        after = [await seen(world, case, one) for one in everybody]
        for number, (was, now) in enumerate(zip(before, after, strict=True)):
            gains_by_right = step[0] == "transfer" and number == step[1]
            if only_takes_away and not gains_by_right:
                new = {path for path, _ in now - was if not path.endswith(".ownerId") and ".teamIds[" not in path}
                assert not new, (step, number, new)
                event(f"{step[0]} {'shrank' if was - now else 'same'}")
            assert not (house.suspended and now), (step, number, now)
        before = after
