"""Accept, withdraw and accept at once: exactly one wins, with one event, each time."""

import asyncio

from services.kernel.ids import new_id
from tests.service.intake.conftest import CLERK, COORDINATOR, HAND_OFF, OPEN, SECOND_COORDINATOR, World, envelope

ROUNDS = 50


async def test_accept_withdraw_accept_at_once_has_exactly_one_winner(world: World) -> None:
    won: dict[str, int] = {}
    for _ in range(ROUNDS):
        handoff = await world.handed_off()
        outcomes = await asyncio.gather(
            world.act(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}),
            world.act(CLERK, "WithdrawHandoff", handoff, {"note": ""}),
            world.act(SECOND_COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())}),
        )
        assert sorted(outcome["status"] for outcome in outcomes) == ["accepted", "refused", "refused"]
        row, events = await world.row("handoff", handoff), await world.events(handoff)
        assert [version for _, version, _ in events] == [1, 2]
        winner = next(actor for actor, outcome in _by(outcomes) if outcome["status"] == "accepted")
        assert row["answered_by"] == winner.id
        late = "handoff_is_closed" if row["status"] == "withdrawn" else "already_accepted"
        assert {outcome["code"] for outcome in outcomes} == {None, late}
        won[row["status"]] = won.get(row["status"], 0) + 1
    assert sum(won.values()) == ROUNDS


def _by(outcomes: list[dict[str, object]]) -> list[tuple[object, dict[str, object]]]:
    return list(zip([COORDINATOR, CLERK, SECOND_COORDINATOR], outcomes, strict=True))


async def test_two_lead_handoffs_at_once_leave_one(world: World) -> None:
    for _ in range(10):
        payload = {**HAND_OFF, "consultationId": str(await world.opened())}
        outcomes = await asyncio.gather(*[world.act(CLERK, "HandOff", new_id(), payload) for _ in range(3)])
        codes = [outcome["code"] for outcome in outcomes]
        assert sorted(codes, key=str) == sorted([None, *["handoff_already_open"] * 2], key=str)


async def test_one_command_sent_many_times_at_once_happens_once(world: World) -> None:
    handoff = await world.handed_off()
    one = envelope(COORDINATOR, "AcceptHandoff", handoff, {"caseId": str(new_id())})
    answers = await asyncio.gather(*[world.submit(COORDINATOR, one) for _ in range(6)])
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][0]["status"] == "accepted"
    assert len(await world.events(handoff)) == 2


async def test_receipt_numbers_have_no_double_when_many_open_at_once(world: World) -> None:
    outcomes = await asyncio.gather(*[world.act(CLERK, "OpenConsultation", new_id(), OPEN) for _ in range(20)])
    numbers = sorted(outcome["refs"]["receiptNumber"] for outcome in outcomes)
    assert numbers == [f"保2026-{n:04d}" for n in range(1, 21)]


async def test_one_consultation_id_opened_twice_at_once_is_one_sheet(world: World) -> None:
    consultation = new_id()
    outcomes = await asyncio.gather(*[world.act(CLERK, "OpenConsultation", consultation, OPEN) for _ in range(2)])
    assert sorted(str(outcome["code"]) for outcome in outcomes) == ["None", "consultation_exists"]
    assert len(await world.events(consultation)) == 1
