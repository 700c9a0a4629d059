"""The handoff ledger: hand off, accept, return, withdraw. Exact rows and events; denied = nothing changed or emitted."""

from datetime import UTC, datetime
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
    SECOND_COORDINATOR,
    STRANGERS,
    World,
)

DUE = datetime(2026, 11, 26, 3, 46, tzinfo=UTC)
"""Two working days after Tuesday 12:46 in Tokyo: Thursday 12:46."""

RULES = ["no_home_phone", "caller_mobile_only", "afternoon_only"]
"""What the sheet said binds on; the handoff can only add."""


async def test_hand_off_keeps_the_package_and_starts_the_clock(world: World) -> None:
    consultation, handoff, neighbour = await world.opened(), new_id(), new_id()
    payload = {**HAND_OFF, "consultationId": str(consultation), "keptOff": [str(neighbour)]}
    outcome = await world.act(CLERK, "HandOff", handoff, payload)
    assert outcome["status"] == "accepted"
    assert outcome["refs"] == {"handoffId": str(handoff), "answerDueAt": DUE.isoformat()}
    assert await world.row("handoff", handoff) == {
        "handoff_id": handoff,
        "consultation_id": consultation,
        "kind": "lead",
        "status": "open",
        "from_unit": "hoya-window",
        "to_unit": "hikikomori-support",
        "handed_off_by": CLERK.id,
        "handed_off_at": NOW,
        "answer_due_at": DUE,
        "person_knows": "does_not_know",
        "contact_rules": RULES,
        "next_appointment_at": datetime(2026, 11, 26, 5, 0, tzinfo=UTC),
        "kept_off": [neighbour],
        "suspensions": [],
        "answered_by": None,
        "answered_at": None,
        "case_id": None,
        "return_reason": None,
    }
    assert await world.row("handoff_told", handoff) == {
        "handoff_id": handoff,
        "promised": HAND_OFF["promised"],
        "safe_contact": HAND_OFF["safeContact"],
        "next_appointment_note": "",
        "return_note": "",
        "withdraw_note": "",
    }
    data = {
        "handoffId": str(handoff),
        "consultationId": str(consultation),
        "kind": "lead",
        "fromUnit": "hoya-window",
        "toUnit": "hikikomori-support",
        "handedOffBy": str(CLERK.id),
        "keptOff": [str(neighbour)],
        "answerDueAt": "2026-11-26T03:46:00Z",
    }
    assert await world.events(handoff) == [("banso.intake.HandedOff.v1", 1, data)]


MISSING: list[tuple[dict[str, Any], list[str]]] = [
    ({"promised": ""}, ["promised"]),
    ({"promised": " 　\n"}, ["promised"]),
    ({"personKnows": None}, ["personKnows"]),
    ({"safeContact": ""}, ["safeContact"]),
    ({"nextAppointment": {"at": None, "note": " "}}, ["nextAppointment"]),
    (
        {"promised": "", "personKnows": None, "safeContact": "", "nextAppointment": {}},
        ["promised", "personKnows", "safeContact", "nextAppointment"],
    ),
]


@pytest.mark.parametrize(("change", "paths"), MISSING)
async def test_an_incomplete_package_is_refused_field_by_field(
    world: World, change: dict[str, Any], paths: list[str]
) -> None:
    consultation = await world.opened()
    before = await world.everything()
    payload = {**HAND_OFF, "consultationId": str(consultation), **change}
    outcome = await world.act(CLERK, "HandOff", new_id(), payload)
    assert (outcome["status"], outcome["code"]) == ("refused", "package_incomplete")
    assert [(f["path"], f["code"]) for f in outcome["fields"]] == [(path, "required") for path in paths]
    assert {f["message"] for f in outcome["fields"]} == {"ここを書いてください。"}
    assert await world.everything() == before


async def test_words_instead_of_a_time_are_a_next_appointment(world: World) -> None:
    await world.handed_off(nextAppointment={"at": None, "note": "母からかけてくる"})


async def test_a_unit_does_not_hand_off_to_itself(world: World) -> None:
    consultation = await world.opened()
    payload = {**HAND_OFF, "consultationId": str(consultation), "toUnit": "hoya-window"}
    outcome = await world.act(CLERK, "HandOff", new_id(), payload)
    assert (outcome["code"], outcome["fields"][0]["path"]) == ("same_unit", "toUnit")


