"""利用停止 (98条) of a sheet that never became a case: from the commit of the decision nobody reads it and nobody writes to it or to
a handoff of it, but what the law needs goes on; a later act with a reason gives everything back."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.intake.conftest import AUDITOR, CLERK, COORDINATOR, HAND_OFF, MANAGER, OTHER_CLERK, World
from tests.service.intake.test_erasure import PACKAGE, TOLD, WORD, accepted, tables_with
from tests.service.intake.test_sheet_requests import KEPT_OFF_LEAD, LEAD, OWN, SECOND_LEAD, ask, decide

REASON = "本人が求めを取りやめた"
IN_FORCE = (
    "insert into sheet_request (request_id, consultation_id, kind, opened_by, opened_at, decision, decided_by, decided_at)"
    " values ($1, $2, 'suspension', $3, now(), 'approve', $3, now())"
)


async def waiting(world: World, **changes: Any) -> tuple[UUID, UUID]:
    """(sheet, handoff): full of words, and nobody answered yet."""
    consultation = await world.opened(told=TOLD, **changes)
    return consultation, await world.handed_off(consultation=consultation, keptOff=[str(KEPT_OFF_LEAD.id)], **PACKAGE)


async def suspended(world: World, **changes: Any) -> tuple[UUID, UUID, str]:
    """(sheet, handoff, request)."""
    consultation, handoff = await waiting(world, **changes)
    request = await ask(world, consultation, "suspension")
    assert (await decide(world, consultation, request))["status"] == "accepted"
    return consultation, handoff, request


async def lift(world: World, actor: Actor, consultation: UUID, request: str, **changes: str) -> dict[str, Any]:
    payload = {"requestId": request, "reason": REASON, **changes}
    return await world.act(actor, "LiftSheetSuspension", consultation, payload)


async def all_seen(world: World, actor: Actor, consultation: UUID, handoff: UUID) -> list[str]:
    """Everything that a screen shows this person of the sheet."""
    paths = (
        f"/views/consultations/{consultation}",
        f"/views/handoffs/{handoff}",
        "/views/consultations",
        "/views/tray",
    )
    answers = [await world.get(actor, path) for path in paths]
    return ["404" if one.status_code == 404 else one.text for one in answers]


async def test_nobody_reads_a_suspended_sheet_and_lifting_gives_back_exactly_what_was(world: World) -> None:
    consultation, handoff = await waiting(world)
    everybody = (CLERK, LEAD, COORDINATOR, MANAGER)
    before = [await all_seen(world, one, consultation, handoff) for one in everybody]
    assert all(WORD in seen[1] for seen in before)
    request = await ask(world, consultation, "suspension")
    await decide(world, consultation, await ask(world, consultation, "suspension"), decision="decline")
    await decide(world, consultation, await ask(world, consultation, "disclosure"))
    assert [await all_seen(world, one, consultation, handoff) for one in everybody] == before, "asking changes nothing"
    await decide(world, consultation, request)
    for one in everybody:
        seen = await all_seen(world, one, consultation, handoff)
        assert seen[:2] == ["404", "404"] and str(consultation) not in "".join(seen), (one, seen)
    assert (await lift(world, LEAD, consultation, request))["status"] == "accepted"
    assert [await all_seen(world, one, consultation, handoff) for one in everybody] == before


async def test_nobody_writes_to_it_or_answers_its_handoff(world: World) -> None:
    """Refused with what to do, and nothing changes; strangers learn nothing."""
    consultation, handoff, _ = await suspended(world)
    correction = await ask(world, consultation, "correction")
    await decide(world, consultation, correction)
    before = await world.everything()
    again = {**HAND_OFF, "consultationId": str(consultation), "kind": "parallel", "toUnit": "tanashi-window"}
    returned = {"reason": "other", "note": WORD}
    acts: list[tuple[Actor, str, UUID, dict[str, Any]]] = [
        (CLERK, "HandOff", new_id(), again),
        (CLERK, "HandOff", new_id(), {**again, "promised": ""}),
        (COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}),
        (MANAGER, "ReturnHandoff", handoff, returned),
        (LEAD, "WithdrawHandoff", handoff, {}),
        (CLERK, "CorrectSheet", consultation, {"requestId": correction, "personName": WORD}),
    ]
    for actor, type_, subject, payload in acts:
        said = await world.act(actor, type_, subject, payload)
        assert (said["status"], said["code"]) == ("refused", "record_suspended"), (type_, said)
    for actor, type_, subject, payload in (
        (OTHER_CLERK, "HandOff", new_id(), again),
        (KEPT_OFF_LEAD, "HandOff", new_id(), again),
        (OTHER_CLERK, "ReturnHandoff", handoff, returned),
    ):
        assert (await world.act(actor, type_, subject, payload))["code"] == "not_found"
    assert await world.everything() == before


async def test_what_is_typed_about_it_is_held_back_from_its_author_until_it_is_lifted(world: World) -> None:
    consultation, _ = await waiting(world)
    drafts = {str(new_id()): consultation, str(new_id()): await world.opened()}
    for draft, about in drafts.items():
        said = {"kind": "handoff", "seq": 1, "body": {"consultationId": str(about), "promised": WORD}}
        await world.http.put(f"/drafts/{draft}", json=said, headers=world.headers(CLERK))

    async def given() -> dict[str, str]:
        answer = await world.http.get("/drafts", headers=world.headers(CLERK))
        return {each["id"]: each["body"]["promised"] for each in answer.json()}

    held, stays = drafts
    request = await ask(world, consultation, "suspension")
    assert set(await given()) == {held, stays}
    await decide(world, consultation, request)
    assert set(await given()) == {stays}
    await lift(world, LEAD, consultation, request)
    assert await given() == {held: WORD, stays: WORD}, "nothing typed was lost"


async def test_what_comes_while_it_is_being_decided_waits_and_is_refused(world: World) -> None:
    consultation, handoff = await waiting(world)
    again = {**HAND_OFF, "consultationId": str(consultation), "kind": "parallel", "toUnit": "tanashi-window"}
    async with world.owner.transaction():
        await world.owner.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(consultation))
        await world.owner.execute("select 1 from handoff where consultation_id = $1 for update", consultation)
        made = asyncio.create_task(world.act(CLERK, "HandOff", new_id(), again))
        taken = asyncio.create_task(world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}))
        done, _ = await asyncio.wait({made, taken}, timeout=0.5)
        assert not done
        await world.owner.execute(IN_FORCE, new_id(), consultation, LEAD.id)
    assert {(await one)["code"] for one in (made, taken)} == {"record_suspended"}


async def test_what_the_law_needs_goes_on(world: World) -> None:
    """開示, 誰が見たか, 持っている記録 and an erasure with its second person; whose it is, the manager alone sees."""
    consultation, handoff, request = await suspended(world, **OWN)
    for page in ("who-saw", "holdings"):
        assert (await world.get(LEAD, f"/views/consultations/{consultation}/{page}")).status_code == 200
    assert (await world.get(AUDITOR, f"/views/consultations/{consultation}/who-saw")).status_code == 200
    assert (await world.get(LEAD, f"/views/consultations/{consultation}/disclosure")).status_code == 404
    await ask(world, consultation, "disclosure")
    said = (await world.get(LEAD, f"/views/consultations/{consultation}/disclosure")).json()
    assert (said["person"]["name"], WORD in said["ownCall"]["words"]) == (TOLD["personName"], True)
    lines = {one["id"]: one for one in (await world.get(LEAD, "/views/requests")).json()}
    assert (lines[request]["state"], lines[request]["mayLift"], lines[request]["asked"]) == ("suspended", True, WORD)
    assert (await world.access_rows())[-1]["field_groups"] == ["identity", "request"]
    clerks = (await world.get(CLERK, "/views/requests")).json()
    assert {(one["label"], one["asked"], one["note"], one["mayLift"]) for one in clerks} == {
        ("利用停止中の記録", "", "", False)
    }
    assert (await world.access_rows())[-1]["field_groups"] == ["request"]
    erasure = await ask(world, consultation)
    assert (await decide(world, consultation, erasure, SECOND_LEAD))["code"] == "handoff_is_open"
    await lift(world, LEAD, consultation, request)
    await world.act(CLERK, "WithdrawHandoff", handoff, {})
    await decide(world, consultation, await ask(world, consultation, "suspension"))
    assert (await decide(world, consultation, erasure, SECOND_LEAD))["status"] == "accepted"
    assert await tables_with(world) == set()


async def test_only_a_manager_of_its_unit_lifts_it_once_and_with_a_reason(world: World) -> None:
    consultation, _, request = await suspended(world)
    other = await ask(world, await world.opened(), "suspension")
    for actor in (CLERK, COORDINATOR, MANAGER, AUDITOR, OTHER_CLERK, KEPT_OFF_LEAD):
        said = await lift(world, actor, consultation, request)
        assert (said["status"], said["code"]) == ("refused", "not_found"), actor
    assert (await lift(world, LEAD, consultation, other))["code"] == "not_found", "another sheet's"
    assert (await lift(world, LEAD, consultation, request, reason="短い"))["status"] != "accepted"
    undecided = await ask(world, consultation, "suspension")
    assert (await lift(world, LEAD, consultation, undecided))["code"] == "suspension_not_in_force"
    id_ = new_id()
    payload = {"requestId": request, "reason": REASON}
    for _ in range(2):
        said = await world.act(SECOND_LEAD, "LiftSheetSuspension", consultation, payload, id_=id_)
        assert (said["status"], said["refs"]["requestId"]) == ("accepted", request)
    assert (await lift(world, LEAD, consultation, request))["code"] == "suspension_not_in_force"
    lifted = [data for type_, _, data in await world.events(consultation) if "SheetSuspensionLifted" in type_]
    about = {"consultationId": str(consultation), "requestId": request, "unitId": "hoya-window"}
    assert lifted == [{**about, "liftedBy": str(SECOND_LEAD.id)}]
    line = next(one for one in (await world.get(CLERK, "/views/requests")).json() if one["id"] == request)
    assert (line["state"], line["liftNote"], line["liftedById"]) == ("lifted", REASON, str(SECOND_LEAD.id))


async def test_each_suspension_stands_by_itself(world: World) -> None:
    consultation, handoff, first = await suspended(world)
    second = await ask(world, consultation, "suspension")
    await decide(world, consultation, second)
    await lift(world, LEAD, consultation, first)
    assert (await all_seen(world, CLERK, consultation, handoff))[:2] == ["404", "404"]
    await lift(world, LEAD, consultation, second)
    assert "404" not in await all_seen(world, CLERK, consultation, handoff)


@pytest.mark.parametrize("asked_before", [False, True], ids=["asked after", "asked before"])
async def test_of_a_sheet_that_became_a_case_it_is_asked_where_the_case_is(world: World, asked_before: bool) -> None:
    if not asked_before:
        taken, _, _ = await accepted(world)
        said = await world.act(CLERK, "OpenSheetRequest", taken, {"requestId": str(new_id()), "kind": "suspension"})
        assert (said["status"], said["code"]) == ("refused", "sheet_became_case")
        return
    consultation, handoff = await waiting(world)
    request = await ask(world, consultation, "suspension")
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    assert (await decide(world, consultation, request))["code"] == "sheet_became_case"
    assert (await decide(world, consultation, request, decision="decline"))["status"] == "accepted"
