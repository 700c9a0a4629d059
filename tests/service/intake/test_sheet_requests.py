"""本人からの請求 about a sheet that never became a case: received by its unit, decided by its manager, erased by two."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.contracts.sheet_request import SheetErased
from services.intake import erasure_store
from services.kernel.ids import event_id, new_id
from services.kernel.token import Actor
from tests.service.intake.conftest import CLERK, COORDINATOR, IBASHO, MANAGER, NOW, OPEN, OTHER_CLERK, World, person
from tests.service.intake.test_erasure import (
    PACKAGE,
    TOLD,
    WORD,
    accepted,
    asked_and_looked_at,
    noted,
    save_draft,
    tables_with,
)

LEAD = person("window-lead", ("hoya-window", "manager"))
SECOND_LEAD = person("second-window-lead", ("hoya-window", "manager"))
KEPT_OFF_LEAD = person("kept-off-lead", ("hoya-window", "manager"))
YEARS = timedelta(days=6 * 366)
OWN = {"callerKind": "person", "callerRelation": None, "personKnows": "knows"}


async def ask(world: World, consultation: UUID, kind: str = "erasure", actor: Actor = CLERK, asked: str = WORD) -> str:
    """A request that waits; its id."""
    request = str(new_id())
    payload = {"requestId": request, "kind": kind, "asked": asked}
    said = await world.act(actor, "OpenSheetRequest", consultation, payload)
    assert said["status"] == "accepted", said
    return request


async def decide(
    world: World, consultation: UUID, request: str, actor: Actor = LEAD, decision: str = "approve"
) -> dict[str, Any]:
    payload = {"requestId": request, "decision": decision, "note": WORD}
    return await world.act(actor, "DecideSheetRequest", consultation, payload)


async def full_sheet(world: World, **changes: Any) -> UUID:
    """A sheet full of words that was returned once and never taken; a draft lies about."""
    consultation = await world.opened(told=TOLD, **changes)
    handoff = await world.handed_off(consultation=consultation, keptOff=[str(KEPT_OFF_LEAD.id)], **PACKAGE)
    await world.act(COORDINATOR, "ReturnHandoff", handoff, {"reason": "other", "note": WORD})
    await save_draft(world, consultation)
    await asked_and_looked_at(world, consultation)
    return consultation


async def test_an_approved_erasure_leaves_no_word_and_says_so_once(world: World) -> None:
    consultation = await noted(world, await full_sheet(world))
    other = await world.opened(told={**TOLD, "memo": "ほかの人"})
    request = await ask(world, consultation)
    assert await tables_with(world) == {*erasure_store.WORDS, "draft_private"}
    assert (await decide(world, consultation, request))["status"] == "accepted"
    assert await tables_with(world) == {"consultation_told"}, "the other sheet's alone"
    assert (await world.row("consultation_told", other))["memo"] == "ほかの人"
    names = [type_.split(".")[2] for type_, _, _ in await world.events(consultation)]
    assert names[-3:] == ["SheetRequestOpened", "SheetRequestDecided", "SheetErased"]
    assert (await world.get(CLERK, f"/views/consultations/{consultation}")).status_code == 404
    assert (await world.get(CLERK, "/views/requests")).json() == []
    line = next(one for one in (await world.get(LEAD, "/views/requests")).json() if one["id"] == request)
    assert (line["label"], line["state"], line["owed"], line["asked"]) == ("消去済み", "done", [], "")
    again = await decide(world, consultation, request, SECOND_LEAD)
    assert (again["status"], again["code"]) == ("refused", "record_erased")


async def test_nothing_brings_an_erased_sheet_back(world: World) -> None:
    consultation = await full_sheet(world)
    await decide(world, consultation, await ask(world, consultation))
    package = {**PACKAGE, "consultationId": str(consultation), "toUnit": "hikikomori-support", "personKnows": "knows"}
    for type_, subject, payload in (
        ("OpenConsultation", consultation, {**OPEN, "told": TOLD}),
        ("HandOff", new_id(), package),
        ("OpenSheetRequest", consultation, {"requestId": str(new_id()), "kind": "disclosure", "asked": WORD}),
        ("CorrectSheet", consultation, {"requestId": str(new_id()), "personName": WORD}),
    ):
        said = await world.act(CLERK, type_, subject, payload)
        assert said["status"] == "refused" and said["code"] in {"record_erased", "not_found"}, (type_, said)
    await save_draft(world, consultation)
    assert await tables_with(world) == set()


async def test_the_ledger_is_applied_again_after_a_restore(world: World) -> None:
    """Also where the restored backup knows neither the sheet nor the request; what devices send again is refused."""
    known, unknown = await full_sheet(world), new_id()
    for consultation in (known, unknown):
        about = {"request_id": new_id(), "unit_id": "hoya-window", "kind": "erasure"}
        erased = SheetErased(consultation_id=consultation, opened_by=CLERK.id, decided_by=LEAD.id, **about)
        for _ in range(2):
            await erasure_store.erase_sheet(world.owner, erased, NOW)
    assert await tables_with(world) == set()
    assert await world.owner.fetchval("select count(*) from erasure") == 2
    said = await world.act(CLERK, "OpenConsultation", unknown, {**OPEN, "told": TOLD})
    assert (said["status"], said["code"]) == ("refused", "record_erased")


async def test_two_people_erase_and_only_the_unit_s_own_manager_decides(world: World) -> None:
    consultation = await full_sheet(world)
    request = await ask(world, consultation, actor=LEAD)
    said = await decide(world, consultation, request)
    assert (said["status"], said["code"]) == ("refused", "second_person_needed")
    for actor in (CLERK, COORDINATOR, MANAGER, OTHER_CLERK, KEPT_OFF_LEAD):
        said = await decide(world, consultation, request, actor)
        assert (said["status"], said["code"]) == ("refused", "not_found"), actor
    assert WORD in str(await world.row("consultation_told", consultation))
    assert (await decide(world, consultation, request, SECOND_LEAD))["status"] == "accepted"


async def test_only_the_sheet_s_own_unit_asks_and_sees(world: World) -> None:
    consultation = await full_sheet(world)
    payload = {"requestId": str(new_id()), "kind": "erasure"}
    for actor in (OTHER_CLERK, COORDINATOR, MANAGER, IBASHO, KEPT_OFF_LEAD):
        said = await world.act(actor, "OpenSheetRequest", consultation, payload)
        assert (said["status"], said["code"]) == ("refused", "not_found"), actor
        assert (await world.get(actor, "/views/requests")).json() == []
        for part in ("holdings", "disclosure"):
            assert (await world.get(actor, f"/views/consultations/{consultation}/{part}")).status_code == 404
    assert (await world.get(CLERK, f"/views/consultations/{consultation}/holdings")).status_code == 404
    [line] = (await world.get(CLERK, "/views/requests")).json()
    assert (line["consultationId"], line["caseId"], line["mayDecide"]) == (str(consultation), None, False)
    assert [one["mayDecide"] for one in (await world.get(LEAD, "/views/requests")).json()] == [True]
    row = (await world.access_rows())[-1]
    assert (row["shown"], row["field_groups"]) == ({"consultation": [str(consultation)]}, ["identity", "request"])


async def test_a_sheet_that_became_a_case_or_waits_is_not_erased_here(world: World) -> None:
    taken, _, _ = await accepted(world)
    said = await world.act(CLERK, "OpenSheetRequest", taken, {"requestId": str(new_id()), "kind": "erasure"})
    assert (said["status"], said["code"]) == ("refused", "sheet_became_case")
    consultation = await world.opened(told=TOLD)
    request = await ask(world, consultation)
    handoff = await world.handed_off(consultation=consultation)
    assert (await decide(world, consultation, request))["code"] == "handoff_is_open"
    assert (await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}))["status"] == "accepted"
    assert (await decide(world, consultation, request))["code"] == "sheet_became_case"
    assert (await world.row("consultation_told", consultation))["memo"] == WORD
    assert (await decide(world, consultation, request, decision="decline"))["status"] == "accepted"


async def test_the_manager_sees_how_much_is_held(world: World) -> None:
    consultation = await full_sheet(world)
    answer = await world.get(LEAD, f"/views/consultations/{consultation}/holdings")
    assert WORD not in answer.text
    kinds = [("consultation", 1), ("handoff", 1), ("draft", 1), ("access_review", 1), ("request", 1)]
    assert [(held["kind"], held["count"]) for held in answer.json()] == kinds
    await decide(world, consultation, await ask(world, consultation))
    assert (await world.get(LEAD, f"/views/consultations/{consultation}/holdings")).json() == []


async def test_a_correction_is_made_once_by_an_approved_request(world: World) -> None:
    consultation = await world.opened(told={"personName": "石田 遼大", "memo": "部屋で過ごす"})
    request = await ask(world, consultation, "correction")
    change = {"requestId": request, "personName": "石田 遼太", "birth": {"year": "平成10", "month": "4", "day": "2"}}
    assert (await world.act(CLERK, "CorrectSheet", consultation, change))["code"] == "request_not_approved"
    await decide(world, consultation, request)
    wrong = {**change, "birth": {"year": "平成10", "month": "2", "day": "30"}}
    assert (await world.act(CLERK, "CorrectSheet", consultation, wrong))["status"] == "refused"
    assert (await world.act(CLERK, "CorrectSheet", consultation, change))["status"] == "accepted"
    told = await world.row("consultation_told", consultation)
    assert (told["person_name"], str(told["birth_date"]), told["memo"]) == ("石田 遼太", "1998-04-02", "部屋で過ごす")
    assert (await world.act(CLERK, "CorrectSheet", consultation, change))["code"] == "request_not_approved"
    assert (await world.get(LEAD, "/views/requests")).json()[0]["state"] == "done"


async def test_what_is_wrong_in_a_sheet_is_noted_at_it_and_what_was_told_stays(
    world: World, coordination: Actor
) -> None:
    """Its own unit notes it; whoever sees the sheet sees the note, and it goes along with the package and onto the paper."""
    consultation = await world.opened(**{**OWN, "told": {"memo": "部屋で過ごす"}})
    handoff, command = await world.handed_off(consultation=consultation), new_id()
    request = await ask(world, consultation, "correction", asked="")
    noted_ = {"requestId": request, "amendment": f" {WORD}\n"}
    assert (await world.act(CLERK, "CorrectSheet", consultation, noted_))["code"] == "request_not_approved"
    await decide(world, consultation, request)
    for actor in (OTHER_CLERK, COORDINATOR, MANAGER):
        assert (await world.act(actor, "CorrectSheet", consultation, noted_))["code"] == "not_found"
    blank = {**noted_, "amendment": " "}
    assert (await world.act(CLERK, "CorrectSheet", consultation, blank))["code"] == "malformed_payload"
    assert (await world.act(CLERK, "CorrectSheet", consultation, noted_))["status"] == "accepted"
    assert (await world.act(CLERK, "CorrectSheet", consultation, noted_))["code"] == "request_not_approved", "once"
    for actor in (CLERK, COORDINATOR):
        sheet = (await world.get(actor, f"/views/consultations/{consultation}")).json()
        assert ([one["words"] for one in sheet["amendments"]], sheet["told"]["memo"]) == ([WORD], "部屋で過ごす")
    assert [one["amendments"] for one in (await world.get(CLERK, "/views/consultations")).json()] == [[]], "codes only"
    await ask(world, consultation, "disclosure")
    told = (await world.get(LEAD, f"/views/consultations/{consultation}/disclosure")).json()
    assert [one["words"] for one in told["ownCall"]["amendments"]] == [WORD]
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}, id_=command)
    package = (await world.get(coordination, f"/packages/{handoff}", event_id=event_id(command, 0))).json()
    assert [one["words"] for one in package["amendments"]] == [WORD]
    assert await tables_with(world) == {"sheet_amendment_told", "sheet_request_told"}


async def test_sheets_kept_long_enough_are_proposed_and_nothing_goes_by_itself(world: World) -> None:
    old = {"openedAt": (NOW - YEARS).isoformat()}
    consultation = await world.opened(told={"personName": "石田 遼太"}, **old)
    young, waiting, taken = await world.opened(), await world.opened(**old), await world.opened(**old)
    await world.handed_off(consultation=waiting)
    handoff = await world.handed_off(consultation=taken)
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    [proposal] = (await world.get(LEAD, "/views/retention")).json()
    assert (proposal["consultationId"], proposal["label"], proposal["years"]) == (
        str(consultation),
        "「石田 遼太」さん",
        5,
    )
    assert (await world.get(CLERK, "/views/retention")).json() == []
    for each, code in ((young, "sheet_retention_not_reached"), (waiting, "sheet_retention_not_reached")):
        said = await world.act(LEAD, "OpenSheetRequest", each, {"requestId": str(new_id()), "kind": "retention"})
        assert said["code"] == code
    request = await ask(world, consultation, "retention", LEAD)
    assert (await world.get(LEAD, "/views/retention")).json() == [], "asked for once"
    assert (await world.row("consultation_told", consultation))["person_name"] == "石田 遼太"
    assert (await decide(world, consultation, request, SECOND_LEAD))["status"] == "accepted"


@pytest.mark.parametrize(
    ("changes", "is_told", "is_own"),
    [(OWN, True, True), ({"personKnows": "knows"}, True, False), ({"personKnows": "does_not_know"}, False, False)],
    ids=["the person's call", "the person knows", "the person does not know"],
)
async def test_the_draft_of_disclosure_holds_nobody_else_s_words(
    world: World, changes: dict[str, Any], is_told: bool, is_own: bool
) -> None:
    told = {"personName": "石田 遼太", "personPhone": "042-1", "memo": "眠れない", "contactNote": "昼に"}
    told |= {"callerName": "石田 さと", "callerPhone": "090-2"}
    consultation = await world.opened(told=told, **changes)
    handoff = await world.handed_off(consultation=consultation, promised="木曜に電話", safeContact="昼だけ")
    path = f"/views/consultations/{consultation}/disclosure"
    assert (await world.get(LEAD, path)).status_code == 404, "nobody asked"
    request = await ask(world, consultation, "disclosure", asked="見たい")
    answer = await world.get(LEAD, path)
    assert not [word for word in ("石田 さと", "090-2", str(handoff)) if word in answer.text]
    said = answer.json()
    assert ((said["person"] or {}).get("name") == "石田 遼太") is is_told
    assert ((said["ownCall"] or {}).get("words"), "木曜に電話" in answer.text) == (
        ("眠れない", True) if is_own else (None, False)
    )
    row = (await world.access_rows())[-1]
    assert (row["basis"], row["field_groups"]) == ("request", ["request", "sheet", "told"])
    await decide(world, consultation, request, decision="decline")
    assert (await world.get(LEAD, path)).status_code == 404
