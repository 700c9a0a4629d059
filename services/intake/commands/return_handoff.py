"""返す."""

from uuid import UUID

from services.contracts.codes import HandoffStatus, ReturnReason
from services.contracts.intake import HandoffReturned, ReturnHandoff
from services.intake import handoff_store
from services.intake.domain.handoff import decide_return
from services.kernel.commands import Refs, Work
from services.kernel.errors import FieldError, Refusal


async def return_handoff(command: ReturnHandoff, handoff_id: UUID, work: Work) -> Refs:
    """Give it back with a reason; the words stay with intake, the event carries the code."""
    handoff = await handoff_store.lock_handoff(work.tx, work.actor, handoff_id)
    decide_return(handoff, work.actor)
    if command.reason is ReturnReason.OTHER and not command.note.strip():
        raise Refusal("note_is_needed", "reason other without a note", fields=[FieldError("note", "required")])
    columns = {"return_reason": command.reason, "return_note": command.note}
    await handoff_store.answer_handoff(work.tx, work.actor, handoff_id, HandoffStatus.RETURNED, work.now, **columns)
    event = HandoffReturned(
        handoff_id=handoff_id,
        consultation_id=handoff.consultation_id,
        from_unit=handoff.from_unit,
        to_unit=handoff.to_unit,
        handed_off_by=handoff.handed_off_by,
        returned_by=work.actor.id,
        reason=command.reason,
    )
    await work.emit(handoff_id, event)
    return {"handoffId": str(handoff_id)}
