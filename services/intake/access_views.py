"""相談受付's part of 誰が見たか: who read the sheet and the handoffs a case began with. Looking is logged."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.contracts.codes import CallerKind, Role
from services.intake import store
from services.kernel.request import ReaderDep

router = APIRouter()


@router.get("/views/cases/{case_id}/who-saw")
async def get_who_saw(case_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """When, who, why, by what right, which parts; for auditors, and managers of either unit of the accepted handoff.

    Nothing when somebody else than 本人 consulted: that a family spoke may be what the person does not know."""
    async with reader.open() as read:
        managed, audits = read.actor.units_as(Role.MANAGER), bool(read.actor.units_as(Role.AUDITOR))
        began = await store.get_beginning(read.tx, read.actor, case_id, managed, audits)
        read.shows("answered", [case_id], "access_log", basis="log")
        if began["caller_kind"] != CallerKind.PERSON:
            return []
        rows = await store.find_who_saw(read.tx, read.actor, began["consultation_id"])
        return [
            {
                "at": row["at"],
                "staffId": row["actor_id"],
                "basis": row["basis"].split(","),
                "purpose": row["purpose"].split(" ")[0],
                "fieldGroups": row["field_groups"],
            }
            for row in rows
        ]
