"""回を予定に入れる."""

from uuid import UUID

from services.contracts.ibasho import ScheduleSession, SessionScheduled
from services.ibasho import store
from services.ibasho.domain.session import decide_schedule
from services.kernel.commands import Refs, Work


async def schedule_session(command: ScheduleSession, session_id: UUID, work: Work) -> Refs:
    """A session at a place of one's own unit; its staff see it from now on."""
    unit_id = await store.get_unit_of(work.tx, work.actor, command.place_id, command.programme_id)
    decide_schedule(command)
    await store.insert_session(work.tx, work.actor, session_id, command, work.now)
    event = SessionScheduled(
        session_id=session_id,
        place_id=command.place_id,
        programme_id=command.programme_id,
        unit_id=unit_id,
        starts_at=command.starts_at,
        ends_at=command.ends_at,
        staff_ids=list(dict.fromkeys(command.staff_ids)),
    )
    await work.emit(session_id, event)
    return {"sessionId": str(session_id)}
