"""相談受付's part of 誰が見たか: every read of the sheet and its handoffs, for who answers for it, never the family's."""

from uuid import UUID

from services.kernel.ids import new_id
from tests.service.intake.conftest import (
    AUDITOR,
    CLERK,
    CLERK_COLLEAGUE,
    COORDINATOR,
    HAND_OFF,
    IBASHO,
    MANAGER,
    OTHER_CLERK,
    World,
    person,
)

WINDOW_MANAGER = person("window-manager", ("hoya-window", "manager"))


async def began(world: World, **changed: object) -> tuple[UUID, UUID, UUID]:
    """(consultation, handoff, case): read by a colleague and by the receiving coordinator, then accepted."""
    consultation = await world.opened(**changed)
    handoff, case = await world.handed_off(consultation=consultation), new_id()
    assert (await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")).status_code == 200
    assert (await world.get(COORDINATOR, f"/views/handoffs/{handoff}")).status_code == 200
    done = await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": []})
    assert done["status"] == "accepted", done
    return consultation, handoff, case


async def test_every_read_of_the_sheet_and_its_handoffs_is_named_to_who_answers_for_it(world: World) -> None:
    own = {"callerKind": "person", "callerRelation": None, "personKnows": "knows"}
    _, _, case = await began(world, **own)
    for asking in (MANAGER, WINDOW_MANAGER, AUDITOR):
        said = (await world.get(asking, f"/views/cases/{case}/who-saw")).json()
        assert [(each["staffId"], each["basis"]) for each in said] == [
            (str(CLERK_COLLEAGUE.id), ["own_unit"]),
            (str(COORDINATOR.id), ["receiving_unit"]),
        ]
        assert said[1]["fieldGroups"] == ["codes", "package_words", "sheet", "told"]
        row = (await world.access_rows())[-1]
        assert (row["shown"], row["field_groups"], row["basis"]) == ({"answered": [str(case)]}, ["access_log"], "log")


async def test_one_answer_by_two_bases_is_told_once_with_both(world: World) -> None:
    """A handoff that was given back, and the one that waits now, behind one sheet."""
    own = {"callerKind": "person", "callerRelation": None, "personKnows": "knows"}
    consultation, case = await world.opened(**own), new_id()
    back = await world.handed_off(consultation=consultation)
    returned = await world.act(
        COORDINATOR, "ReturnHandoff", back, {"reason": "question_left", "note": "かけてよい時間は"}
    )
    assert returned["status"] == "accepted", returned
    handoff = await world.handed_off(consultation=consultation)
    assert (await world.get(COORDINATOR, f"/views/handoffs/{handoff}")).status_code == 200
    assert (await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case)}))["status"] == "accepted"
    [said] = (await world.get(MANAGER, f"/views/cases/{case}/who-saw")).json()
    assert (said["staffId"], said["basis"]) == (str(COORDINATOR.id), ["answered_by_me", "receiving_unit"])
    assert said["fieldGroups"] == ["answer_words", "codes", "package_words", "sheet", "told"]


async def test_nobody_else_is_told_and_an_absent_case_looks_the_same(world: World) -> None:
    _, _, case = await began(world)
    for asking in (CLERK, COORDINATOR, OTHER_CLERK, IBASHO, person("lead", ("yato-ibasho", "manager"))):
        refused = await world.get(asking, f"/views/cases/{case}/who-saw")
        absent = await world.get(asking, f"/views/cases/{new_id()}/who-saw")
        assert (refused.status_code, refused.json()["code"]) == (absent.status_code, absent.json()["code"])
        assert refused.status_code == 404


async def test_somebody_kept_off_is_not_told_who_saw(world: World) -> None:
    consultation = await world.opened()
    kept_off, case = person("kept-off", ("hikikomori-support", "manager")), new_id()
    handoff = await world.handed_off(consultation=consultation, keptOff=[str(kept_off.id)])
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": []})
    assert (await world.get(kept_off, f"/views/cases/{case}/who-saw")).status_code == 404


async def test_that_a_family_consulted_is_not_in_the_person_s_answer(world: World) -> None:
    _, _, case = await began(world)
    assert HAND_OFF["personKnows"] == "does_not_know"
    assert (await world.get(MANAGER, f"/views/cases/{case}/who-saw")).json() == []


async def test_of_a_sheet_nobody_took_its_own_manager_and_the_auditor_are_told_the_same_and_it_is_logged(
    world: World,
) -> None:
    consultation = await world.opened(callerKind="person", callerRelation=None, personKnows="knows")
    handoff = await world.handed_off(consultation=consultation)
    await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")
    await world.get(COORDINATOR, f"/views/handoffs/{handoff}")
    path = f"/views/consultations/{consultation}/who-saw"
    for asking in (WINDOW_MANAGER, AUDITOR):
        said = (await world.get(asking, path)).json()
        assert [(each["staffId"], each["basis"], each["fieldGroups"]) for each in said["reads"]] == [
            (str(CLERK_COLLEAGUE.id), ["own_unit"], ["answer_words", "codes", "package_words", "sheet", "told"]),
            (str(COORDINATOR.id), ["receiving_unit"], ["codes", "package_words", "sheet", "told"]),
        ]
        row = (await world.access_rows())[-1]
        about = (row["actor_id"], row["shown"], row["field_groups"], row["basis"])
        assert about == (asking.id, {"answered": [str(consultation)]}, ["access_log"], "log")


async def test_nobody_else_is_told_who_saw_a_sheet_and_an_absent_one_looks_the_same(world: World) -> None:
    kept_off = person("kept-off-window-manager", ("hoya-window", "manager"))
    consultation = await world.opened(callerKind="person", callerRelation=None, personKnows="knows")
    await world.handed_off(consultation=consultation, keptOff=[str(kept_off.id)])
    before = await world.access_rows()
    for asking in (CLERK, COORDINATOR, MANAGER, OTHER_CLERK, IBASHO, kept_off):
        refused = await world.get(asking, f"/views/consultations/{consultation}/who-saw")
        absent = await world.get(asking, f"/views/consultations/{new_id()}/who-saw")
        assert (refused.status_code, refused.json()["code"]) == (absent.status_code, absent.json()["code"])
        assert refused.status_code == 404, asking
    assert [row for row in await world.access_rows() if row["action"] != "refused"] == before


async def test_that_a_family_consulted_gives_no_answer_about_a_sheet_at_all(world: World) -> None:
    consultation = await world.opened()
    await world.get(CLERK_COLLEAGUE, f"/views/consultations/{consultation}")
    said = (await world.get(WINDOW_MANAGER, f"/views/consultations/{consultation}/who-saw")).json()
    assert said["reads"] is None
