"""What intake holds of what became a case: counted, for the managers of both units of its own accepted handoff."""

from services.kernel.ids import new_id
from tests.service.intake.conftest import CLERK, COORDINATOR, MANAGER, World, person
from tests.service.intake.test_erasure import WORD, accepted, erased, hear

WINDOW_MANAGER = person("window-manager", ("hoya-window", "manager"))


async def test_the_managers_of_both_units_see_how_much_is_held(world: World) -> None:
    consultation, _, case = await accepted(world)
    for actor in (WINDOW_MANAGER, MANAGER):
        answer = await world.get(actor, f"/views/cases/{case}/holdings")
        assert WORD not in answer.text
        kinds = (("consultation", 1), ("handoff", 3), ("draft", 1), ("access_review", 1), ("request", 1))
        assert [(held["kind"], held["count"]) for held in answer.json()] == list(kinds)
        assert {held[end] for held in answer.json() for end in ("oldest", "newest")} == {"2026-11-24"}
    shown = (await world.access_rows())[-1]
    assert (shown["shown"], shown["basis"]) == ({"consultation": [str(consultation)]}, "receiving_unit")
    await hear(world, erased(case, consultation))
    assert (await world.get(MANAGER, f"/views/cases/{case}/holdings")).json() == []


async def test_to_anybody_else_nothing_is_held(world: World) -> None:
    _, _, case = await accepted(world)
    other = person("other-manager", ("tanashi-window", "manager"))
    for actor in (CLERK, COORDINATOR, other):
        assert (await world.get(actor, f"/views/cases/{case}/holdings")).status_code == 404
    assert (await world.get(MANAGER, f"/views/cases/{new_id()}/holdings")).status_code == 404
    consultation = await world.opened()
    kept = await world.handed_off(consultation=consultation, keptOff=[str(MANAGER.id)])
    taken = new_id()
    await world.act(COORDINATOR, "AcceptHandoff", kept, {"caseId": str(taken)})
    assert (await world.get(MANAGER, f"/views/cases/{taken}/holdings")).status_code == 404
