"""What coordination does when something happened elsewhere."""

from services.contracts import intake, staff
from services.contracts.base import EventData
from services.contracts.codes import HandoffKind
from services.contracts.coordination import CaseOpened, ErasureDone
from services.contracts.ibasho import AttendanceLogged
from services.contracts.intake import HandoffAccepted
from services.contracts.participant_request import ParticipantErased
from services.coordination import erasure_store, package_store, token_store
from services.kernel.commands import Work
from services.kernel.stream import Event, Reaction


async def open_case(event: Event, work: Work) -> None:
    """A lead handoff was accepted: the case opens at once; its package is fetched by a loop of its own."""
    accepted: HandoffAccepted = event.data
    if accepted.kind is not HandoffKind.LEAD:
        return
    await package_store.insert_case(work.tx, accepted, event.time, event.id, work.now)
    opened = CaseOpened(
        case_id=accepted.case_id,
        handoff_id=accepted.handoff_id,
        consultation_id=accepted.consultation_id,
        from_unit=accepted.from_unit,
        unit_id=accepted.to_unit,
        owner_id=accepted.accepted_by,
        team=list(dict.fromkeys([accepted.accepted_by, *accepted.colleague_ids])),
    )
    await work.emit(accepted.case_id, opened, time=event.time)


async def hear_attendance(event: Event, work: Work) -> None:
    """Somebody with a token came, or that was taken back. Nothing is said about it: whose token it is stays here."""
    logged: AttendanceLogged = event.data
    if logged.participant_id is None:
        return
    await token_store.lock_token(work.tx, logged.participant_id)
    if logged.corrects is not None:
        await token_store.forget_heard(work.tx, logged.corrects)
    else:
        await token_store.insert_heard(work.tx, logged, event.time, event.recorded_at)


async def forget_participant(event: Event, work: Work) -> None:
    """Somebody had 居場所 forget them: no case is linked to them any more. Which was, nobody is told."""
    erased: ParticipantErased = event.data
    await token_store.lock_token(work.tx, erased.participant_id)
    await token_store.forget_participant(work.tx, erased.participant_id)
    done = ErasureDone(request_id=erased.request_id, participant_id=erased.participant_id)
    await work.emit(erased.participant_id, done)


async def note_erased(event: Event, work: Work) -> None:
    """A holder's part of an erasure is done."""
    done: intake.ErasureDone | staff.ErasureDone = event.data
    await erasure_store.note_done(work.tx, done.request_id, event.topic, event.time)


REACTIONS: dict[type[EventData], Reaction] = {
    HandoffAccepted: open_case,
    AttendanceLogged: hear_attendance,
    ParticipantErased: forget_participant,
    intake.ErasureDone: note_erased,
    staff.ErasureDone: note_erased,
}
