"""回: scheduling, names of their day, the timetable, tokens, and what a device takes along."""

from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.ibasho.conftest import NOW, World, newcomer, schedule


async def test_a_session_is_scheduled_and_told_once(world: World) -> None:
    session = await world.scheduled()
    [(name, data)] = await world.events(session)
    assert (name, data) == (
        "SessionScheduled",
        {
            "sessionId": str(session.id),
            "placeId": str(session.place),
            "programmeId": str(session.programme),
            "unitId": session.unit,
            "startsAt": "2026-11-24T06:00:00Z",
            "endsAt": "2026-11-24T08:00:00Z",
            "staffIds": [str(session.staff.id), str(session.second.id)],
        },
    )
    before = await world.everything()
    outcome = await world.act(session.staff, "ScheduleSession", session.id, schedule(session, NOW))
    assert (outcome["status"], outcome["code"]) == ("refused", "session_exists")
    backwards = schedule(session, NOW, endsAt=NOW.isoformat())
    outcome = await world.act(session.staff, "ScheduleSession", new_id(), backwards)
    assert (outcome["code"], outcome["fields"][0]["path"]) == ("session_ends_before_start", "endsAt")
    assert await world.everything() == before


@pytest.mark.parametrize("who", ["second", "stranger", "elsewhere"])
async def test_only_the_places_own_unit_schedules_there(world: World, who: str) -> None:
    session = await world.scheduled()
    elsewhere = Actor(new_id(), "staff", (("elsewhere", "ibasho_staff"),))
    actor = {"second": session.second, "stranger": Actor(new_id(), "staff"), "elsewhere": elsewhere}[who]
    before = await world.everything()
    outcome = await world.act(actor, "ScheduleSession", new_id(), schedule(session, NOW))
    assert (outcome["status"], outcome["code"]) == ("refused", "not_found")
    assert await world.everything() == before


async def test_a_session_stands_under_the_names_of_its_day(world: World) -> None:
    """「We」 until 令和5年度, 「We+（プラス）」 after: one programme, two names."""
    now = await world.scheduled()
    last_we = await world.scheduled(datetime(2024, 3, 31, 14, 59, tzinfo=UTC), place_of=now)
    first_plus = await world.scheduled(datetime(2024, 3, 31, 15, 0, tzinfo=UTC), place_of=now)
    for session, name in ((last_we, "We"), (first_plus, "We+（プラス）"), (now, "We+（プラス）")):
        found = (await world.board(session))["session"]
        assert (found["programme"], found["programmeId"]) == (name, str(now.programme))
    [place] = (await world.get(now.staff, "/views/places")).json()
    assert place == {
        "id": str(now.place),
        "name": "谷戸分庁舎",
        "unitId": now.unit,
        "programmes": [{"id": str(now.programme), "name": "We+（プラス）"}],
    }
    assert (await world.get(now.second, "/views/places")).json() == []


async def test_opening_twice_is_fine_and_the_first_fact_opens_as_well(world: World) -> None:
    opened, by_fact = await world.scheduled(), await world.scheduled()
    assert (await world.board(opened))["session"]["status"] == "scheduled"
    for _ in range(2):
        assert (await world.act(opened.staff, "OpenSession", opened.id, {}))["status"] == "accepted"
    await world.log(by_fact, "plus_one")
    for session in (opened, by_fact):
        assert (await world.board(session))["session"]["status"] == "open"
    at = await world.tables.fetchval("select opened_at from session where session_id = $1", opened.id)
    assert at == NOW - timedelta(minutes=2)


async def timetable(world: World, actor: Actor, first: str, last: str) -> list[str]:
    answer = await world.get(actor, "/views/sessions", **{"from": first, "to": last})
    return [one["id"] for one in answer.json()]


async def test_the_timetable_goes_by_the_tokyo_day(world: World) -> None:
    late = await world.scheduled(datetime(2026, 11, 24, 14, 59, tzinfo=UTC))
    next_day = await world.scheduled(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), place_of=late)
    assert await timetable(world, late.unit_staff, "2026-11-24", "2026-11-24") == [str(late.id)]
    assert await timetable(world, late.unit_staff, "2026-11-24", "2026-11-25") == [str(late.id), str(next_day.id)]
    assert await timetable(world, late.second, "2026-11-24", "2026-11-25") == [str(late.id)], "only where on the staff"
    stranger = Actor(new_id(), "staff", (("support", "coordinator"),))
    assert await timetable(world, stranger, "2026-11-24", "2026-11-25") == []


@pytest.mark.parametrize(("first", "last"), [("2026-11-25", "2026-11-24"), ("2026-01-01", "2026-12-31"), ("x", "y")])
async def test_impossible_periods_are_refused(world: World, first: str, last: str) -> None:
    answer = await world.get(Actor(new_id(), "staff"), "/views/sessions", **{"from": first, "to": last})
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed_request")


async def holder(world: World, actor: Actor, code: str) -> Any:
    answer = await world.post(actor, "/views/token-holder", {"code": code})
    assert answer.status_code == 200, answer.text
    return answer.json()["participantId"]


