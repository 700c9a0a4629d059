"""端末で見た."""

from uuid import UUID

from services.contracts.coordination import ViewedOffline
from services.coordination import store
from services.coordination.domain.who_may import EVERYTHING
from services.kernel import access
from services.kernel.commands import Refs, Work


async def viewed_offline(command: ViewedOffline, case_id: UUID, work: Work) -> Refs:
    """An access row for what was opened on the device, which holds every part of a case. Never refused: what was seen was
    seen, by whatever relation."""
    viewed_at = min(command.viewed_at, work.now)
    relation = await store.find_relation(work.tx, work.actor, case_id, viewed_at, then=True)
    # access_store._OPENED_AT reads it from there
    about = {"purpose": f"offline {viewed_at:%Y-%m-%dT%H:%MZ}", "screen": "Case"}
    held, basis = sorted(EVERYTHING), relation or "none"
    shown = {"case": [case_id]}
    await access.record(work.tx, work.actor, "viewed_offline", shown, basis=basis, field_groups=held, **about)
    return {"caseId": str(case_id)}
