"""回を開く."""

from uuid import UUID

from services.contracts.ibasho import OpenSession
from services.ibasho import store
from services.kernel.commands import Refs, Work


async def open_session(_: OpenSession, session_id: UUID, work: Work) -> Refs:
    """The first opening stays. No event: the first fact tells the others."""
    session = await store.lock_session(work.tx, work.actor, session_id)
    await store.mark_opened(work.tx, session, min(work.captured_at or work.now, work.now))
    return {"sessionId": str(session_id)}
