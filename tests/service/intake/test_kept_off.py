"""Staff who know the family are kept off: by one handoff means off the whole consultation, everywhere."""

import pytest

from services.contracts.coordination import TeamChanged
from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.intake.conftest import (
    CLERK,
    CLERK_COLLEAGUE,
    COORDINATOR,
    HAND_OFF,
    MANAGER,
    SECOND_COORDINATOR,
    World,
)
from tests.service.intake.test_erasure import accepted, hear


@pytest.mark.parametrize(("type_", "payload"), [("AcceptHandoff", {}), ("ReturnHandoff", {"reason": "question_left"})])
async def test_a_coordinator_kept_off_finds_nothing_and_changes_nothing(
    world: World, type_: str, payload: dict[str, str]
) -> None:
    handoff = await world.handed_off(keptOff=[str(COORDINATOR.id)])
    consultation = (await world.row("handoff", handoff))["consultation_id"]
    before = await world.everything()
    payload = {"caseId": str(new_id())} if type_ == "AcceptHandoff" else payload
    assert (await world.act(COORDINATOR, type_, handoff, payload))["code"] == "not_found"
    for path in (f"/views/handoffs/{handoff}", f"/views/consultations/{consultation}"):
        assert (await world.get(COORDINATOR, path)).status_code == 404
    assert (await world.get(COORDINATOR, "/views/tray")).json() == {"received": [], "sent": []}
    assert await world.everything() == before
    assert len((await world.get(SECOND_COORDINATOR, "/views/tray")).json()["received"]) == 1


