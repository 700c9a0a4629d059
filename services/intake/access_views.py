"""相談受付's part of 記録の閲覧 and of 誰が見たか: who read a sheet or a handoff of it. Looking is itself a read, and logged."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request
from pydantic import ValidationError

from services.contracts.access_log import Asked, first_lines, is_same_street, line_json, odd_marks
from services.contracts.access_log import Read as ReadOnce
from services.contracts.codes import CallerKind
from services.contracts.openapi import reads
from services.intake import access_store
from services.kernel.access import Read
from services.kernel.errors import NotFound, malformed
from services.kernel.request import ReaderDep, read_json
from services.receipt_number import plain_number

router = APIRouter()


@router.post("/views/access-log", openapi_extra=reads(Asked.model_json_schema()))
async def post_access_log(request: Request, reader: ReaderDep) -> list[dict[str, Any]]:
    """By staff, by sheet, odd reads first, unlooked-at before 確認済; to anybody else an empty list. A case stands for the
    sheet it began with."""
    body = await read_json(request)
    try:
        asked = Asked.model_validate(body)
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None
    async with reader.open() as read:
        lines = first_lines(_line(row, asked.streets) for row in await _found(read, asked))
        read.shows("access", list(dict.fromkeys(line["id"] for line in lines)), "access_log", basis="log")
        return lines


async def _found(read: Read, asked: Asked) -> Sequence[asyncpg.Record]:
    """One that is not theirs to look into finds nothing, as an unknown one."""
    sheet = None
    if asked.caseId or asked.receiptNumber:
        receipt_number = plain_number(asked.receiptNumber or "") or None
        sheet = await access_store.find_sheet(read.tx, read.actor, asked.caseId, receipt_number)
        if sheet is None:
            return []
    since = read.now - timedelta(days=asked.days)
    return await access_store.find_reads(read.tx, read.actor, since, asked.staffId, sheet, asked.surnames)


def _line(row: asyncpg.Record, streets: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    streets_of = streets.get(str(row["actor_id"]), ())
    lives_there = any(is_same_street(street, row["person_address"] or "") for street in streets_of)
    marks = odd_marks(
        ReadOnce(
            basis=row["basis"],
            tokyo_hour=row["tokyo_hour"],
            is_after_close=False,
            has_own_surname=row["has_own_surname"],
            has_own_street=lives_there,
            run=row["run"],
        )
    )
    return {"caseId": None, "consultationId": row["consultation_id"], **line_json(dict(row), marks)}


@router.get("/views/cases/{case_id}/who-saw")
async def get_who_saw(case_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """When, who, why, by what right, which parts; for auditors, and managers of either unit of the accepted handoff.

    Nothing when somebody else than 本人 consulted: that a family spoke may be what the person does not know."""
    async with reader.open() as read:
        consultation_id = await access_store.find_sheet(read.tx, read.actor, case_id, None)
        if consultation_id is None:
            raise NotFound
        read.shows("answered", [case_id], "access_log", basis="log")
        return await _who_saw(read, consultation_id) or []


@router.get("/views/consultations/{consultation_id}/who-saw")
async def get_who_saw_sheet(consultation_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """The same of a sheet, whether it became a case or not; no `reads` at all where somebody else consulted: an
    answer would say that there is a sheet (81条)."""
    async with reader.open() as read:
        reads_of_it = await _who_saw(read, consultation_id)
        read.shows("answered", [consultation_id], "access_log", basis="log")
        return {"consultationId": consultation_id, "reads": reads_of_it}


async def _who_saw(read: Read, consultation_id: UUID) -> list[dict[str, Any]] | None:
    """NotFound for who does not look after the sheet's log; nothing of the record of somebody else than 本人."""
    if await access_store.get_caller(read.tx, read.actor, consultation_id) is not CallerKind.PERSON:
        return None
    return [
        {
            "at": row["at"],
            "unitId": row["unit_id"],
            "staffId": row["actor_id"],
            "basis": row["basis"].split(","),
            "purpose": row["purpose"].split(" ")[0],
            "fieldGroups": row["field_groups"],
        }
        for row in await access_store.find_who_saw(read.tx, read.actor, consultation_id)
    ]
