"""出入りの記録: facts that never conflict, one person behind two tablets' ids, 延べ and 実 that follow late facts."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.ibasho.conftest import NOW, Afternoon, World, fact, newcomer


async def arrive(world: World, session: Afternoon, nickname: str, **more: Any) -> UUID:
    """A newcomer arrives. Returns the id they are known by."""
    refs = await world.log(session, "arrived", participantId=new_id(), newParticipant=newcomer(nickname), **more)
    return UUID(refs["participantId"])


async def test_a_fact_is_stored_and_told_once(world: World) -> None:
    session = await world.scheduled()
    person, new = new_id(), newcomer("もみじ")
    payload = fact("arrived", participantId=person, newParticipant=new)
    sent = world.envelope(session.staff, "LogAttendance", session.id, payload)
    [outcome] = await world.submit(session.staff, sent)
    assert outcome["refs"] == {
        "sessionId": str(session.id),
        "attendanceId": payload["attendanceId"],
        "participantId": str(person),
    }
    row = await world.tables.fetchrow("select * from attendance where session_id = $1", session.id)
    assert row is not None
    assert (row["recorded_by"], row["at"], row["recorded_at"], row["captured_at"]) == (
        *(session.staff.id, NOW - timedelta(minutes=30), NOW, NOW - timedelta(minutes=2)),
    )
    assert (await world.events(session))[1:] == [
        (
            "AttendanceLogged",
            {
                "sessionId": str(session.id),
                "attendanceId": payload["attendanceId"],
                "kind": "arrived",
                "participantId": str(person),
                "placeId": str(session.place),
                "programmeId": str(session.programme),
                "corrects": None,
            },
        )
    ]
    before = await world.everything()
    assert await world.submit(session.staff, sent) == [outcome], "the same id again: the stored answer"
    assert await world.everything() == before


async def test_the_same_id_with_another_payload_is_refused(world: World) -> None:
    session = await world.scheduled()
    sent = world.envelope(session.staff, "LogAttendance", session.id, fact("plus_one"))
    await world.submit(session.staff, sent)
    before = await world.everything()
    [outcome] = await world.submit(session.staff, {**sent, "payload": {**sent["payload"], "kind": "at_door"}})
    assert (outcome["status"], outcome["code"]) == ("refused", "command_id_reused")
    again = await world.act(session.second, "LogAttendance", session.id, sent["payload"])
    assert (again["status"], again["code"]) == ("refused", "attendance_exists")
    assert await world.everything() == before


async def test_an_afternoon_adds_up(world: World) -> None:
    """Three nicknames, one of them twice, two ＋1, one came to the door."""
    session = await world.scheduled()
    people = [await arrive(world, session, name) for name in ("もみじ", "カイ", "ふーさん")]
    await world.log(session, "left", participantId=people[0])
    await world.log(session, "arrived", participantId=people[0])
    await world.log(session, "plus_one")
    await world.log(session, "plus_one")
    await world.log(session, "at_door")
    assert await world.figures(session) == (5, 3, 1)


async def test_who_only_left_has_not_been_counted_as_come(world: World) -> None:
    session = await world.scheduled()
    await world.log(session, "left", participantId=new_id(), newParticipant=newcomer("もみじ"))
    await world.log(session, "at_door", participantId=new_id(), newParticipant=newcomer("カイ"))
    assert await world.figures(session) == (0, 0, 1)


SAME = {
    "the same nickname": ({"nickname": "もみじ"}, {"nickname": "もみじ"}),
    "another spelling": ({"nickname": "ＫＡＩ"}, {"nickname": "  kai "}),
    "the same token": ({"nickname": "札 12", "code": "7K3F2A"}, {"nickname": "もみじ", "code": "7K3F2A"}),
}


@pytest.mark.parametrize("how", SAME)
async def test_two_tablets_come_to_one_person(world: World, how: str) -> None:
    session = await world.scheduled()
    first, second = new_id(), new_id()
    news = [newcomer(**{**one, "code": one.get("code") and _other(how)}) for one in SAME[how]]
    await world.log(session, "arrived", participantId=first, newParticipant=news[0])
    refs = await world.log(session, "arrived", participantId=second, newParticipant=news[1])
    assert refs["participantId"] == str(first), "the second tablet learns whom it met"
    left = await world.log(session, "left", participantId=second)
    assert left["participantId"] == str(first)
    assert {data.get("participantId") for _, data in (await world.events(session))[1:]} == {str(first)}
    board = await world.board(session)
    assert [one["id"] for one in board["participants"]] == [str(first)]
    assert await world.figures(session) == (1, 1, 0)


def _other(_: str) -> str:
    """One token for both tablets of a test, never used by another test."""
    return str(_TOKEN.setdefault(_, newcomer("x")["code"]))


_TOKEN: dict[str, str] = {}


async def test_two_tablets_at_the_same_moment_come_to_one_person(world: World) -> None:
    """Named after the race: both looked for the nickname before either had stored it. Sessions of one place, so that no
    lock of a session hides it."""
    first = await world.scheduled()
    sessions = [first, *[await world.scheduled(place_of=first) for _ in range(7)]]
    for nickname in ("みどり", "そら", "ハル", "まめ", "ゆず"):
        facts = [fact("arrived", participantId=new_id(), newParticipant=newcomer(nickname)) for _ in sessions]
        outcomes = await asyncio.gather(
            *(world.act(at.staff, "LogAttendance", at.id, one) for at, one in zip(sessions, facts, strict=True))
        )
        assert {outcome["status"] for outcome in outcomes} == {"accepted"}
        assert len({outcome["refs"]["participantId"] for outcome in outcomes}) == 1
    assert await world.figures(first) == (5, 5, 0)


async def test_a_nickname_means_somebody_else_at_another_place_but_a_token_does_not(world: World) -> None:
    here, there = await world.scheduled(), await world.scheduled()
    new = newcomer("もみじ")
    mine = await world.log(here, "arrived", participantId=new_id(), newParticipant=new)
    theirs = await world.log(there, "arrived", participantId=new_id(), newParticipant=newcomer("もみじ"))
    guest = await world.log(there, "arrived", participantId=new_id(), newParticipant=new)
    assert guest["participantId"] == mine["participantId"] != theirs["participantId"]
    assert await world.figures(there) == (2, 2, 0)
    assert {one["id"] for one in (await world.board(there))["participants"]} == {
        mine["participantId"],
        theirs["participantId"],
    }


async def test_late_facts_are_recounted_after_closing(world: World) -> None:
    session = await world.scheduled()
    person = await arrive(world, session, "もみじ")
    closed = await world.act(session.staff, "CloseSession", session.id, {"line": "雨で静か。"})
    assert closed["status"] == "accepted"
    assert (await world.events(session))[-1] == (
        "SessionClosed",
        {"sessionId": str(session.id), "visits": 1, "people": 1},
    )
    await world.log(session, "arrived", participantId=person)
    await arrive(world, session, "カイ")
    await world.log(session, "plus_one")
    assert await world.figures(session) == (3, 2, 0)
    assert (await world.board(session))["session"]["status"] == "closed"


async def test_closing_twice_keeps_both_lines_and_tells_once(world: World) -> None:
    session = await world.scheduled()
    await world.act(session.staff, "CloseSession", session.id, {"line": "雨で静か。"})
    first = await world.tables.fetchval("select closed_at from session where session_id = $1", session.id)
    world.now += timedelta(minutes=10)
    outcome = await world.act(session.second, "CloseSession", session.id, {"line": "お茶をいれてくれた。"})
    assert outcome["status"] == "accepted"
    board = await world.board(session)
    assert board["closingLines"] == ["雨で静か。", "お茶をいれてくれた。"]
    assert await world.tables.fetchval("select closed_at from session where session_id = $1", session.id) == first
    assert [name for name, _ in await world.events(session)] == ["SessionScheduled", "SessionClosed"]
    await world.act(session.second, "CloseSession", session.id, {"line": "  "})
    assert (await world.board(session))["closingLines"] == board["closingLines"], "no line, nothing to keep"


async def test_a_correction_takes_a_fact_out_of_every_count_and_keeps_it_readable(world: World) -> None:
    session = await world.scheduled()
    person = await arrive(world, session, "もみじ")
    plus = await world.log(session, "plus_one")
    payload = {"attendanceId": plus["attendanceId"], "note": "二度押した"}
    outcome = await world.act(session.staff, "CorrectAttendance", session.id, payload)
    assert outcome["status"] == "accepted"
    assert await world.figures(session) == (1, 1, 0)
    voided = {one["id"]: one["voided"] for one in (await world.board(session))["attendance"]}
    assert voided[plus["attendanceId"]] is True and list(voided.values()).count(False) == 1
    name, data = (await world.events(session))[-1]
    assert (name, data["kind"], data["corrects"]) == ("AttendanceLogged", "corrected", plus["attendanceId"])
    assert "二度押した" not in str(await world.events(session))
    again = await world.act(session.second, "CorrectAttendance", session.id, {**payload, "note": "同じく"})
    assert again["status"] == "accepted"
    assert (await world.events(session))[-1] == (name, data), "taken back once, told once"
    notes = "select note from correction_private join correction using (correction_id) where attendance_id = $1"
    assert {row["note"] for row in await world.tables.fetch(notes, UUID(plus["attendanceId"]))} == {
        "二度押した",
        "同じく",
    }
    await world.log(session, "arrived", participantId=person)
    assert await world.figures(session) == (1, 1, 0)


async def test_a_fact_of_another_session_cannot_be_taken_back_from_here(world: World) -> None:
    session = await world.scheduled()
    other = await world.scheduled(place_of=session)
    plus = await world.log(other, "plus_one")
    before = await world.everything()
    outcome = await world.act(session.staff, "CorrectAttendance", session.id, {"attendanceId": plus["attendanceId"]})
    assert (outcome["status"], outcome["code"]) == ("refused", "attendance_unknown")
    assert await world.everything() == before


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "came, but who": (fact("arrived"), "participant_needed"),
    "a newcomer without an id": (fact("at_door", newParticipant=newcomer("もみじ")), "participant_needed"),
    "＋1 is nobody": (fact("plus_one", participantId=new_id()), "participant_not_expected"),
    "nobody knows them": (fact("arrived", participantId=new_id()), "participant_unknown"),
    "ahead": (fact("plus_one", at=(NOW + timedelta(minutes=6)).isoformat()), "attendance_in_future"),
    "a wrong check character": (
        fact("arrived", participantId=new_id(), newParticipant={"nickname": "もみじ", "code": "7K3F2X"}),
        "malformed_payload",
    ),
    "no nickname": (
        fact("arrived", participantId=new_id(), newParticipant={"nickname": "　", "code": "7K3F2A"}),
        "malformed_payload",
    ),
    "only events say so": (fact("corrected"), "malformed_payload"),
}


@pytest.mark.parametrize("why", REFUSED)
async def test_what_is_refused_changes_nothing(world: World, why: str) -> None:
    session = await world.scheduled()
    payload, code = REFUSED[why]
    before = await world.everything()
    outcome = await world.act(session.staff, "LogAttendance", session.id, payload)
    assert (outcome["status"], outcome["code"]) == ("refused", code)
    assert outcome["message"].endswith("。")
    assert await world.everything() == before


STRANGERS = {
    "staff of another place": lambda s: Actor(new_id(), "staff", (("elsewhere", "ibasho_staff"),)),
    "lead of another unit": lambda s: Actor(new_id(), "staff", (("elsewhere", "manager"),)),
    "coordinator": lambda s: Actor(new_id(), "staff", (("support", "coordinator"),)),
    "another role in the unit": lambda s: Actor(new_id(), "staff", ((s.unit, "coordinator"), (s.unit, "auditor"))),
    "nobody": lambda s: Actor(new_id(), "staff"),
}


@pytest.mark.parametrize("who", STRANGERS)
async def test_for_a_stranger_there_is_no_session(world: World, who: str) -> None:
    session = await world.scheduled()
    plus = await world.log(session, "plus_one")
    stranger, before = STRANGERS[who](session), await world.everything()
    commands = {
        "OpenSession": {},
        "LogAttendance": fact("plus_one"),
        "CorrectAttendance": {"attendanceId": plus["attendanceId"]},
        "CloseSession": {"line": "x"},
    }
    for kind, payload in commands.items():
        outcome = await world.act(stranger, kind, session.id, payload)
        absent = await world.act(stranger, kind, new_id(), payload)
        assert (outcome["status"], outcome["code"], outcome["refs"]) == ("refused", "not_found", {})
        assert {**outcome, "id": ""} == {**absent, "id": ""}
    page = await world.get(stranger, f"/views/sessions/{session.id}")
    absent_page = await world.get(stranger, f"/views/sessions/{new_id()}")
    assert (page.status_code, page.json()) == (404, absent_page.json())
    assert await world.everything() == before
    tried = {"action": "refused", "basis": "refused", "shown": {"session": [str(session.id)]}, "field_groups": []}
    assert next(row for row in await world.accesses(stranger) if row["shown"]).items() >= tried.items()
    assert all(row["shown"] == {} for row in await world.accesses(stranger) if row["action"] != "refused")


@pytest.mark.parametrize("who", ["staff", "second", "unit_staff", "lead"])
async def test_whoever_works_here_may_log_and_read(world: World, who: str) -> None:
    session = await world.scheduled()
    actor: Actor = getattr(session, who)
    outcome = await world.act(actor, "LogAttendance", session.id, fact("plus_one"))
    assert outcome["status"] == "accepted"
    assert (await world.board(session, actor))["session"]["visits"] == 1
    relation = {"staff": "session_staff", "second": "session_staff", "unit_staff": "unit_staff", "lead": "unit_lead"}
    assert (await world.accesses(actor))[-1]["basis"] == relation[who]