async def test_a_shown_token_leads_to_its_holder_and_leaves_a_row(world: World) -> None:
    session = await world.scheduled()
    first, second = newcomer("もみじ"), newcomer("もみじ")
    known = (await world.log(session, "arrived", participantId=new_id(), newParticipant=first))["participantId"]
    await world.log(session, "arrived", participantId=new_id(), newParticipant=second)
    coordinator = Actor(new_id(), "staff", (("support", "coordinator"),))
    assert await holder(world, coordinator, first["code"]) == known
    assert await holder(world, coordinator, second["code"]) == known, "the token the second tablet gave out works too"
    assert await holder(world, coordinator, newcomer("x")["code"]) is None
    assert [(row["shown"], row["basis"]) for row in await world.accesses(coordinator)] == [
        ({"participant": [known]}, "token_shown"),
        ({"participant": [known]}, "token_shown"),
        ({}, "none"),
    ]
    for role in ("window_staff", "manager", "auditor"):
        assert await holder(world, Actor(new_id(), "staff", (("support", role),)), first["code"]) is None
    mistyped = await world.post(coordinator, "/views/token-holder", {"code": "7K3F2X"})
    assert (mistyped.status_code, mistyped.json()["code"]) == (422, "malformed_request")


async def sync(world: World, actor: Actor, device: dict[str, Any]) -> dict[str, Any]:
    """One round trip; `device` becomes what it holds afterwards."""
    answer = await world.post(actor, "/views/sync", {"have": {one: held["etag"] for one, held in device.items()}})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    for held in said["upsert"]:
        device[held["id"]] = held
    for gone in said["drop"]:
        del device[gone]
    return said


async def test_a_device_takes_its_sessions_along_and_only_what_changed(world: World) -> None:
    today = await world.scheduled()
    tomorrow = await world.scheduled(NOW + timedelta(days=1), place_of=today)
    device: dict[str, Any] = {}
    await sync(world, today.staff, device)
    assert set(device) == {str(today.id), str(tomorrow.id)}
    assert device[str(today.id)]["board"] == await world.board(today)
    assert (await sync(world, today.staff, device))["upsert"] == []
    await world.log(today, "arrived", participantId=new_id(), newParticipant=newcomer("もみじ"))
    said = await sync(world, today.staff, device)
    assert {held["id"] for held in said["upsert"]} == {str(today.id), str(tomorrow.id)}, "a new face is known tomorrow"
    assert device[str(today.id)]["board"] == await world.board(today)
    rows = [row for row in await world.accesses(today.staff) if row["purpose"] == "take_along"]
    answers = [list(of_it) for _, of_it in groupby(rows, key=lambda row: row["at"])]
    both = {"session_staff": [str(today.id)], "unit_staff": [str(tomorrow.id)]}
    named = [{row["basis"]: row["shown"]["session"] for row in rows if row["shown"].get("session")} for rows in answers]
    assert named == [both, {}, both]
    [known] = [row["shown"]["participant"] for row in answers[2] if row["basis"] == "session_staff,unit_staff"]
    assert len(known) == 1, "whoever is known at both is in one row"


async def test_a_device_holds_from_yesterday_to_two_weeks_ahead_and_drops_the_rest(world: World) -> None:
    base = await world.scheduled(NOW - timedelta(days=2))
    days = {-1: None, 14: None, 15: None}
    made = {day: await world.scheduled(NOW + timedelta(days=day), place_of=base) for day in days}
    device = {str(base.id): {"etag": "old"}, str(new_id()): {"etag": "never"}}
    await sync(world, base.unit_staff, device)
    assert set(device) == {str(made[-1].id), str(made[14].id)}
    lead: dict[str, Any] = {}
    await sync(world, base.lead, lead)
    assert lead == {}, "who leads the unit reads it with the network"


async def test_whoever_leaves_the_staff_keeps_nothing(world: World) -> None:
    session = await world.scheduled()
    device: dict[str, Any] = {}
    await sync(world, session.second, device)
    await world.tables.execute("delete from session_staff where staff_id = $1", session.second.id)
    await sync(world, session.second, device)
    assert device == {}


async def test_nothing_personal_lies_outside_the_private_tables(world: World) -> None:
    session = await world.scheduled()
    refs = await world.log(session, "arrived", participantId=new_id(), newParticipant=newcomer("印ニックネーム"))
    correction = {"attendanceId": refs["attendanceId"], "note": "印わけ"}
    await world.act(session.staff, "CorrectAttendance", session.id, correction)
    await world.act(session.staff, "CloseSession", session.id, {"line": "印ひとこと"})
    asked = {"requestId": str(new_id()), "kind": "erasure", "asked": "印求め"}
    await world.act(session.staff, "OpenParticipantRequest", UUID(refs["participantId"]), asked)
    draft = {"kind": "closing", "seq": 1, "body": {"line": "印書きかけ"}, "known": []}
    assert (
        await world.http.put(f"/drafts/{new_id()}", json=draft, headers=world.headers(session.staff))
    ).status_code == 200
    names = await world.tables.fetch("select tablename from pg_tables where schemaname = 'public'")
    for table in (row["tablename"] for row in names):
        text = str(await world.tables.fetch(f"select t::text from {table} t"))
        assert ("印" in text) == table.endswith("_private"), table


@pytest.mark.parametrize("who", ["session_staff", "none"])
async def test_what_was_opened_without_a_network_is_a_line_of_the_access_log(world: World, who: str) -> None:
    session = await world.scheduled()
    actor = session.staff if who == "session_staff" else Actor(new_id(), "staff")
    before = await world.events(session)
    payload = {"viewedAt": (NOW - timedelta(hours=2)).isoformat()}
    outcome = await world.act(actor, "ViewedSessionOffline", session.id, payload)
    assert outcome["status"] == "accepted"
    [row] = [row for row in await world.accesses(actor) if row["action"] == "viewed_offline"]
    assert (row["shown"], row["basis"]) == ({"session": [str(session.id)]}, who)
    assert row["purpose"] == "offline 2026-11-24T05:00Z"
    assert await world.events(session) == before
