"""What each relation is shown, field by field, and the access row every answer leaves."""

from datetime import timedelta
from typing import Any

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.intake.conftest import (
    CLERK,
    CLERK_COLLEAGUE,
    COORDINATOR,
    HAND_OFF,
    MANAGER,
    NOW,
    OPEN,
    SECOND_COORDINATOR,
    STRANGERS,
    World,
)


async def test_the_tray_of_both_sides(world: World) -> None:
    handoff = await world.handed_off()
    consultation = (await world.row("handoff", handoff))["consultation_id"]
    world.now = NOW + timedelta(hours=2)
    card: dict[str, Any] = {
        "id": str(handoff),
        "consultationId": str(consultation),
        "receiptNumber": "保2026-0001",
        "label": "母からの相談（匿名）",
        "kind": "lead",
        "status": "open",
        "fromUnitId": "hoya-window",
        "toUnitId": "hikikomori-support",
        "handedOffById": str(CLERK.id),
        "handedOffAt": "2026-11-24T03:46:00Z",
        "answerDueAt": "2026-11-26T03:46:00Z",
        "workingMinutesUsed": 120,
        "workingMinutesAllowed": 1050,
        "urgency": "days",
        "personKnows": "does_not_know",
        "contactRules": ["no_home_phone", "caller_mobile_only", "afternoon_only"],
        "safeContact": HAND_OFF["safeContact"],
        "promised": HAND_OFF["promised"],
        "nextAppointment": {"at": "2026-11-26T05:00:00Z", "note": ""},
        "concerns": ["family_relations", "hikikomori"],
        "mainConcern": "hikikomori",
        "answeredById": None,
        "answeredAt": None,
        "caseId": None,
        "returnReason": None,
        "returnNote": "",
    }
    assert (await world.get(COORDINATOR, "/views/tray")).json() == {"received": [card], "sent": []}
    assert (await world.get(CLERK_COLLEAGUE, "/views/tray")).json() == {"received": [], "sent": [card]}


async def test_the_tray_leaves_one_access_row_with_ids_and_groups(world: World) -> None:
    handoff = await world.handed_off()
    await world.owner.execute("truncate access_log")
    headers = {"Authorization": f"Bearer {world.token(COORDINATOR)}", "Banso-Screen": "tray", "Banso-Purpose": "p"}
    await world.http.get("/views/tray", headers=headers)
    [row] = await world.access_rows()
    assert (row["actor_id"], row["action"], row["basis"]) == (COORDINATOR.id, "read", "receiving_unit")
    assert (row["shown"], row["field_groups"]) == ({"handoff": [str(handoff)]}, ["codes", "package_words"])
    assert (row["screen"], row["purpose"]) == ("tray", "p")


async def test_after_accepting_the_receiver_keeps_codes_and_no_words(world: World) -> None:
    handoff, case = await world.handed_off(), new_id()
    consultation = (await world.row("handoff", handoff))["consultation_id"]
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case)})
    [mine] = (await world.get(COORDINATOR, "/views/tray")).json()["received"]
    assert (mine["status"], mine["caseId"], mine["answeredById"]) == ("accepted", str(case), str(COORDINATOR.id))
    assert (mine["promised"], mine["safeContact"], mine["nextAppointment"]["note"]) == ("", "", "")
    view = (await world.get(COORDINATOR, f"/views/handoffs/{handoff}")).json()
    assert view == {"card": mine, "consultation": None}
    assert (await world.get(COORDINATOR, f"/views/consultations/{consultation}")).status_code == 404
    assert (await world.get(SECOND_COORDINATOR, f"/views/handoffs/{handoff}")).status_code == 404
    assert (await world.get(SECOND_COORDINATOR, "/views/tray")).json()["received"] == []


async def test_answered_ones_leave_the_receivers_tray_after_seven_days(world: World) -> None:
    handoff = await world.handed_off()
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    world.now = NOW + timedelta(days=6, hours=23)
    assert len((await world.get(COORDINATOR, "/views/tray")).json()["received"]) == 1
    world.now = NOW + timedelta(days=7, seconds=1)
    assert (await world.get(COORDINATOR, "/views/tray")).json()["received"] == []
    assert (await world.get(COORDINATOR, f"/views/handoffs/{handoff}")).status_code == 404


async def test_sent_ones_stay_sixty_days_or_as_long_as_they_are_open(world: World) -> None:
    answered, still_open = await world.handed_off(), await world.handed_off()
    await world.act(MANAGER, "ReturnHandoff", answered, {"reason": "question_left", "note": "?"})
    world.now = NOW + timedelta(days=61)
    sent = (await world.get(CLERK, "/views/tray")).json()["sent"]
    assert [card["id"] for card in sent] == [str(still_open)]


async def test_the_sender_reads_why_it_came_back_and_the_clock_stands(world: World) -> None:
    handoff = await world.handed_off()
    world.now = NOW + timedelta(minutes=30)
    await world.act(
        COORDINATOR, "ReturnHandoff", handoff, {"reason": "contact_unclear", "note": "時間を教えてください"}
    )
    world.now = NOW + timedelta(days=3)
    [card] = (await world.get(CLERK, "/views/tray")).json()["sent"]
    assert (card["returnReason"], card["returnNote"]) == ("contact_unclear", "時間を教えてください")
    assert (card["workingMinutesUsed"], card["answeredById"]) == (30, str(COORDINATOR.id))