@pytest.mark.parametrize("actor", [*STRANGERS.values(), COORDINATOR, MANAGER], ids=[*STRANGERS, "receiver", "manager"])
async def test_only_the_consultations_own_unit_hands_off(world: World, actor: Actor) -> None:
    consultation = await world.opened()
    before = await world.everything()
    outcome = await world.act(actor, "HandOff", new_id(), {**HAND_OFF, "consultationId": str(consultation)})
    assert (outcome["status"], outcome["code"], outcome["refs"]) == ("refused", "not_found", {})
    assert await world.everything() == before


@pytest.mark.parametrize("accepted", [False, True])
async def test_one_lead_handoff_at_a_time(world: World, accepted: bool) -> None:
    consultation = await world.opened()
    first = await world.handed_off(consultation=consultation)
    if accepted:
        await world.act(COORDINATOR, "AcceptHandoff", first, {"caseId": str(new_id())})
    before = await world.everything()
    outcome = await world.act(CLERK, "HandOff", new_id(), {**HAND_OFF, "consultationId": str(consultation)})
    assert (outcome["status"], outcome["code"]) == ("refused", "handoff_already_open")
    assert await world.everything() == before
    await world.handed_off(consultation=consultation, kind="parallel", toUnit="tanashi-window")


@pytest.mark.parametrize("ending", ["ReturnHandoff", "WithdrawHandoff"])
async def test_after_a_return_or_withdrawal_a_new_handoff_may_be_sent(world: World, ending: str) -> None:
    consultation = await world.opened()
    first = await world.handed_off(consultation=consultation)
    if ending == "ReturnHandoff":
        await world.act(MANAGER, ending, first, {"reason": "question_left", "note": "留守電に名乗ってよいか"})
    else:
        await world.act(CLERK_COLLEAGUE, ending, first, {"note": ""})
    second = await world.handed_off(consultation=consultation)
    assert (await world.row("handoff", second))["status"] == "open"


async def test_a_handoff_id_is_used_once(world: World) -> None:
    handoff = await world.handed_off()
    other = await world.opened()
    before = await world.everything()
    outcome = await world.act(CLERK, "HandOff", handoff, {**HAND_OFF, "consultationId": str(other)})
    assert (outcome["status"], outcome["code"]) == ("refused", "handoff_exists")
    assert await world.everything() == before


async def test_accept_carries_the_case_and_everyone_it_concerns(world: World) -> None:
    neighbour, case = new_id(), new_id()
    handoff = await world.handed_off(keptOff=[str(neighbour)])
    colleague = str(SECOND_COORDINATOR.id)
    payload = {"caseId": str(case), "colleagueIds": [colleague, colleague]}
    outcome = await world.act(COORDINATOR, "AcceptHandoff", handoff, payload)
    assert (outcome["status"], outcome["refs"]) == ("accepted", {"handoffId": str(handoff), "caseId": str(case)})
    row = await world.row("handoff", handoff)
    assert (row["status"], row["answered_by"], row["answered_at"], row["case_id"]) == (
        "accepted",
        COORDINATOR.id,
        NOW,
        case,
    )
    assert (await world.events(handoff))[1:] == [
        (
            "banso.intake.HandoffAccepted.v1",
            2,
            {
                "handoffId": str(handoff),
                "consultationId": str(row["consultation_id"]),
                "caseId": str(case),
                "kind": "lead",
                "fromUnit": "hoya-window",
                "toUnit": "hikikomori-support",
                "handedOffBy": str(CLERK.id),
                "acceptedBy": str(COORDINATOR.id),
                "colleagueIds": [colleague],
                "keptOff": [str(neighbour)],
            },
        )
    ]


async def test_return_keeps_the_words_and_sends_the_code(world: World) -> None:
    handoff = await world.handed_off()
    note = "母の携帯が留守電だったとき、名乗ってよいか教えてください。"
    outcome = await world.act(MANAGER, "ReturnHandoff", handoff, {"reason": "contact_unclear", "note": note})
    assert outcome["status"] == "accepted"
    row = await world.row("handoff", handoff)
    assert (row["status"], row["answered_by"], row["return_reason"]) == ("returned", MANAGER.id, "contact_unclear")
    assert (await world.row("handoff_told", handoff))["return_note"] == note
    assert (await world.events(handoff))[1:] == [
        (
            "banso.intake.HandoffReturned.v1",
            2,
            {
                "handoffId": str(handoff),
                "consultationId": str(row["consultation_id"]),
                "fromUnit": "hoya-window",
                "toUnit": "hikikomori-support",
                "handedOffBy": str(CLERK.id),
                "returnedBy": str(MANAGER.id),
                "reason": "contact_unclear",
            },
        )
    ]


