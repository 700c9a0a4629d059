"""回を閉じる, with one line."""

from uuid import UUID

from services.contracts.ibasho import CloseSession, SessionClosed
from services.ibasho import store
from services.kernel.commands import Refs, Work


async def close_session(command: CloseSession, session_id: UUID, work: Work) -> Refs:
    """The first closing closes and tells; every closing keeps its line."""
    session = await store.lock_session(work.tx, work.actor, session_id)
    at = min(work.captured_at or work.now, work.now)
    if command.line.strip():
        await store.insert_closing_line(work.tx, work.actor, session, work.cause.id, command.line, at)
    if session.closed_at is None:
        await store.mark_closed(work.tx, session, at)
        visits, people = await store.count_session(work.tx, session)
        await work.emit(session_id, SessionClosed(session_id=session_id, visits=visits, people=people), time=at)
    return {"sessionId": str(session_id)}
