"""札とケース: the team joins it by the person's wish, its rows come in, and on undoing nothing is left; nobody is told."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.contracts.codes import AttendanceKind
from services.contracts.ibasho import AttendanceLogged
from services.contracts.participant_request import ParticipantErased
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World

HOUR = timedelta(hours=1)


async def hear(world: World, participant: UUID | None, kind: str, hours_ago: int = 1, **more: Any) -> UUID:
    """ibasho said that somebody came. Returns the attendance id. Each in a session of its own."""
    session, attendance = new_id(), new_id()
    logged = AttendanceLogged(
        session_id=session,
        attendance_id=attendance,
        kind=AttendanceKind(kind),
        participant_id=participant,
        place_id=new_id(),
        programme_id=new_id(),
        **more,
    )
    await world.apply(session, logged, 1, NOW - hours_ago * HOUR, new_id())
    return attendance


async def token(world: World, actor: Actor, case: Case, kind: str, participant: UUID) -> dict[str, Any]:
    payload = {"participantId": str(participant)}
    return (await world.submit(actor, world.envelope(actor, case.id, payload, type=kind)))[0]


async def attended(world: World, case: Case) -> list[tuple[str, str]]:
    """(id, how) of the attendance on the timeline."""
    timeline = (await world.case(case.owner, case))["timeline"]
    return [(one["id"], one["outcome"]) for one in timeline if one["kind"] == "attendance"]


async def test_a_token_brings_its_rows_and_takes_them_along(world: World) -> None:
    case, mine, other = await world.settled(), new_id(), new_id()
    first = await hear(world, mine, "arrived", 3)
    await hear(world, mine, "left", 2)
    await hear(world, other, "arrived")
    await hear(world, None, "plus_one")
    assert await attended(world, case) == []
    before = await world.events(case)
    assert (await token(world, case.colleague, case, "JoinToken", mine))["status"] == "accepted"
    at_door = await hear(world, mine, "at_door")
    assert await attended(world, case) == [(str(at_door), "at_door"), (str(first), "arrived")]
    page = await world.case(case.owner, case)
    assert page["tokens"] == [{"participantId": str(mine), "joinedAt": "2026-11-24T03:46:00Z"}]
    assert (await token(world, case.owner, case, "JoinToken", mine))["status"] == "accepted", "again changes nothing"
    assert (await world.case(case.owner, case)) == page
    assert (await token(world, case.owner, case, "SeparateToken", mine))["status"] == "accepted"
    assert (await token(world, case.owner, case, "SeparateToken", mine))["status"] == "accepted"
    await hear(world, mine, "arrived", 0)
    assert await attended(world, case) == []
    assert (await world.case(case.owner, case))["tokens"] == []
    for table in ("case_token", "case_attendance"):
        assert await world.tables.fetchval(f"select count(*) from {table} where case_id = $1", case.id) == 0
    assert await world.events(case) == before, "no event says that a token belongs to a case"
    written = await world.tables.fetch("select shown::text from access_log where shown::text like $1", f"%{mine}%")
    assert written == []


async def test_a_fact_taken_back_at_the_board_leaves_the_timeline(world: World) -> None:
    case, mine = await world.settled(), new_id()
    await token(world, case.owner, case, "JoinToken", mine)
    arrived = await hear(world, mine, "arrived")
    assert await attended(world, case) == [(str(arrived), "arrived")]
    await hear(world, mine, "corrected", corrects=arrived)
    assert await attended(world, case) == []
    await token(world, case.owner, case, "SeparateToken", mine)
    await token(world, case.owner, case, "JoinToken", mine)
    assert await attended(world, case) == []


async def test_of_somebody_whom_the_place_forgot_no_case_keeps_a_link(world: World) -> None:
    case, mine, other = await world.settled(), new_id(), new_id()
    for who in (mine, other):
        await hear(world, who, "arrived")
        await token(world, case.owner, case, "JoinToken", who)
    about: dict[str, Any] = {"participant_id": mine, "also_known_as": [], "lines": [], "unit_id": "yato-ibasho"}
    about |= {"kind": "erasure", "opened_by": new_id(), "decided_by": new_id()}
    for version in (1, 2):
        await world.apply(mine, ParticipantErased(request_id=new_id(), **about), version, NOW, new_id())
    page = await world.case(case.owner, case)
    assert [one["participantId"] for one in page["tokens"]] == [str(other)]
    assert len(await attended(world, case)) == 1
    for table in ("case_token", "case_attendance", "attendance_heard"):
        query = f"select count(*) from {table} where participant_id = $1"
        assert await world.tables.fetchval(query, mine) == 0, table
    await hear(world, mine, "arrived")
    said = await token(world, case.owner, case, "JoinToken", mine)
    assert (said["status"], said["code"]) == ("refused", "record_erased"), "however late somebody comes with it"
    assert await world.tables.fetchval("select count(*) from attendance_heard where participant_id = $1", mine) == 0
    unlinked = new_id()
    await world.apply(
        unlinked, ParticipantErased(request_id=new_id(), **{**about, "participant_id": unlinked}), 1, NOW, new_id()
    )
    query = "select subject, data - 'requestId' as data from outbox where subject = any($1) order by id"
    answers = [dict(row) for row in await world.tables.fetch(query, [mine, unlinked])]
    assert [one["data"] for one in answers] == [{"participantId": str(one["subject"])} for one in answers]
    assert {one["subject"] for one in answers} == {mine, unlinked}, "whether there was a link, nobody is told"


async def test_joining_while_hearing_misses_nothing(world: World) -> None:
    """Named after the race: each looked for the other's row before either had committed."""
    for _ in range(10):
        case, mine = await world.settled(), new_id()
        joined, heard = await asyncio.gather(
            token(world, case.owner, case, "JoinToken", mine), hear(world, mine, "arrived")
        )
        assert joined["status"] == "accepted"
        assert await attended(world, case) == [(str(heard), "arrived")]


