"""Refusals of the handoff ledger: not yours = not found, late = who was first, twice = once; nothing ever half-done."""

from typing import Any

import pytest

from services.kernel.ids import new_id
from services.kernel.token import Actor
from tests.service.intake.conftest import (
    CLERK,
    COORDINATOR,
    HAND_OFF,
    MANAGER,
    OTHER_CLERK,
    SECOND_COORDINATOR,
    STRANGERS,
    World,
    envelope,
)

ACCEPT: dict[str, Any] = {"caseId": "0192f0c0-0000-7000-8000-000000000001"}
RETURN: dict[str, Any] = {"reason": "question_left", "note": "x"}
WITHDRAW: dict[str, Any] = {"note": ""}
_S = list(STRANGERS.items())
DENIED = [
    *[("AcceptHandoff", ACCEPT, name, who) for name, who in [*_S, ("sender", CLERK), ("manager", MANAGER)]],
    *[("ReturnHandoff", RETURN, name, who) for name, who in [*_S, ("sender", CLERK)]],
    *[("WithdrawHandoff", WITHDRAW, n, who) for n, who in [*_S, ("receiver", COORDINATOR), ("manager", MANAGER)]],
]


@pytest.mark.parametrize(("type_", "payload", "name", "actor"), DENIED, ids=[f"{d[0]}-{d[2]}" for d in DENIED])
async def test_not_yours_is_not_found_and_nothing_changes(
    world: World, type_: str, payload: dict[str, Any], name: str, actor: Actor
) -> None:
    handoff = await world.handed_off()
    before = await world.everything()
    denied = await world.act(actor, type_, handoff, payload)
    absent = await world.act(actor, type_, new_id(), payload)
    assert (denied["status"], denied["code"]) == ("refused", "not_found")
    assert {**denied, "id": None} == {**absent, "id": None}
    assert await world.everything() == before


@pytest.mark.parametrize(("type_", "payload"), [("AcceptHandoff", ACCEPT), ("ReturnHandoff", RETURN)])
async def test_whoever_is_late_learns_who_accepted(world: World, type_: str, payload: dict[str, Any]) -> None:
    handoff = await world.handed_off()
    await world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    before = await world.everything()
    late = await world.act(SECOND_COORDINATOR, type_, handoff, payload)
    assert (late["code"], late["refs"]) == ("already_accepted", {"acceptedBy": str(COORDINATOR.id)})
    sender = await world.act(CLERK, "WithdrawHandoff", handoff, WITHDRAW)
    assert (sender["code"], sender["refs"]) == ("already_accepted", {"acceptedBy": str(COORDINATOR.id)})
    assert await world.everything() == before


@pytest.mark.parametrize("status", ["returned", "withdrawn"])
async def test_a_closed_handoff_says_how_it_ended(world: World, status: str) -> None:
    handoff = await world.handed_off()
    if status == "returned":
        await world.act(COORDINATOR, "ReturnHandoff", handoff, RETURN)
    else:
        await world.act(CLERK, "WithdrawHandoff", handoff, WITHDRAW)
    before = await world.everything()
    for actor, type_, payload in [
        (SECOND_COORDINATOR, "AcceptHandoff", ACCEPT),
        (MANAGER, "ReturnHandoff", RETURN),
        (CLERK, "WithdrawHandoff", WITHDRAW),
    ]:
        late = await world.act(actor, type_, handoff, payload)
        assert (late["code"], late["refs"]) == ("handoff_is_closed", {"status": status})
    assert await world.everything() == before


async def test_a_stranger_learns_nothing_from_a_closed_handoff_either(world: World) -> None:
    handoff = await world.handed_off()
    await world.act(COORDINATOR, "AcceptHandoff", handoff, ACCEPT)
    outcome = await world.act(OTHER_CLERK, "WithdrawHandoff", handoff, WITHDRAW)
    assert (outcome["code"], outcome["refs"]) == ("not_found", {})


async def test_a_case_id_opens_one_case(world: World) -> None:
    first, second = await world.handed_off(), await world.handed_off()
    await world.act(COORDINATOR, "AcceptHandoff", first, ACCEPT)
    before = await world.everything()
    outcome = await world.act(COORDINATOR, "AcceptHandoff", second, ACCEPT)
    assert (outcome["status"], outcome["code"]) == ("refused", "case_exists")
    assert await world.everything() == before


@pytest.mark.parametrize("type_", ["HandOff", "AcceptHandoff", "ReturnHandoff", "WithdrawHandoff"])
async def test_every_act_sent_twice_happens_once_and_another_payload_is_refused(world: World, type_: str) -> None:
    if type_ == "HandOff":
        actor, subject = CLERK, new_id()
        payload = {**HAND_OFF, "consultationId": str(await world.opened())}
        other: dict[str, Any] = {**payload, "promised": "ほかのこと"}
    else:
        subject = await world.handed_off()
        actor = CLERK if type_ == "WithdrawHandoff" else COORDINATOR
        payload, other = {
            "AcceptHandoff": (ACCEPT, {"caseId": str(new_id())}),
            "ReturnHandoff": (RETURN, {**RETURN, "note": "y"}),
            "WithdrawHandoff": (WITHDRAW, {"note": "y"}),
        }[type_]
    one = envelope(actor, type_, subject, payload)
    first = (await world.submit(actor, one))[0]
    before = await world.everything()
    assert first["status"] == "accepted"
    assert await world.submit(actor, one) == [first]
    reused = await world.act(actor, type_, subject, other, id_=one["id"])
    assert (reused["status"], reused["code"]) == ("refused", "command_id_reused")
    assert await world.everything() == before