async def test_a_clerk_of_the_own_unit_kept_off_finds_nothing(world: World) -> None:
    handoff = await world.handed_off(keptOff=[str(CLERK_COLLEAGUE.id)])
    consultation = (await world.row("handoff", handoff))["consultation_id"]
    assert (await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")).status_code == 404
    assert (await world.get(CLERK_COLLEAGUE, "/views/consultations")).json() == []
    assert (await world.get(CLERK_COLLEAGUE, "/views/tray")).json()["sent"] == []
    assert (await world.act(CLERK_COLLEAGUE, "WithdrawHandoff", handoff, {}))["code"] == "not_found"
    payload = {**HAND_OFF, "consultationId": str(consultation), "kind": "parallel", "toUnit": "tanashi-window"}
    assert (await world.act(CLERK_COLLEAGUE, "HandOff", new_id(), payload))["code"] == "not_found"


async def test_nobody_kept_off_is_taken_along_as_a_colleague(world: World) -> None:
    handoff = await world.handed_off(keptOff=[str(SECOND_COORDINATOR.id)])
    before = await world.everything()
    colleagues = [str(MANAGER.id), str(SECOND_COORDINATOR.id), str(COORDINATOR.id)]
    payload = {"caseId": str(new_id()), "colleagueIds": colleagues}
    outcome = await world.act(COORDINATOR, "AcceptHandoff", handoff, payload)
    assert outcome["code"] == "colleague_not_possible"
    assert [f["path"] for f in outcome["fields"]] == ["colleagueIds.1", "colleagueIds.2"]
    assert await world.everything() == before


async def test_kept_off_stays_through_a_return_and_a_new_handoff(world: World) -> None:
    consultation, neighbour = await world.opened(), SECOND_COORDINATOR
    first = await world.handed_off(consultation=consultation, keptOff=[str(neighbour.id)])
    await world.act(COORDINATOR, "ReturnHandoff", first, {"reason": "question_left", "note": "?"})
    second = await world.handed_off(consultation=consultation)
    assert (await world.events(second))[0][2]["keptOff"] == [str(neighbour.id)]
    assert (await world.act(neighbour, "AcceptHandoff", second, {"caseId": str(new_id())}))["code"] == "not_found"
    await world.act(COORDINATOR, "AcceptHandoff", second, {"caseId": str(new_id())})
    assert (await world.events(second))[1][2]["keptOff"] == [str(neighbour.id)]


async def test_kept_off_by_a_later_parallel_handoff_holds_for_the_open_lead_too(world: World) -> None:
    consultation = await world.opened()
    lead = await world.handed_off(consultation=consultation)
    kept = {"kind": "parallel", "toUnit": "tanashi-window", "keptOff": [str(COORDINATOR.id)]}
    await world.handed_off(CLERK, consultation, **kept)
    assert (await world.get(COORDINATOR, f"/views/handoffs/{lead}")).status_code == 404
    assert (await world.act(COORDINATOR, "AcceptHandoff", lead, {"caseId": str(new_id())}))["code"] == "not_found"
    await world.act(SECOND_COORDINATOR, "AcceptHandoff", lead, {"caseId": str(new_id())})
    assert (await world.events(lead))[1][2]["keptOff"] == [str(COORDINATOR.id)]


async def test_whoever_is_kept_off_the_case_later_is_kept_off_its_sheet(world: World) -> None:
    """A neighbour at the window went on reading what the family had said there."""
    consultation, handoff, case = await accepted(world)
    assert (await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")).status_code == 200
    about = {"case_id": case, "unit_id": "hikikomori-support", "owner_id": COORDINATOR.id, "team": [COORDINATOR.id]}
    await hear(world, TeamChanged(**about, kept_off=[CLERK_COLLEAGUE.id]))
    for path in (f"/views/consultations/{consultation}", f"/views/handoffs/{handoff}"):
        assert (await world.get(CLERK_COLLEAGUE, path)).status_code == 404
    assert (await world.get(CLERK, f"/views/consultations/{consultation}")).status_code == 200
    await hear(world, TeamChanged(**about), version=2)
    assert (await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")).status_code == 404, "not told of"
    await hear(world, TeamChanged(**about, kept_off=[]), version=3)
    for path in (f"/views/consultations/{consultation}", f"/views/handoffs/{handoff}"):
        assert (await world.get(CLERK_COLLEAGUE, path)).status_code == 200, "let in again"


async def test_what_a_clerk_typed_about_a_sheet_is_held_back_while_they_are_kept_off_it(world: World) -> None:
    consultation, handoff, case = await accepted(world)
    about = {"case_id": case, "unit_id": "hikikomori-support", "owner_id": COORDINATOR.id, "team": [COORDINATOR.id]}
    draft, stranger = str(new_id()), new_id()
    typed = {"kind": "handoff", "seq": 1, "body": {"consultationId": str(consultation), "promised": "来週"}}
    for who in (CLERK_COLLEAGUE, CLERK):
        await world.http.put(f"/drafts/{draft}", json=typed, headers=world.headers(who))

    async def is_given(who: Actor) -> bool:
        answer = await world.http.get("/drafts", headers=world.headers(who))
        return draft in {each["id"] for each in answer.json()}

    async def withheld() -> set[str]:
        asked = {"about": [str(consultation), str(handoff), str(stranger)]}
        answer = await world.http.post("/views/own-words", json=asked, headers=world.headers(CLERK_COLLEAGUE))
        return set(answer.json()["withheld"])

    assert await is_given(CLERK_COLLEAGUE) and await withheld() == set()
    row = (await world.access_rows())[-1]
    assert (row["shown"], row["basis"]) == ({"consultation": [str(consultation)]}, "author")
    await hear(world, TeamChanged(**about, kept_off=[CLERK_COLLEAGUE.id]))
    assert (await is_given(CLERK_COLLEAGUE), await is_given(CLERK)) == (False, True)
    assert await withheld() == {str(consultation), str(handoff)}
    await hear(world, TeamChanged(**about, kept_off=[]), version=2)
    assert await is_given(CLERK_COLLEAGUE) and await withheld() == set(), "let in again"


async def test_whoever_is_let_in_again_is_held_off_by_no_answered_handoff_but_by_one_that_waits(world: World) -> None:
    consultation, case, kept = await world.opened(), new_id(), [str(CLERK_COLLEAGUE.id)]
    back = await world.handed_off(consultation=consultation, keptOff=kept)
    await world.act(COORDINATOR, "ReturnHandoff", back, {"reason": "question_left", "note": "?"})
    lead = await world.handed_off(consultation=consultation)
    await world.act(COORDINATOR, "AcceptHandoff", lead, {"caseId": str(case)})
    parallel = await world.handed_off(CLERK, consultation, kind="parallel", toUnit="tanashi-window")
    about = {"case_id": case, "unit_id": "hikikomori-support", "owner_id": COORDINATOR.id, "team": [COORDINATOR.id]}
    await hear(world, TeamChanged(**about, kept_off=[]))
    sheet = f"/views/consultations/{consultation}"
    assert (await world.get(CLERK_COLLEAGUE, sheet)).status_code == 404
    await world.act(CLERK, "WithdrawHandoff", parallel, {})
    await hear(world, TeamChanged(**about, kept_off=[]), version=2)
    assert [(await world.row("handoff", one))["kept_off"] for one in (back, lead)] == [[], []]
