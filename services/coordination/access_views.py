"""記録の閲覧 and 誰が見たか. Reading the log is itself a read, and logged."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request
from pydantic import ValidationError

from services.contracts.access_log import Asked, Read, first_lines, is_same_street, line_json, odd_marks
from services.contracts.codes import FieldGroup
from services.contracts.openapi import reads
from services.coordination import access_store, request_store
from services.coordination.domain.who_may import CALLER_PHONE, EVERYTHING
from services.kernel.access import Read as AccessRead
from services.kernel.errors import malformed
from services.kernel.request import ReaderDep, read_json
from services.receipt_number import plain_number

router = APIRouter()
HIDDEN_FROM_THE_PERSON = {FieldGroup.FAMILY_WORDS, CALLER_PHONE}
"""誰が見たか leaves out reads of the family's record, and of the number they gave: that they spoke may be what the person does
not know."""


@router.post("/views/access-log", openapi_extra=reads(Asked.model_json_schema()))
async def post_access_log(request: Request, reader: ReaderDep) -> list[dict[str, Any]]:
    """By staff, by person, odd reads first, unlooked-at before 確認済; to anybody else an empty list."""
    body = await read_json(request)
    try:
        asked = Asked.model_validate(body)
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None
    async with reader.open() as read:
        rows = await _found(read, asked)
        lines = first_lines(_line(row, asked.streets) for row in rows)
        read.shows("access", list(dict.fromkeys(line["id"] for line in lines)), "access_log", basis="log")
        return lines


@router.get("/views/cases/{case_id}/who-saw")
async def get_who_saw(case_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """誰が見たか, for the person: when, who, why, by what right, which parts. Without the family's record; no `reads` at all
    where they may not know of the case (81条)."""
    async with reader.open() as read:
        rows = await access_store.find_who_saw(read.tx, read.actor, case_id)
        read.shows("answered", [case_id], "access_log", basis="log")
        is_known = await request_store.is_known_to_person(read.tx, case_id)
        answers = [answer for row in rows if (answer := _answer(row))["fieldGroups"]]
        return {"caseId": case_id, "reads": answers if is_known else None}


async def _found(read: AccessRead, asked: Asked) -> Sequence[asyncpg.Record]:
    """A receipt number stands for its case; one that is not theirs to look into finds nothing, as an unknown one."""
    case_id = asked.caseId
    if case_id is None and asked.receiptNumber:
        case_id = await access_store.find_case(read.tx, read.actor, plain_number(asked.receiptNumber))
        if case_id is None:
            return []
    since = read.now - timedelta(days=asked.days)
    return await access_store.find_reads(read.tx, read.actor, since, asked.staffId, case_id, asked.surnames)


def _line(row: asyncpg.Record, streets: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    streets_of = streets.get(str(row["actor_id"]), ())
    lives_there = any(is_same_street(street, row["person_address"] or "") for street in streets_of)
    basis = "emergency" if row["by_emergency"] else row["basis"]
    facts = Read(basis, row["tokyo_hour"], row["is_after_close"], row["has_own_surname"], lives_there, row["run"])
    marks = odd_marks(facts)
    return {"caseId": row["case_id"], "consultationId": None, **line_json(dict(row), marks)}


def _answer(row: asyncpg.Record) -> dict[str, Any]:
    # A device holds every part of a case; once its rows did not say so.
    seen = row["field_groups"] or (sorted(EVERYTHING) if row["action"] == "viewed_offline" else ())
    groups = [group for group in seen if group not in HIDDEN_FROM_THE_PERSON]
    return {
        "at": row["at"],
        "unitId": row["unit_id"],
        "staffId": row["actor_id"],
        "basis": row["basis"].split(","),
        "purpose": row["purpose"].split(" ")[0],
        "fieldGroups": groups,
    }