async def test_attendance_stands_between_visits_by_its_hour(world: World) -> None:
    case, mine = await world.settled(), new_id()
    await world.record(case.owner, case, visitedAt=(NOW - 4 * HOUR).isoformat())
    await world.record(case.owner, case, visitedAt=(NOW - 1 * HOUR).isoformat())
    await hear(world, mine, "arrived", 2)
    await token(world, case.owner, case, "JoinToken", mine)
    kinds = [entry["kind"] for entry in (await world.case(case.owner, case))["timeline"]]
    assert kinds[:3] == ["visit", "attendance", "visit"]


PEOPLE: dict[str, Callable[[Case], Actor]] = {
    "unit lead": lambda case: case.staff("manager"),
    "same unit": lambda case: case.staff("coordinator"),
    "kept off": lambda case: case.kept_off,
    "ibasho": lambda case: case.staff("ibasho_staff", "yato-ibasho"),
    "nobody": lambda _: Actor(new_id(), "staff"),
}


@pytest.mark.parametrize("kind", ["JoinToken", "SeparateToken"])
@pytest.mark.parametrize("who", PEOPLE)
async def test_only_the_team_joins_and_separates(world: World, who: str, kind: str) -> None:
    case, mine = await world.settled(), new_id()
    await hear(world, mine, "arrived")
    if kind == "SeparateToken":
        await token(world, case.owner, case, "JoinToken", mine)
    before = await world.everything()
    outcome = await token(world, PEOPLE[who](case), case, kind, mine)
    assert (outcome["status"], outcome["code"], outcome["refs"]) == ("refused", "not_found", {})
    assert await world.everything() == before


async def test_a_closed_case_takes_no_token_but_lets_one_go(world: World) -> None:
    case, mine, another = await world.settled(), new_id(), new_id()
    await token(world, case.owner, case, "JoinToken", mine)
    await world.tables.execute("update case_file set closed_at = $2 where case_id = $1", case.id, NOW)
    assert (await token(world, case.owner, case, "JoinToken", another))["code"] == "case_is_closed"
    assert (await token(world, case.owner, case, "SeparateToken", mine))["status"] == "accepted"


async def test_a_device_learns_of_the_token_as_the_screen_does(world: World) -> None:
    case, mine = await world.settled(), new_id()
    await hear(world, mine, "arrived")
    await token(world, case.owner, case, "JoinToken", mine)
    answer = await world.http.post("/views/sync", json={"have": {}}, headers=world.headers(case.owner))
    [held] = [one for one in answer.json()["upsert"] if one["id"] == str(case.id)]
    assert held["record"] == await world.case(case.owner, case)
