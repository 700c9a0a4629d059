"""本人からの請求 about sheets: where each stands, what is held, what is told, and what was kept long enough."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter

from services.contracts.messages import sentence
from services.intake import erasure_store, request_store
from services.intake.domain.disclosure import disclosed
from services.intake.domain.who_may import Relation
from services.intake.views import label_of
from services.kernel.request import ReaderDep
from services.person_request import RetentionSettings, hidden_as, is_hidden, request_json

router = APIRouter()


@router.get("/views/requests")
async def get_requests(reader: ReaderDep) -> list[dict[str, Any]]:
    """Of my units' sheets; of an erased one its unit's manager sees that it was, and when."""
    async with reader.open() as read:
        rows = await request_store.find(read.tx, read.actor)
        for row in rows:
            groups = () if row["erased_at"] else ("request",) if is_hidden(dict(row)) else ("identity", "request")
            read.shows("consultation", [row["consultation_id"]], *groups, basis=Relation.OWN_UNIT)
        return [_request(row) for row in rows]


@router.get("/views/consultations/{consultation_id}/holdings")
async def get_sheet_holdings(consultation_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What is held of a sheet: kinds, counts and days, never content; for the managers of its unit."""
    async with reader.open() as read:
        await request_store.get_managed(read.tx, read.actor, consultation_id)
        read.shows("consultation", [consultation_id], "holdings", basis=Relation.OWN_UNIT)
        return [dict(row) for row in await erasure_store.find_holdings(read.tx, read.actor, consultation_id)]


@router.get("/views/retention")
async def get_retention(reader: ReaderDep) -> list[dict[str, Any]]:
    """Sheets that never became a case, kept longer than the rule asks: a proposal. Nothing goes by itself."""
    years = RetentionSettings().retention_years
    async with reader.open() as read:
        rows = await request_store.find_kept_long_enough(read.tx, read.actor, read.now, years)
        if rows:
            read.shows("consultation", [row["consultation_id"] for row in rows], "identity", basis=Relation.OWN_UNIT)
        return [
            {
                "caseId": None,
                "consultationId": row["consultation_id"],
                "label": _called(row),
                "receiptNumber": row["receipt_number"],
                "closedAt": row["last_at"],
                "years": years,
            }
            for row in rows
        ]


@router.get("/views/consultations/{consultation_id}/disclosure")
async def get_sheet_disclosure(consultation_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """開示の下書き (76条) of a sheet, without anybody else's words (78条1項2号)."""
    async with reader.open() as read:
        sheet, handoffs = await request_store.get_disclosable(read.tx, read.actor, consultation_id)
        requests = await request_store.find_of_sheet(read.tx, read.actor, consultation_id)
        read.shows("consultation", [consultation_id], "sheet", "told", "request", basis="request")
        return disclosed(dict(sheet), map(dict, handoffs), map(dict, requests))


def _request(row: asyncpg.Record) -> dict[str, Any]:
    hidden = hidden_as(dict(row))
    about = {
        "caseId": None,
        "consultationId": row["consultation_id"],
        "label": sentence(hidden) if hidden else _called(row),
    }
    return {**about, **request_json(dict(row))}


def _called(row: asyncpg.Record) -> str:
    return label_of(row, row["person_name"] or row["person_kana"] or "")
