"""端末で会を見た."""

from uuid import UUID

from services.contracts.ibasho import ViewedSessionOffline
from services.ibasho import store
from services.kernel import access
from services.kernel.commands import Refs, Work


async def viewed_session_offline(command: ViewedSessionOffline, session_id: UUID, work: Work) -> Refs:
    """An access row for what was opened on the device. Never refused: what was seen was seen, by whatever relation."""
    relation = await store.find_relation(work.tx, work.actor, session_id)
    about = {"purpose": f"offline {min(command.viewed_at, work.now):%Y-%m-%dT%H:%MZ}", "screen": "Session"}
    shown = {"session": [session_id]}
    await access.record(work.tx, work.actor, "viewed_offline", shown, basis=relation or "none", **about)
    return {"sessionId": str(session_id)}