async def test_the_receiving_unit_reads_the_sheet_while_the_handoff_is_open(world: World) -> None:
    handoff = await world.handed_off()
    consultation = (await world.row("handoff", handoff))["consultation_id"]
    view = (await world.get(COORDINATOR, f"/views/handoffs/{handoff}")).json()
    assert view["consultation"]["told"] == OPEN["told"]
    assert [card["id"] for card in view["consultation"]["handoffs"]] == [str(handoff)]
    [row] = (await world.access_rows())[-1:]
    assert row["shown"] == {"handoff": [str(handoff), str(handoff)], "consultation": [str(consultation)]}
    assert row["field_groups"] == ["codes", "package_words", "sheet", "told"]
    assert row["basis"] == "receiving_unit"


async def test_a_sheet_of_the_own_unit(world: World) -> None:
    consultation = await world.opened()
    sheet = (await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")).json()
    same = ("callerKind", "callerRelation", "channel", "residence", "personKnows", "contactRules", "mainConcern")
    assert {key: sheet[key] for key in same} == {key: OPEN[key] for key in same}
    assert (sheet["id"], sheet["unitId"], sheet["openedById"]) == (str(consultation), "hoya-window", str(CLERK.id))
    assert (sheet["told"], sheet["handoffs"], sheet["receiptNumber"]) == (OPEN["told"], [], "保2026-0001")


async def test_the_list_shows_codes_and_no_words_newest_first(world: World) -> None:
    older = await world.opened(openedAt=(NOW - timedelta(days=1)).isoformat())
    newer = await world.opened(told={**OPEN["told"], "callerName": "秘密の名前"})
    handoff = await world.handed_off(consultation=newer)
    answer = await world.get(CLERK, "/views/consultations", limit=2)
    sheets = answer.json()
    assert [sheet["id"] for sheet in sheets] == [str(newer), str(older)]
    assert [card["id"] for card in sheets[0]["handoffs"]] == [str(handoff)]
    assert [sheet["label"] for sheet in sheets] == ["母からの相談", "母からの相談（匿名）"]
    for words in ("秘密の名前", OPEN["told"]["memo"], OPEN["told"]["callerPhone"], HAND_OFF["promised"]):
        assert words not in answer.text
    assert (await world.get(CLERK, "/views/consultations", limit=1)).json() == sheets[:1]


async def test_another_units_handoffs_of_one_sheet_stay_hidden_from_a_receiver(world: World) -> None:
    consultation = await world.opened()
    lead = await world.handed_off(consultation=consultation)
    await world.handed_off(CLERK, consultation, kind="parallel", toUnit="tanashi-window")
    sheet = (await world.get(COORDINATOR, f"/views/consultations/{consultation}")).json()
    assert [card["id"] for card in sheet["handoffs"]] == [str(lead)]
    assert len((await world.get(CLERK, f"/views/consultations/{consultation}")).json()["handoffs"]) == 2


@pytest.mark.parametrize("actor", STRANGERS.values(), ids=STRANGERS)
async def test_strangers_find_nothing_and_the_rows_say_that_they_tried(world: World, actor: Actor) -> None:
    handoff = await world.handed_off()
    consultation = (await world.row("handoff", handoff))["consultation_id"]
    seen = len(await world.access_rows())
    nowhere = new_id()
    for path in (f"/views/handoffs/{handoff}", f"/views/consultations/{consultation}"):
        denied, absent = await world.get(actor, path), await world.get(actor, f"{path.rpartition('/')[0]}/{nowhere}")
        assert (denied.status_code, denied.json()) == (404, absent.json())
    rows = (await world.access_rows())[seen:]
    assert [row["shown"] for row in rows] == [
        {kind: [str(one)]}
        for kind, its in (("handoff", handoff), ("consultation", consultation))
        for one in (its, nowhere)
    ]
    assert {(row["actor_id"], row["action"], row["basis"]) for row in rows} == {(actor.id, "refused", "refused")}
    assert (await world.get(actor, "/views/tray")).json() == {"received": [], "sent": []}
    assert (await world.get(actor, "/views/consultations")).json() == []


async def test_the_sending_clerks_unit_sees_no_consultation_of_the_receiver(world: World) -> None:
    consultation = await world.opened(COORDINATOR, unitId="hikikomori-support")
    assert (await world.get(CLERK, f"/views/consultations/{consultation}")).status_code == 404


@pytest.mark.parametrize("path", ["/views/tray", "/views/consultations", f"/views/handoffs/{new_id()}"])
async def test_nobody_reads_without_a_token(world: World, path: str) -> None:
    answer = await world.http.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    wrong = {"Authorization": f"Bearer {world.token(CLERK, audience='coordination')}"}
    assert (await world.http.get(path, headers=wrong)).json()["code"] == "wrong_audience"
