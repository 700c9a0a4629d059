"""What people do: a call that is handed over and becomes a case with visits; an afternoon at the 居場所."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from infra.seed_ibasho import FREE_TIME, YATO
from services.kernel.ids import new_id
from tests.chaos.driver.people import COORDINATORS, IBASHO_STAFF, WINDOWS
from tests.support.person import attendance_payload, consultation_payload, package_payload, visit_payload
from tests.support.tokens import token_code

if TYPE_CHECKING:
    from tests.chaos.driver.load import Load


class GivenUpError(Exception):
    """A step was refused or left unknown: its story ends here."""


async def call(load: "Load", chosen: random.Random) -> None:
    """A mother phones; the sheet is handed over; somebody takes it, or not."""
    window = chosen.choice(list(WINDOWS))
    consultation, handoff = new_id(), new_id()
    await load.do(window, "OpenConsultation", consultation, consultation_payload(WINDOWS[window]))
    await load.do(window, "HandOff", handoff, package_payload(consultation))
    await asyncio.sleep(chosen.uniform(0, 0.5))
    fate = chosen.choices(["accepted", "open", "returned", "withdrawn", "raced"], [14, 1, 1, 1, 2])[0]
    first, second = chosen.sample(COORDINATORS, 2)
    if fate == "returned":
        await load.do(first, "ReturnHandoff", handoff, {"reason": "question_left", "note": "何時"})
    elif fate == "withdrawn":
        await load.do(window, "WithdrawHandoff", handoff, {})
    elif fate == "raced":
        takers = [(each, "AcceptHandoff", handoff, {"caseId": str(new_id())}) for each in (first, second)]
        await load.race(*takers, (window, "WithdrawHandoff", handoff, {}))
    elif fate == "accepted":
        case = new_id()
        team = {"caseId": str(case), "colleagueIds": [load.id_of(second)]}
        await load.do(first, "AcceptHandoff", handoff, team)
        await visits(load, chosen, str(case), first, second)


async def visits(load: "Load", chosen: random.Random, case: str, owner: str, colleague: str) -> None:
    """On the stair: now by tablet, now by browser; sometimes two write at once, sometimes somebody reads."""
    await load.wait_for_case(owner, case)
    load.cases[owner].append(case)
    if chosen.random() < 0.2:
        both = [(each, "RecordVisit", case, visit_payload()) for each in (owner, colleague)]
        await load.race(*both, base=1)
    for _ in range(chosen.randrange(4)):
        who = chosen.choice((owner, colleague))
        if chosen.random() < 0.5:
            await load.queue(who, "RecordVisit", case, visit_payload())
        else:
            await load.do(who, "RecordVisit", case, visit_payload())
        if chosen.random() < 0.5:
            await load.read_case(chosen.choice((owner, colleague)), case)
    if chosen.random() < 0.1:
        stranger = chosen.choice([each for each in COORDINATORS if each not in (owner, colleague)])
        await load.try_to("yoshida", "RecordVisit", case, visit_payload())
        await load.read_case(stranger, case)


async def backlog(load: "Load", window: str, count: int, one_in: int = 1) -> None:
    """Sheets written on paper are typed in and handed over (one in so many), fifty in one request."""
    worker, unit = load.workers[window], WINDOWS[window]
    for _ in range(0, count, 50):
        sheets = [
            worker.envelope("OpenConsultation", new_id(), consultation_payload(unit)) for _ in range(min(50, count))
        ]
        await load.send_many(worker, sheets)
        handed = sheets[::one_in]
        packages = [worker.envelope("HandOff", new_id(), package_payload(sheet["subject"])) for sheet in handed]
        await load.send_many(worker, packages)


async def busy_case(load: "Load", window: str, owner: str, colleague: str) -> None:
    """A week of visits comes in at once: typed in by two people, and from both their tablets."""
    consultation, handoff, case = new_id(), new_id(), str(new_id())
    await load.do(window, "OpenConsultation", consultation, consultation_payload(WINDOWS[window]))
    await load.do(window, "HandOff", handoff, package_payload(consultation))
    await load.do(owner, "AcceptHandoff", handoff, {"caseId": case, "colleagueIds": [load.id_of(colleague)]})
    await load.wait_for_case(owner, case)
    load.cases[owner].append(case)
    for who in (owner, colleague) * 8:
        await load.queue(who, "RecordVisit", case, visit_payload())
    both = (owner, colleague) * 20
    await asyncio.gather(*(load.try_to(who, "RecordVisit", case, visit_payload()) for who in both))


async def outreach(load: "Load", chosen: random.Random) -> None:
    """A day out: a stack of sheets at once."""
    await backlog(load, chosen.choice(list(WINDOWS)), chosen.randrange(10, 50))


async def paper_calls(load: "Load", chosen: random.Random) -> None:
    """A day's calls on paper. Most of them end with the call."""
    await backlog(load, chosen.choice(list(WINDOWS)), 50, one_in=10)


