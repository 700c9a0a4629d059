"""共有と同意: what was opened to whom, for the team of a case and its lead; and the meetings I am called to."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request

from services.contracts.codes import FieldGroup
from services.contracts.openapi import reads_object
from services.coordination import basis_store
from services.kernel.errors import NotFound
from services.kernel.request import ReaderDep, read_json
from services.own_words import ABOUT, about_of

router = APIRouter()


@router.get("/views/cases/{case_id}/sharing")
async def get_sharing(case_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """Every basis the case ever had, and who is kept off it. While its use is suspended, what can be ended alone."""
    async with reader.open() as read:
        try:
            rows = await basis_store.find_bases(read.tx, read.actor, case_id, read.now)
            kept_off = await basis_store.find_kept_off(read.tx, case_id)
        except NotFound:
            rows, kept_off = await basis_store.find_to_end(read.tx, read.actor, case_id, read.now), []
        read.shows("case", [case_id], "sharing", basis=rows[0]["relation"])
        bases = [_basis(row, read.now) for row in rows if row["basis_id"] is not None]
        return {"caseId": case_id, "bases": bases, "keptOffIds": kept_off}


@router.get("/views/conferences")
async def get_conferences(reader: ReaderDep) -> list[dict[str, Any]]:
    """支援会議 that call me. Whoever has not pledged learns that it is, and when; nothing else."""
    async with reader.open() as read:
        rows = await basis_store.find_conferences(read.tx, read.actor, read.now)
        if rows:
            read.shows("basis", [row["basis_id"] for row in rows], basis="conference")
        return [_conference(row) for row in rows]


@router.post("/views/own-words", openapi_extra=reads_object(ABOUT))
async def post_own_words(request: Request, reader: ReaderDep) -> dict[str, list[UUID]]:
    """Of which of these cases the asker may be shown nothing now, also not what they wrote themselves: suspended, or kept off."""
    about = about_of(await read_json(request))
    async with reader.open() as read:
        found = await basis_store.find_withheld(read.tx, read.actor, about)
        if told := [one for one, is_withheld in found.items() if not is_withheld]:
            read.shows("case", told, FieldGroup.PERSON_WORDS, FieldGroup.FAMILY_WORDS, basis="author")
    return {"withheld": [one for one, is_withheld in found.items() if is_withheld]}


def _basis(row: asyncpg.Record, now: datetime) -> dict[str, Any]:
    return {
        "id": row["basis_id"],
        "kind": row["kind"],
        "item": row["item"],
        "fieldGroups": row["field_groups"],
        "givenToIds": row["unit_ids"],
        "membersIds": row["members"],
        "pledgedIds": row["pledged"],
        "reason": row["reason"],
        "givenById": row["given_by"],
        "givenAt": row["given_at"],
        "fromAt": row["from_at"],
        "until": row["until"],
        "endedAt": row["ended_at"],
        "endedById": row["ended_by"],
        "inForce": row["ended_at"] is None and row["from_at"] <= now < row["until"],
    }


def _conference(row: asyncpg.Record) -> dict[str, Any]:
    about = {"id": row["basis_id"], "caseId": row["case_id"], "fromAt": row["from_at"], "until": row["until"]}
    return {**about, "pledged": row["pledged_at"] is not None}
