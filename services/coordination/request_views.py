"""本人からの請求, what is held of a case, and which closed cases have been kept long enough."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from services.contracts.messages import sentence
from services.coordination import basis_store, closing_store, request_store, store
from services.coordination.domain.disclosure import DISCLOSED_GROUPS, Held, disclosed
from services.coordination.domain.who_may import Relation
from services.coordination.store import RELATED_TO_ANSWER
from services.coordination.views import label
from services.kernel.access import Read
from services.kernel.errors import NotFound
from services.kernel.request import ReaderDep
from services.person_request import RetentionSettings, hidden_as, is_hidden, request_json

router = APIRouter()


@router.get("/views/requests")
async def get_requests(reader: ReaderDep) -> list[dict[str, Any]]:
    """Of the cases I am related to; of an erased one its unit's manager sees that it was, and when."""
    async with reader.open() as read:
        rows = await request_store.find(read.tx, read.actor, read.now)
        for row in rows:
            groups = () if row["erased_at"] else ("request",) if is_hidden(dict(row)) else ("identity", "request")
            read.shows("case", [row["case_id"]], *groups, basis=row["relation"])
        return [_request(row) for row in rows]


@router.get("/views/cases/{case_id}/holdings")
async def get_holdings(case_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What coordination holds of a case: kinds, counts and days, never content."""
    async with reader.open() as read:
        rows = await request_store.find_holdings(read.tx, read.actor, case_id)
        read.shows("case", [case_id], "holdings", basis=Relation.UNIT_LEAD)
        return [dict(row) for row in rows]


@router.get("/views/retention")
async def get_retention(reader: ReaderDep) -> list[dict[str, Any]]:
    """Closed cases kept longer than the rule asks: a proposal, from which a request is opened. Nothing goes by itself."""
    years = RetentionSettings().retention_years
    async with reader.open() as read:
        rows = await request_store.find_kept_long_enough(read.tx, read.actor, read.now, years)
        if rows:
            read.shows("case", [row["case_id"] for row in rows], "identity", basis=Relation.UNIT_LEAD)
        return [
            {
                "caseId": row["case_id"],
                "consultationId": None,
                "label": label(row),
                "receiptNumber": row["receipt_number"],
                "closedAt": row["closed_at"],
                "years": years,
            }
            for row in rows
        ]


@router.get("/views/cases/{case_id}/disclosure")
async def get_disclosure(case_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """開示の下書き (76条): what is held of the person, without anybody else's words (78条1項2号); no `person` where they may
    not know of the case (81条)."""
    async with reader.open() as read:
        if not await request_store.find_disclosable(read.tx, read.actor, case_id):
            raise NotFound
        row = await store.get_case(read.tx, read.actor, case_id, read.now, RELATED_TO_ANSWER)
        if not await request_store.is_known_to_person(read.tx, case_id):
            read.shows("case", [case_id], basis="request")
            return {"caseId": case_id, "unitId": row["unit_id"], "person": None}
        held = await _held(read, case_id)
        read.shows("case", [case_id], *DISCLOSED_GROUPS, basis="request")
        return disclosed(dict(row), held)


async def _held(read: Read, case_id: UUID) -> Held:
    asked = (read.tx, read.actor, [case_id], read.now, RELATED_TO_ANSWER)
    tokens, attendance = (await store.find_tokens(*asked))[case_id]
    bases = await basis_store.find_bases(read.tx, read.actor, case_id, read.now, RELATED_TO_ANSWER)
    return Held(
        visits=[*map(dict, (await store.find_visits(*asked))[case_id])],
        tokens=[*map(dict, tokens)],
        attendance=[*map(dict, attendance)],
        bases=[*map(dict, bases)],
        closings=[*map(dict, (await closing_store.find_closings(*asked))[case_id])],
        requests=[*map(dict, await request_store.find_of_case(read.tx, read.actor, case_id))],
    )


def _request(row: asyncpg.Record) -> dict[str, Any]:
    hidden = hidden_as(dict(row))
    about = {"caseId": row["case_id"], "consultationId": None, "label": sentence(hidden) if hidden else label(row)}
    return {**about, **request_json(dict(row))}
