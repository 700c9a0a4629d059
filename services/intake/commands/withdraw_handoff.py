"""取り下げる."""

from uuid import UUID

from services.contracts.codes import HandoffStatus
from services.contracts.intake import HandoffWithdrawn, WithdrawHandoff
from services.intake import handoff_store
from services.intake.domain.handoff import decide_withdraw
from services.kernel.commands import Refs, Work


async def withdraw_handoff(command: WithdrawHandoff, handoff_id: UUID, work: Work) -> Refs:
    """The sending unit takes it back before anyone answered. Accept and withdraw cannot both win."""
    handoff = await handoff_store.lock_handoff(work.tx, work.actor, handoff_id)
    decide_withdraw(handoff, work.actor)
    withdrawn = HandoffStatus.WITHDRAWN
    await handoff_store.answer_handoff(work.tx, work.actor, handoff_id, withdrawn, work.now, withdraw_note=command.note)
    event = HandoffWithdrawn(
        handoff_id=handoff_id,
        consultation_id=handoff.consultation_id,
        from_unit=handoff.from_unit,
        to_unit=handoff.to_unit,
        handed_off_by=handoff.handed_off_by,
        withdrawn_by=work.actor.id,
    )
    await work.emit(handoff_id, event)
    return {"handoffId": str(handoff_id)}
