"""The read side of 通知."""

from typing import Any

from fastapi import APIRouter

from services.kernel.request import ReaderDep
from services.notify import store

router = APIRouter()
SHOWN = 100


@router.get("/views/notices")
async def get_notices(reader: ReaderDep) -> dict[str, Any]:
    """お知らせ: mine, the unread ones first so that none is ever out of reach, and how many are unread."""
    async with reader.open() as read:
        rows = await store.find_notices(read.tx, read.actor, SHOWN)
        read.shows("notice", [row["notice_id"] for row in rows], "notice", basis="recipient")
        notices = [
            {
                "id": row["notice_id"],
                "kind": row["kind"],
                "raisedAt": row["raised_at"],
                "read": row["read_at"] is not None,
                "handoffId": row["handoff_id"],
                "caseId": row["case_id"],
            }
            for row in rows
        ]
        return {"notices": notices, "unread": await store.count_unread(read.tx, read.actor)}
