"""訪問を記録: one row and one event, by those the case knows, and nothing for anybody else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import ACCEPTED_AT, NOW, Case, World, visit


async def test_a_visit_is_stored_and_told_once(world: World) -> None:
    case = await world.settled()
    payload = visit()
    sent = world.envelope(case.owner, case.id, payload)
    [outcome] = await world.submit(case.owner, sent)
    assert outcome["status"] == "accepted"
    assert outcome["refs"] == {"caseId": str(case.id), "visitId": payload["visitId"]}
    row = await world.tables.fetchrow("select * from visit where case_id = $1", case.id)
    assert row is not None
    assert (row["recorded_by"], row["visited_at"], row["recorded_at"], row["captured_at"]) == (
        case.owner.id,
        NOW - timedelta(hours=1),
        NOW,
        NOW - timedelta(minutes=2),
    )
    assert (row["outcome"], row["with_whom"], row["next_promised_on"]) == (
        "through_door",
        ["person", "family"],
        date(2026, 12, 1),
    )
    assert (await world.events(case))[1:] == [
        (
            "VisitRecorded",
            2,
            NOW - timedelta(hours=1),
            {
                "caseId": str(case.id),
                "visitId": payload["visitId"],
                "unitId": case.unit,
                "recordedBy": str(case.owner.id),
                "visitedAt": "2026-11-24T02:46:00Z",
                "outcome": "through_door",
                "withWhom": ["person", "family"],
                "nextPromisedOn": "2026-12-01",
            },
        )
    ]


async def test_words_of_the_family_are_never_in_the_persons_table(world: World) -> None:
    case = await world.settled()
    payload = visit()
    await world.submit(case.owner, world.envelope(case.owner, case.id, payload))
    own = await world.tables.fetchrow("select * from visit_private where visit_id = $1", payload["visitId"])
    query = "select family_words from visit_family_private where visit_id = $1"
    assert own is not None
    assert (own["person_words"], own["memo"], own["next_promise_note"]) == (
        payload["personWords"],
        payload["memo"],
        "手紙を届ける",
    )
    assert payload["familyWords"] not in str(own)
    assert await world.tables.fetchval(query, payload["visitId"]) == payload["familyWords"]


async def test_the_same_id_twice_gives_the_stored_answer(world: World) -> None:
    case = await world.settled()
    sent = world.envelope(case.owner, case.id, visit())
    first = await world.submit(case.owner, sent)
    before = await world.everything()
    assert await world.submit(case.owner, sent) == first
    assert await world.everything() == before
    assert len(await world.events(case)) == 2


async def test_the_same_id_with_other_words_is_refused(world: World) -> None:
    case = await world.settled()
    sent = world.envelope(case.owner, case.id, visit())
    await world.submit(case.owner, sent)
    before = await world.everything()
    [outcome] = await world.submit(case.owner, {**sent, "payload": {**sent["payload"], "memo": "別の内容"}})
    assert (outcome["status"], outcome["code"]) == ("refused", "command_id_reused")
    assert await world.everything() == before


async def test_the_draft_of_a_recorded_visit_is_gone_and_others_stay(world: World) -> None:
    """It once stayed for ever: the command's subject is the case, the draft's id is the visit."""
    case = await world.settled()
    done, unfinished = visit(), visit()
    for body in (done, unfinished):
        said = {"kind": "visit", "seq": 1, "body": {"caseId": str(case.id), "memo": body["memo"]}}
        url, headers = f"/drafts/{body['visitId']}", world.headers(case.owner)
        assert (await world.http.put(url, json=said, headers=headers)).status_code == 200
    await world.submit(case.owner, world.envelope(case.owner, case.id, done))
    drafts = (await world.get(case.owner, "/drafts?kind=visit")).json()
    assert [draft["id"] for draft in drafts] == [unfinished["visitId"]]


async def test_a_visit_id_of_another_command_is_refused(world: World) -> None:
    case = await world.settled()
    payload = visit()
    await world.submit(case.owner, world.envelope(case.owner, case.id, payload))
    before = await world.everything()
    outcome = await world.record(case.colleague, case, visitId=payload["visitId"])
    assert (outcome["status"], outcome["code"]) == ("refused", "visit_exists")
    assert await world.everything() == before


PEOPLE: dict[str, tuple[Callable[[Case], Actor], bool]] = {
    "owner": (lambda case: case.owner, True),
    "colleague": (lambda case: case.colleague, True),
    "unit lead": (lambda case: case.staff("manager"), True),
    "former unit": (lambda case: case.staff("coordinator", "another-unit"), False),
    "kept off": (lambda case: case.kept_off, False),
    "kept-off unit lead": (lambda case: Actor(case.kept_off.id, "staff", ((case.unit, "manager"),)), False),
    "lead of the sending unit": (lambda case: case.staff("manager", "hoya-window"), False),
    "who handed off": (
        lambda case: Actor(case.accepted.handed_off_by, "staff", (("hoya-window", "window_staff"),)),
        False,
    ),
    "auditor": (lambda case: case.staff("auditor", "audit-office"), False),
    "nobody": (lambda _: Actor(new_id(), "staff"), False),
}


@pytest.mark.parametrize("who", PEOPLE)
async def test_who_may_record_and_read(world: World, who: str) -> None:
    case = await world.settled()
    find, may = PEOPLE[who]
    actor, before = find(case), await world.everything()
    page = await world.get(actor, f"/views/cases/{case.id}")
    cards = (await world.get(actor, "/views/cases")).json()
    outcome = await world.record(actor, case)
    if may:
        assert (page.status_code, [card["id"] for card in cards]) == (200, [str(case.id)])
        assert (outcome["status"], len(await world.events(case))) == ("accepted", 2)
        return
    absent = await world.get(actor, f"/views/cases/{new_id()}")
    assert (page.status_code, page.json()) == (404, absent.json())
    assert cards == []
    assert (outcome["status"], outcome["code"], outcome["refs"]) == ("refused", "not_found", {})
    assert await world.everything() == before
    assert all(row["shown"] == {} for row in await world.accesses(actor) if row["action"] != "refused")


async def test_an_unknown_case_is_not_found(world: World) -> None:
    case = await world.settled()
    before = await world.everything()
    [outcome] = await world.submit(case.owner, world.envelope(case.owner, new_id(), visit()))
    assert outcome["code"] == "not_found"
    assert await world.everything() == before


async def test_membership_is_dated(world: World) -> None:
    """Through the last day in Tokyo, and no minute longer; not before the first. Who was on the team once may hand in."""
    case = await world.settled()
    query = "update case_member set until = '2026-11-24' where case_id = $1 and staff_id = $2"
    await world.tables.execute(query, case.id, case.colleague.id)
    world.now = datetime(2026, 11, 24, 14, 59, tzinfo=UTC)
    assert (await world.record(case.colleague, case))["status"] == "accepted"
    world.now = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    late = world.envelope(case.colleague, case.id, visit(), capturedAt=world.now.isoformat())
    assert (await world.submit(case.colleague, late))[0]["refs"]["confirming"] is True
    assert (await world.get(case.colleague, f"/views/cases/{case.id}")).status_code == 404
    newcomer = case.staff(unit="another-unit")
    await world.tables.execute("insert into case_member values ($1, $2, '2026-11-26')", case.id, newcomer.id)
    assert (await world.record(newcomer, case))["code"] == "not_found"
    world.now += timedelta(days=1)
    assert (await world.record(newcomer, case))["status"] == "accepted"


async def test_a_closed_case_refuses_and_leaves_the_id_free(world: World) -> None:
    case = await world.settled()
    await world.tables.execute(
        "update case_file set closed_at = $2 where case_id = $1", case.id, NOW - timedelta(minutes=3)
    )
    before, sent = await world.everything(), world.envelope(case.owner, case.id, visit())
    [outcome] = await world.submit(case.owner, sent)
    assert (outcome["status"], outcome["code"]) == ("refused", "case_is_closed")
    assert "残っています" in outcome["message"]
    assert await world.everything() == before
    await world.tables.execute("update case_file set closed_at = null where case_id = $1", case.id)
    [outcome] = await world.submit(case.owner, sent)
    assert outcome["status"] == "accepted"


REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "ahead": ({"visitedAt": (NOW + timedelta(minutes=6)).isoformat()}, "visit_in_future", "visitedAt"),
    "before the case": (
        {"visitedAt": (ACCEPTED_AT - timedelta(days=1)).isoformat()},
        "visit_before_case",
        "visitedAt",
    ),
    "promise before the visit": ({"nextPromise": {"on": "2026-11-23"}}, "promise_before_visit", "nextPromise.on"),
    "unknown outcome": ({"outcome": "refused_to_open"}, "malformed_payload", "outcome"),
    "lone surrogate": ({"memo": "\ud83d"}, "malformed_payload", "memo"),
    "NUL": ({"familyWords": "a\x00b"}, "malformed_payload", "familyWords"),
    "no zone": ({"visitedAt": "2026-11-24T02:46:00"}, "malformed_payload", "visitedAt"),
    "unknown field": ({"diagnosis": "x"}, "malformed_payload", "diagnosis"),
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_refused_names_its_field_and_lets_neighbours_through(world: World, what: str) -> None:
    changes, code, path = REFUSED[what]
    case = await world.settled()
    bad, good = (world.envelope(case.owner, case.id, visit(**more)) for more in (changes, {}))
    refused, accepted = await world.submit(case.owner, bad, good)
    assert (refused["status"], refused["code"], [f["path"] for f in refused["fields"]]) == ("refused", code, [path])
    assert all(field["message"] for field in refused["fields"])
    assert accepted["status"] == "accepted"
    assert await world.tables.fetchval("select count(*) from visit where case_id = $1", case.id) == 1
    assert len(await world.events(case)) == 2


@pytest.mark.parametrize("statement", ["update visit set outcome = 'met'", "delete from visit", "delete from person"])
async def test_a_fact_cannot_be_changed_by_the_running_service(world: World, statement: str) -> None:
    app = await connect(world.service.settings.database_dsn)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.execute(statement)
    await app.close()
