"""閲覧を確認済にする."""

from uuid import UUID

from services.contracts.coordination import ReviewAccess
from services.coordination import access_store, store
from services.kernel.commands import Refs, Work
from services.kernel.errors import Refusal


async def review_access(command: ReviewAccess, case_id: UUID, work: Work) -> Refs:
    """By an auditor or a manager of the case's unit, and never one's own read. Other cases of the same list stay unseen."""
    reader = await access_store.lock_reader(work.tx, work.actor, case_id, command.access_id)
    await store.refuse_erased(work.tx, case_id)
    if reader == work.actor.id:
        raise Refusal("own_reading", "somebody else looks at one's own reads")
    await access_store.insert_review(work.tx, work.actor, case_id, command.access_id, command.note, work.now)
    return {"caseId": str(case_id), "accessId": str(command.access_id)}
