"""The claim check: coordination alone, for an accepted handoff, by the id of the event that justifies it."""

from uuid import UUID

import pytest

from services.contracts.intake import HandoffPackage
from services.kernel.ids import event_id, new_id
from services.kernel.token import Actor, service_actor
from tests.service.intake.conftest import CLERK, COORDINATOR, HAND_OFF, OPEN, World


async def _accepted(world: World) -> tuple[UUID, UUID]:
    handoff, command = await world.handed_off(), new_id()
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}, id_=command)
    return handoff, event_id(command, 0)


async def test_coordination_fetches_the_package_and_the_read_is_logged(world: World, coordination: Actor) -> None:
    handoff, event = await _accepted(world)
    row = await world.row("handoff", handoff)
    answer = await world.get(coordination, f"/packages/{handoff}", event_id=event)
    assert answer.status_code == 200
    package = HandoffPackage.model_validate(answer.json())
    assert (package.handoff_id, package.consultation_id) == (handoff, row["consultation_id"])
    assert (package.promised, package.safe_contact) == (HAND_OFF["promised"], HAND_OFF["safeContact"])
    assert (package.contact_rules, package.person_knows) == (
        ["no_home_phone", "caller_mobile_only", "afternoon_only"],
        "does_not_know",
    )
    assert (package.birth_year, package.birth_date) == (1998, None)
    assert answer.json()["told"] == OPEN["told"]
    assert (package.receipt_number, package.unit_id, package.opened_by) == ("保2026-0001", "hoya-window", CLERK.id)
    [access] = (await world.access_rows())[-1:]
    assert (access["actor_id"], access["actor_kind"]) == (coordination.id, "coordination")
    assert (access["basis"], access["purpose"]) == ("handoff_accepted", str(event))
    assert access["shown"] == {"handoff": [str(handoff)], "consultation": [str(row["consultation_id"])]}


@pytest.mark.parametrize("actor", [COORDINATOR, CLERK, service_actor("notify")], ids=["acceptor", "clerk", "notify"])
async def test_nobody_else_fetches_it(world: World, actor: Actor) -> None:
    handoff, event = await _accepted(world)
    seen = len(await world.access_rows())
    assert (await world.get(actor, f"/packages/{handoff}", event_id=event)).status_code == 404
    [row] = (await world.access_rows())[seen:]
    assert (row["actor_id"], row["action"], row["shown"]) == (actor.id, "refused", {"handoff": [str(handoff)]})


async def test_another_event_justifies_nothing(world: World, coordination: Actor) -> None:
    handoff, event = await _accepted(world)
    other, other_event = await _accepted(world)
    opened = await world.owner.fetchval("select event_id from outbox where subject = $1 and version = 1", handoff)
    for wrong in (new_id(), other_event, opened):
        assert (await world.get(coordination, f"/packages/{handoff}", event_id=wrong)).status_code == 404
    assert (await world.get(coordination, f"/packages/{other}", event_id=event)).status_code == 404


async def test_an_open_handoff_gives_no_package(world: World, coordination: Actor) -> None:
    handoff = await world.handed_off()
    opened = await world.owner.fetchval("select event_id from outbox where subject = $1", handoff)
    assert (await world.get(coordination, f"/packages/{handoff}", event_id=opened)).status_code == 404


async def test_a_service_submits_no_commands(world: World, coordination: Actor) -> None:
    handoff = await world.handed_off()
    before = await world.everything()
    outcome = await world.act(coordination, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    assert (outcome["status"], outcome["code"]) == ("refused", "not_the_author")
    assert await world.everything() == before