async def test_returning_for_another_reason_needs_a_word(world: World) -> None:
    handoff = await world.handed_off()
    before = await world.everything()
    outcome = await world.act(COORDINATOR, "ReturnHandoff", handoff, {"reason": "other", "note": " "})
    assert (outcome["code"], outcome["fields"][0]["path"]) == ("note_is_needed", "note")
    assert await world.everything() == before


async def test_a_colleague_of_the_sender_may_withdraw(world: World) -> None:
    handoff = await world.handed_off()
    outcome = await world.act(CLERK_COLLEAGUE, "WithdrawHandoff", handoff, {"note": "事情が変わった"})
    assert outcome["status"] == "accepted"
    assert (await world.row("handoff_told", handoff))["withdraw_note"] == "事情が変わった"
    row = await world.row("handoff", handoff)
    assert (await world.events(handoff))[1:] == [
        (
            "banso.intake.HandoffWithdrawn.v1",
            2,
            {
                "handoffId": str(handoff),
                "consultationId": str(row["consultation_id"]),
                "fromUnit": "hoya-window",
                "toUnit": "hikikomori-support",
                "handedOffBy": str(CLERK.id),
                "withdrawnBy": str(CLERK_COLLEAGUE.id),
            },
        )
    ]


@pytest.mark.parametrize(
    ("sheet", "package", "path"),
    [
        ([], ["any_way", "no_letter"], "contactRules"),
        (["no_home_phone"], ["any_way"], "contactRules"),
    ],
)
async def test_rules_that_contradict_are_refused_at_their_field(
    world: World, sheet: list[str], package: list[str], path: str
) -> None:
    consultation = await world.opened(contactRules=sheet)
    before = await world.everything()
    payload = {**HAND_OFF, "consultationId": str(consultation), "contactRules": package}
    outcome = await world.act(CLERK, "HandOff", new_id(), payload)
    assert (outcome["status"], outcome["code"]) == ("refused", "contact_rules_contradict")
    assert [(f["path"], f["code"]) for f in outcome["fields"]] == [(path, "contradicts")]
    assert "どの方法でもよい" in outcome["fields"][0]["message"]
    assert await world.everything() == before


async def test_a_row_of_before_that_contradicts_is_read_and_handed_off_by_its_narrower_rules(world: World) -> None:
    consultation = await world.opened(contactRules=["no_home_phone"])
    old = ["any_way", "no_home_phone"]
    await world.owner.execute(
        "update consultation set contact_rules = $2 where consultation_id = $1", consultation, old
    )
    sheet = (await world.get(CLERK, f"/views/consultations/{consultation}")).json()
    assert sheet["contactRules"] == ["no_home_phone"]
    handoff = await world.handed_off(consultation=consultation, contactRules=["no_home_phone"])
    assert (await world.row("handoff", handoff))["contact_rules"] == ["no_home_phone"]


async def test_what_must_be_done_today_stands_first_in_the_tray(world: World) -> None:
    days = await world.handed_off(consultation=await world.opened(urgency="days"))
    nothing = await world.handed_off(consultation=await world.opened(urgency=None))
    today = await world.handed_off(consultation=await world.opened(urgency="today"))
    received = (await world.get(COORDINATOR, "/views/tray")).json()["received"]
    assert [card["id"] for card in received] == [str(today), str(days), str(nothing)]


async def test_the_tray_names_the_person_as_the_sheet_and_the_case_do(world: World) -> None:
    told = {"personName": "のぶさん", "personKana": "のぶ", "callerName": ""}
    handoff = await world.handed_off(consultation=await world.opened(told=told))
    [waiting] = (await world.get(COORDINATOR, "/views/tray")).json()["received"]
    page = (await world.get(COORDINATOR, f"/views/handoffs/{handoff}")).json()
    assert (waiting["label"], page["consultation"]["label"]) == ("「のぶさん」", "「のぶさん」")
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    [answered] = (await world.get(COORDINATOR, "/views/tray")).json()["received"]
    assert answered["label"] == "母からの相談（匿名）", "after the answer the words are gone, the name too"
