"""出入りの記録の取消し."""

from uuid import UUID

from services.contracts.codes import AttendanceKind
from services.contracts.ibasho import AttendanceLogged, CorrectAttendance
from services.ibasho import store
from services.kernel.commands import Refs, Work


async def correct_attendance(command: CorrectAttendance, session_id: UUID, work: Work) -> Refs:
    """Take a fact back. A second tablet that does the same adds its reason and tells nobody again."""
    session = await store.lock_session(work.tx, work.actor, session_id)
    participant_id, stands = await store.find_attendance(work.tx, session, command.attendance_id)
    correction_id, at = work.cause.id, min(work.captured_at or work.now, work.now)
    await store.insert_correction(work.tx, work.actor, command.attendance_id, correction_id, command.note, at)
    if stands:
        event = AttendanceLogged(
            session_id=session_id,
            attendance_id=correction_id,
            kind=AttendanceKind.CORRECTED,
            participant_id=participant_id,
            place_id=session.place_id,
            programme_id=session.programme_id,
            corrects=command.attendance_id,
        )
        await work.emit(session_id, event, time=at)
    return {"sessionId": str(session_id), "attendanceId": str(command.attendance_id)}
