"""受ける."""

from uuid import UUID

from services.contracts.codes import HandoffStatus
from services.contracts.intake import AcceptHandoff, HandoffAccepted
from services.intake import handoff_store
from services.intake.domain.handoff import decide_accept
from services.kernel.commands import Refs, Work


async def accept_handoff(command: AcceptHandoff, handoff_id: UUID, work: Work) -> Refs:
    """Take the handoff; coordination opens the case from the event. Two who press at once: the row lock lets one win."""
    handoff = await handoff_store.lock_handoff(work.tx, work.actor, handoff_id)
    decide_accept(handoff, command, work.actor)
    accepted = HandoffStatus.ACCEPTED
    await handoff_store.answer_handoff(work.tx, work.actor, handoff_id, accepted, work.now, case_id=command.case_id)
    event = HandoffAccepted(
        handoff_id=handoff_id,
        consultation_id=handoff.consultation_id,
        case_id=command.case_id,
        kind=handoff.kind,
        from_unit=handoff.from_unit,
        to_unit=handoff.to_unit,
        handed_off_by=handoff.handed_off_by,
        accepted_by=work.actor.id,
        colleague_ids=list(dict.fromkeys(command.colleague_ids)),
        kept_off=list(handoff.kept_off),
    )
    await work.emit(handoff_id, event)
    return {"handoffId": str(handoff_id), "caseId": str(command.case_id)}
