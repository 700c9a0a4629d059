"""出入りの記録. A fact: it is taken before opening and after closing alike."""

from uuid import UUID

from services.contracts.ibasho import AttendanceLogged, LogAttendance
from services.ibasho import participant_store, store
from services.ibasho.domain.session import SessionState, decide_attendance
from services.kernel.commands import Refs, Work
from services.kernel.errors import Refusal


async def log_attendance(command: LogAttendance, session_id: UUID, work: Work) -> Refs:
    """Append a fact to a session one is related to, under the id its person is known by."""
    session = await store.lock_session(work.tx, work.actor, session_id)
    decide_attendance(command, work.now)
    participant_id = await _known_as(command, session, work)
    captured_at = min(work.captured_at or work.now, work.now)
    await store.insert_attendance(work.tx, work.actor, session, command, participant_id, work.now, captured_at)
    event = AttendanceLogged(
        session_id=session_id,
        attendance_id=command.attendance_id,
        kind=command.kind,
        participant_id=participant_id,
        place_id=session.place_id,
        programme_id=session.programme_id,
    )
    await work.emit(session_id, event, time=command.at)
    refs = {"sessionId": str(session_id), "attendanceId": str(command.attendance_id)}
    return refs | ({"participantId": str(participant_id)} if participant_id else {})


async def _known_as(command: LogAttendance, session: SessionState, work: Work) -> UUID | None:
    """The id the person is known by. A newcomer whose token or nickname is known here is that person."""
    if command.participant_id is None:
        return None
    if known := await participant_store.find_participant(work.tx, command.participant_id):
        return known
    if command.new_participant is None:
        raise Refusal("participant_unknown", "no such participant, and no newParticipant came along")
    await participant_store.lock_making(work.tx)
    if known := await participant_store.find_participant(work.tx, command.participant_id):
        return known
    if same := await participant_store.find_same(work.tx, session, command.new_participant):
        await participant_store.insert_alias(work.tx, command.participant_id, same, command.new_participant.code)
        return same
    await participant_store.insert_participant(
        work.tx, session, command.participant_id, command.new_participant, work.now
    )
    return command.participant_id
