"""端末で見た."""

from uuid import UUID

from services.contracts.coordination import ViewedOffline
from services.coordination import store
from services.kernel import access
from services.kernel.commands import Refs, Work


async def viewed_offline(command: ViewedOffline, case_id: UUID, work: Work) -> Refs:
    """An access row for what was opened on the device. Never refused: what was seen was seen, by whatever relation."""
    viewed_at = min(command.viewed_at, work.now)
    relation = await store.find_relation(work.tx, work.actor, case_id, viewed_at, then=True)
    # access_store._OPENED_AT reads it from there
    about = {"purpose": f"offline {viewed_at:%Y-%m-%dT%H:%MZ}", "screen": "Case"}
    await access.record(work.tx, work.actor, "viewed_offline", {"case": [case_id]}, basis=relation or "none", **about)
    return {"caseId": str(case_id)}