async def paper_months(load: "Load", chosen: random.Random) -> None:
    """Months of afternoons on paper: one fact of each session in a request, so that every session keeps its order."""
    worker, staff = load.workers[chosen.choice(IBASHO_STAFF)], [load.id_of(each) for each in IBASHO_STAFF]
    now = datetime.now(UTC)
    begun = {new_id(): now - timedelta(days=chosen.randrange(2, 200)) for _ in range(chosen.randrange(20, 51))}

    async def of_each(type: str, made: Callable[[datetime], dict[str, Any]]) -> None:
        await load.send_many(worker, [worker.envelope(type, session, made(at)) for session, at in begun.items()])

    await of_each("ScheduleSession", lambda at: _session(staff, at))
    await of_each("OpenSession", lambda at: {})
    for _ in range(2):
        await of_each("LogAttendance", lambda at: attendance_payload("arrived", at=at.isoformat(), **_newcomer(chosen)))
    for _ in range(3):
        await of_each("LogAttendance", lambda at: attendance_payload(at=at.isoformat()))
    await of_each("CloseSession", lambda at: {"line": "おだやかな午後"})


async def round_of_visits(load: "Load", chosen: random.Random) -> None:
    """A coordinator comes back from a day at many doors; the tablet sends it all at once."""
    who = chosen.choice(COORDINATORS)
    cases = chosen.sample(load.cases[who], min(50, len(load.cases[who])))
    await asyncio.gather(*(load.queue(who, "RecordVisit", case, visit_payload()) for case in cases))


async def afternoon(load: "Load", chosen: random.Random) -> None:
    """We+: two tablets take down who comes and goes."""
    session, first, second = new_id(), *chosen.sample(IBASHO_STAFF, 2)
    await load.do(
        first, "ScheduleSession", session, _session([load.id_of(each) for each in IBASHO_STAFF], datetime.now(UTC))
    )
    if chosen.random() < 0.4:
        await load.race(
            *((each, "LogAttendance", session, attendance_payload()) for each in (first, second)),
            base=1,
        )
    await load.do(first, "OpenSession", session, {})
    came = [attendance_payload("arrived", **_newcomer(chosen)) for _ in range(chosen.randrange(1, 4))]
    came += [attendance_payload(kind) for kind in chosen.choices(["plus_one", "at_door"], k=chosen.randrange(3))]
    for fact in came:
        who = chosen.choice((first, second))
        if chosen.random() < 0.7:
            await load.queue(who, "LogAttendance", session, fact)
        else:
            await load.do(who, "LogAttendance", session, fact)
            if chosen.random() < 0.2:
                taken_back = {"attendanceId": fact["attendanceId"], "note": "まちがい"}
                await load.do(who, "CorrectAttendance", session, taken_back)
    await load.do(second, "CloseSession", session, {"line": "おだやかな午後"})


def _session(staff_ids: list[str], at: datetime) -> dict[str, Any]:
    begun = at - timedelta(minutes=30)
    when = {"startsAt": begun.isoformat(), "endsAt": (begun + timedelta(hours=4)).isoformat()}
    place = {"placeId": str(YATO), "programmeId": str(FREE_TIME), "style": "free", "capacity": 20}
    return {**place, **when, "staffIds": staff_ids}


def _newcomer(chosen: random.Random) -> dict[str, Any]:
    number = chosen.randrange(1 << 25)
    return {
        "participantId": str(new_id()),
        "newParticipant": {"nickname": f"札 {number}", "code": token_code(number)},
    }
