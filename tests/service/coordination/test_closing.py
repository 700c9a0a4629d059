"""終了と再開: only a person closes a case, never over an open promise; it stays readable, takes nothing new, and can be taken up again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.contracts.codes import ClosingReason
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World, visit
from tests.service.coordination.test_access_log import auditor, log
from tests.service.coordination.test_basis import do, give, partner
from tests.service.coordination.test_erasure import ask, decide
from tests.service.coordination.test_sync import sync

NOTHING = {"on": None, "at": None, "note": ""}


async def close(world: World, actor: Actor, case: Case, **changes: Any) -> dict[str, Any]:
    closing = {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True, **changes}
    return await do(world, actor, case, "CloseCase", **closing)


async def reopen(world: World, actor: Actor, case: Case, note: str = "") -> dict[str, Any]:
    return await do(world, actor, case, "ReopenCase", note=note)


async def listed(world: World, actor: Actor, case: Case) -> tuple[bool, bool]:
    """(among the open cases, among the closed ones)."""
    answers = [await world.get(actor, f"/views/cases{query}") for query in ("", "?closed=true")]
    found = [str(case.id) in {card["id"] for card in answer.json()} for answer in answers]
    return found[0], found[1]


async def test_a_closed_case_leaves_every_list_and_stays_readable_until_it_is_taken_up_again(world: World) -> None:
    case = await world.settled()
    await world.record(case.owner, case, nextPromise={"on": "2026-11-26", "note": "手紙"})
    agency, manager, device = partner(), case.staff("manager"), dict[str, Any]()
    await give(world, case, "consent", agency)
    await sync(world, case.owner, device)
    readers = (case.owner, case.colleague, manager, agency)
    assert [await listed(world, one, case) for one in readers] == [(True, False)] * 4
    assert [due["caseId"] for due in (await world.get(case.owner, "/views/today")).json()["contactsDue"]] == [
        str(case.id)
    ]
    assert (await close(world, case.owner, case, reason="linked", note="生活サポートへ"))["status"] == "accepted"
    assert [await listed(world, one, case) for one in readers] == [(False, True)] * 4
    assert (await world.get(case.owner, "/views/today")).json()["contactsDue"] == []
    assert (await sync(world, case.owner, device))["drop"] == [str(case.id)]
    assert (await listed(world, case.kept_off, case)) == (False, False)
    found = await world.case(case.owner, case)
    assert (datetime.fromisoformat(found["closedAt"]), found["nextPromise"]) == (NOW, NOTHING)
    entry = found["timeline"][0]
    assert (entry["kind"], entry["outcome"], entry["memo"]) == ("closed", "linked", "生活サポートへ")
    assert entry["byId"] == str(case.owner.id)
    seen = await world.case(agency, case)
    assert {one["memo"] for one in seen["timeline"]} == {""}, "a memo is the team's"
    world.now = NOW + timedelta(days=40)
    assert (await reopen(world, manager, case, "また電話があった"))["status"] == "accepted"
    assert await listed(world, case.owner, case) == (True, False)
    found = await world.case(case.owner, case)
    assert (found["closedAt"], found["nextPromise"]) == (None, NOTHING), "a new period: nothing of the old comes due"
    assert [one["kind"] for one in found["timeline"]][:3] == ["reopened", "closed", "visit"]
    [card] = (await world.get(case.owner, "/views/cases")).json()
    assert (card["nextPromisedOn"], card["nextPromiseNote"]) == (None, "")
    later = {"on": "2027-01-10", "note": "電話"}
    await world.record(case.owner, case, visitedAt=world.now.isoformat(), nextPromise=later)
    assert (await world.case(case.owner, case))["nextPromise"] == {**later, "at": None}


async def test_its_owner_or_a_manager_of_the_unit_closes_it(world: World) -> None:
    case = await world.settled()
    before = await world.everything()
    for other in (case.colleague, case.kept_off, case.staff(), case.staff("manager", "another-unit")):
        assert (await close(world, other, case))["code"] == "not_found"
        assert (await reopen(world, other, case))["code"] == "not_found"
    assert await world.everything() == before
    assert (await reopen(world, case.owner, case))["code"] == "case_is_open"
    assert (await close(world, case.staff("manager"), case))["status"] == "accepted"
    assert (await close(world, case.owner, case))["code"] == "case_closed_before"
    for other in (case.colleague, case.kept_off, case.staff(), case.staff("manager", "another-unit")):
        assert (await reopen(world, other, case))["code"] == "not_found"
    assert (await reopen(world, case.owner, case))["status"] == "accepted"


@pytest.mark.parametrize(
    ("promise", "is_open"),
    [
        ({"on": "2026-11-24", "note": ""}, True),
        ({"on": None, "note": "手紙を届ける"}, True),
        ({"on": "2026-11-23", "note": "手紙を届けた"}, False),
        ({"on": None, "note": ""}, True),  # nothing new was promised: the appointment of the package stands
    ],
    ids=["today", "words alone", "gone by", "of the package"],
)
async def test_an_open_promise_is_named_and_must_be_settled(
    world: World, promise: dict[str, Any], is_open: bool
) -> None:
    case = await world.settled()
    await world.record(case.owner, case, visitedAt=(NOW - timedelta(days=2)).isoformat(), nextPromise=promise)
    said = await close(world, case.owner, case, promiseSettled=False)
    if is_open:
        assert (said["code"], said["fields"][0]["path"]) == ("promise_is_open", "promiseSettled")
        assert (await world.case(case.owner, case))["closedAt"] is None
        said = await close(world, case.owner, case)
    assert said["status"] == "accepted"


@pytest.mark.parametrize("minutes", [-30, 0, 30])
async def test_a_visit_written_before_the_closing_still_comes_and_none_written_after(
    world: World, minutes: int
) -> None:
    case = await world.settled()
    await close(world, case.owner, case)
    closed_at, world.now = world.now, NOW + timedelta(hours=3)
    at = (closed_at + timedelta(minutes=minutes)).isoformat()
    envelope = world.envelope(case.colleague, case.id, visit(visitedAt=at, memo="階段で書いた"), capturedAt=at)
    [outcome] = await world.submit(case.colleague, envelope)
    assert outcome["code"] == (None if minutes < 0 else "case_is_closed")
    memos = {entry["memo"] for entry in (await world.case(case.owner, case))["timeline"]}
    assert ("階段で書いた" in memos) == (minutes < 0)
    if minutes >= 0:
        await reopen(world, case.owner, case)
        assert (await world.submit(case.colleague, envelope))[0]["status"] == "accepted", (
            "sent again, it is lost nowhere"
        )


@pytest.mark.parametrize("reason", ClosingReason)
async def test_the_events_carry_ids_and_the_reason_and_the_same_command_twice_closes_once(
    world: World, reason: ClosingReason
) -> None:
    case, closing = await world.settled(), str(new_id())
    payload = {"closingId": closing, "reason": reason, "note": world.word, "promiseSettled": True}
    envelope = world.envelope(case.owner, case.id, payload, type="CloseCase")
    first, second = await world.submit(case.owner, envelope, envelope)
    assert first["refs"] == second["refs"] == {"caseId": str(case.id), "closingId": closing}
    await reopen(world, case.owner, case, world.word)
    assert (await close(world, case.owner, case, closingId=closing))["code"] == "closing_exists"
    (name, _, _, data), (again, _, _, more) = (await world.events(case))[-2:]
    about = {"caseId": str(case.id), "closingId": closing, "unitId": case.unit}
    assert (name, data) == ("CaseClosed", {**about, "reason": reason, "closedBy": str(case.owner.id)})
    assert (again, more) == ("CaseReopened", {**about, "reopenedBy": str(case.owner.id)})


async def test_what_was_taken_up_again_is_not_erased_by_its_age(world: World) -> None:
    """保存期間 counts from the last closing; a request from before the reopening is not approved any more."""
    case = await world.settled()
    manager = case.staff("manager")
    await close(world, case.owner, case)
    world.now = NOW.replace(year=2032)
    assert [line["caseId"] for line in (await world.get(manager, "/views/retention")).json()] == [str(case.id)]
    request = await ask(world, manager, case, "retention")
    await reopen(world, case.owner, case)
    assert (await decide(world, case.staff("manager"), case, request))["code"] == "retention_not_reached"
    assert (await decide(world, case.staff("manager"), case, request, "decline"))["status"] == "accepted"
    await close(world, case.owner, case)
    assert (await world.get(manager, "/views/retention")).json() == []


async def test_a_read_while_it_was_closed_is_marked_also_after_it_was_taken_up_again(world: World) -> None:
    world.now = datetime.now(UTC)  # the log's own clock is the database's
    case = await world.settled()
    await world.case(case.owner, case)
    world.now = datetime.now(UTC)
    await close(world, case.owner, case)
    await world.case(case.owner, case)

    async def marks() -> list[bool]:
        lines = sorted(await log(world, auditor(), caseId=str(case.id)), key=lambda line: str(line["at"]))
        return ["closed_case" in line["odd"] for line in lines]

    assert await marks() == [False, True]
    world.now = datetime.now(UTC)
    await reopen(world, case.owner, case)
    await world.case(case.owner, case)
    assert await marks() == [False, True, False]
