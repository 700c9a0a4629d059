"""Facts recorded on a device are judged by the relation at capturedAt; one without a relation waits, and is not lost."""

from datetime import UTC, datetime, timedelta

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.coordination.conftest import NOW, Case, World, visit

YESTERDAY = NOW - timedelta(days=1)


async def leave_the_team(world: World, case: Case, last_day: str) -> None:
    query = "update case_member set until = $3::text::date where case_id = $1 and staff_id = $2"
    await world.tables.execute(query, case.id, case.colleague.id, last_day)


async def waiting(world: World) -> tuple[Case, Actor, dict]:
    """A case, its manager, and the payload of a visit that waits: its author left the team before recording it."""
    case = await world.settled()
    await leave_the_team(world, case, "2026-11-22")
    payload = visit(visitedAt=YESTERDAY.isoformat())
    envelope = world.envelope(case.colleague, case.id, payload, capturedAt=YESTERDAY.isoformat())
    [outcome] = await world.submit(case.colleague, envelope)
    assert (outcome["status"], outcome["refs"]["confirming"]) == ("accepted", True)
    return case, case.staff("manager"), payload


async def test_a_visit_of_a_member_of_that_day_is_recorded_after_they_left(world: World) -> None:
    case = await world.settled()
    await leave_the_team(world, case, "2026-11-23")
    envelope = world.envelope(
        case.colleague, case.id, visit(visitedAt=YESTERDAY.isoformat()), capturedAt=YESTERDAY.isoformat()
    )
    [outcome] = await world.submit(case.colleague, envelope)
    assert (outcome["status"], outcome["refs"].get("confirming")) == ("accepted", None)
    assert (await world.case(case.owner, case))["timeline"][0]["kind"] == "visit"


async def test_a_visit_of_a_former_member_waits_and_is_on_no_timeline(world: World) -> None:
    case, manager, payload = await waiting(world)
    assert [name for name, *_ in await world.events(case)] == ["CaseOpened", "VisitQuarantined"]
    assert payload["memo"] not in str(await world.case(case.owner, case))
    [own] = (await world.get(case.colleague, "/views/quarantine")).json()
    assert (own["memo"], own["state"], own["label"]) == (payload["memo"], "waiting", "")
    [shown] = (await world.get(manager, "/views/quarantine")).json()
    assert (shown["id"], shown["personWords"], bool(shown["label"])) == (
        payload["visitId"],
        payload["personWords"],
        True,
    )
    shown = {"quarantine": [payload["visitId"]], "case": [str(case.id)]}
    for reader, basis in ((manager, "unit_lead"), (case.colleague, "author")):
        [row] = [row for row in await world.accesses(reader) if row["action"] == "read"]
        assert (row["shown"], row["basis"]) == (shown, basis), "a read of the case too: 誰が見たか names it"


async def test_an_author_who_is_kept_off_reads_their_own_words_no_more_and_still_learns_where_they_stand(
    world: World,
) -> None:
    case, manager, payload = await waiting(world)
    await world.tables.execute("insert into case_kept_off values ($1, $2)", case.id, case.colleague.id)
    assert (await world.get(case.colleague, "/views/quarantine")).json() == []
    [standing] = (await world.get(case.colleague, "/views/quarantine?standing=true")).json()
    assert standing == {"id": payload["visitId"], "caseId": str(case.id), "state": "waiting"}
    [waits] = (await world.get(manager, "/views/quarantine")).json()
    assert waits["id"] == payload["visitId"], "for the manager nothing changed"


async def test_a_colleague_of_the_unit_may_hand_in_what_the_manager_decides(world: World) -> None:
    case = await world.settled()
    outcome = await world.record(case.staff("coordinator"), case)
    assert (outcome["status"], outcome["refs"]["confirming"]) == ("accepted", True)


@pytest.mark.parametrize("who", ["member", "other manager", "the author", "kept-off manager"])
async def test_only_the_manager_of_the_unit_decides(world: World, who: str) -> None:
    case, _, payload = await waiting(world)
    actor = {
        "member": case.owner,
        "other manager": case.staff("manager", "another-unit"),
        "the author": case.colleague,
        "kept-off manager": Actor(case.kept_off.id, "staff", ((case.unit, "manager"),)),
    }[who]
    if who != "the author":
        assert (await world.get(actor, "/views/quarantine")).json() == []
    before = await world.everything()
    decision = {"quarantineId": payload["visitId"], "decision": "admit"}
    [outcome] = await world.submit(actor, world.envelope(actor, case.id, decision, type="DecideQuarantine"))
    assert (outcome["status"], outcome["code"]) == ("refused", "not_found")
    assert await world.everything() == before


async def test_an_admitted_visit_is_on_the_case_as_its_author_s(world: World) -> None:
    case, manager, payload = await waiting(world)
    decision = {"quarantineId": payload["visitId"], "decision": "admit", "note": "引継ぎの前の訪問"}
    [outcome] = await world.submit(manager, world.envelope(manager, case.id, decision, type="DecideQuarantine"))
    assert outcome["status"] == "accepted"
    name, version, time, data = (await world.events(case))[-1]
    assert (name, version, time, data["recordedBy"]) == ("VisitRecorded", 3, YESTERDAY, str(case.colleague.id))
    entry = (await world.case(case.owner, case))["timeline"][0]
    said = (entry["byId"], entry["memo"], entry["familyWords"])
    assert said == (str(case.colleague.id), payload["memo"], payload["familyWords"])
    assert (await world.get(manager, "/views/quarantine")).json() == []
    [again] = await world.submit(manager, world.envelope(manager, case.id, decision, type="DecideQuarantine"))
    assert again["code"] == "already_decided"


async def test_a_declined_visit_keeps_its_words_and_tells_its_author(world: World) -> None:
    case, manager, payload = await waiting(world)
    decision = {"quarantineId": payload["visitId"], "decision": "decline", "note": "別のケースの訪問でした"}
    await world.submit(manager, world.envelope(manager, case.id, decision, type="DecideQuarantine"))
    assert [name for name, *_ in await world.events(case)] == ["CaseOpened", "VisitQuarantined"]
    [own] = (await world.get(case.colleague, "/views/quarantine")).json()
    assert (own["state"], own["note"], own["memo"]) == ("decline", "別のケースの訪問でした", payload["memo"])


async def test_a_clock_that_is_a_year_ahead_gives_no_relation(world: World) -> None:
    """capturedAt never counts beyond now."""
    case = await world.settled()
    newcomer = case.staff(unit="another-unit")
    await world.tables.execute("insert into case_member values ($1, $2, '2027-01-01')", case.id, newcomer.id)
    ahead = world.envelope(newcomer, case.id, visit(), capturedAt=datetime(2027, 11, 24, tzinfo=UTC).isoformat())
    assert (await world.submit(newcomer, ahead))[0]["code"] == "not_found"


@pytest.mark.parametrize("who", ["member", "stranger"])
async def test_what_was_opened_on_the_device_is_a_line_of_the_access_log(world: World, who: str) -> None:
    case = await world.settled()
    actor = case.owner if who == "member" else Actor(new_id(), "staff")
    events = await world.events(case)
    viewed = world.envelope(actor, case.id, {"viewedAt": YESTERDAY.isoformat()}, type="ViewedOffline")
    assert (await world.submit(actor, viewed))[0]["status"] == "accepted"
    [row] = [row for row in await world.accesses(actor) if row["action"] == "viewed_offline"]
    assert (row["shown"], row["basis"]) == ({"case": [str(case.id)]}, "member" if who == "member" else "none")
    assert "2026-11-23T03:46Z" in row["purpose"]
    assert await world.events(case) == events
