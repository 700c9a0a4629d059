"""閲覧を確認済にする."""

from uuid import UUID

from services.contracts.sheet_request import ReviewSheetAccess
from services.intake import access_store, store
from services.kernel.commands import Refs, Work
from services.kernel.errors import Refusal


async def review_sheet_access(command: ReviewSheetAccess, consultation_id: UUID, work: Work) -> Refs:
    """By who looks after the sheet's log, and never one's own read."""
    reader = await access_store.get_reader(work.tx, work.actor, consultation_id, command.access_id)
    await store.lock(work.tx, consultation_id)  # an erasure of the sheet takes notes about who read it along
    await store.refuse_erased(work.tx, consultation_id)
    if reader == work.actor.id:
        raise Refusal("own_reading", "somebody else looks at one's own reads")
    await access_store.insert_review(work.tx, work.actor, consultation_id, command.access_id, command.note, work.now)
    return {"consultationId": str(consultation_id), "accessId": str(command.access_id)}
