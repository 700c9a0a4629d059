"""お知らせを読んだ."""

from uuid import UUID

from services.contracts.notify import ReadNotice
from services.kernel.commands import Refs, Work
from services.notify import store


async def read_notice(_: ReadNotice, notice_id: UUID, work: Work) -> Refs:
    """Mark one's own notice as read. No event: it concerns nobody else."""
    await store.mark_read(work.tx, work.actor, notice_id, work.now)
    return {"noticeId": str(notice_id)}
