"""本人からの請求, what is held of a case, and which closed cases have been kept long enough."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from services.contracts.codes import RequestDecision, RequestState
from services.contracts.messages import sentence
from services.coordination import request_store
from services.coordination.domain.person_request import ERASING
from services.coordination.views import label
from services.kernel.request import ReaderDep

router = APIRouter()


@router.get("/views/requests")
async def get_requests(reader: ReaderDep) -> list[dict[str, Any]]:
    """Of the cases I am related to; of an erased one its unit's manager sees that it was, and when."""
    async with reader.open() as read:
        rows = await request_store.find(read.tx, read.actor, read.now)
        for row in rows:
            groups = () if row["erased_at"] else ("identity", "request")
            read.shows("case", [row["case_id"]], *groups, basis=row["relation"])
        return [_request(row, read.actor.id) for row in rows]


def _request(row: asyncpg.Record, reader_id: UUID) -> dict[str, Any]:
    is_erased = row["erased_at"] is not None
    is_waiting = row["decision"] is None and not is_erased
    return {
        "id": row["request_id"],
        "caseId": row["case_id"],
        "label": sentence("label.erased") if is_erased else label(row),
        "receiptNumber": row["receipt_number"],
        "kind": row["kind"],
        "state": _state(row),
        "asked": row["asked"] or "",
        "openedById": row["opened_by"],
        "openedAt": row["opened_at"],
        "decidedById": row["decided_by"],
        "decidedAt": row["decided_at"],
        "note": row["decision_note"] or "",
        "erasedAt": row["erased_at"],
        "owed": row["owed"] if is_erased else [],
        "mayDecide": is_waiting
        and row["is_managed"]
        and not (row["kind"] in ERASING and row["opened_by"] == reader_id),
    }


def _state(row: asyncpg.Record) -> RequestState:
    if row["erased_at"] is not None:
        return RequestState.ERASING if row["owed"] else RequestState.DONE
    match row["decision"]:
        case None:
            return RequestState.WAITING
        case RequestDecision.APPROVE:
            return RequestState.APPROVED
        case _:
            return RequestState.DECLINED
