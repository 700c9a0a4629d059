"""本人からの請求 about who takes part: who it is, where each request stands, what is held, what is told, who looked."""

from typing import Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Request
from pydantic import ValidationError

from services.contracts.base import Model
from services.contracts.messages import sentence
from services.contracts.openapi import reads
from services.contracts.participant_request import Nickname
from services.contracts.tokyo import tokyo_day
from services.ibasho import erasure_store, request_store
from services.ibasho.domain.who_may import Group, Relation
from services.kernel.errors import malformed
from services.kernel.request import ReaderDep, read_json
from services.person_request import RetentionSettings, request_json, request_on_paper

router = APIRouter()


class Sought(Model):
    """By what somebody is sought: all of a token's code, or of a nickname at a place. In the body: an address would end up in
    logs."""

    placeId: UUID
    called: Nickname


@router.post("/views/participants/find", openapi_extra=reads(Sought.model_json_schema()))
async def post_find_participant(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """Who it is, for whoever works at their place; `participant` is null for anybody else. Every try leaves its row."""
    try:
        sought = Sought.model_validate(await read_json(request))
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None
    async with reader.open() as read:
        row = await request_store.find_participant(read.tx, read.actor, sought.placeId, sought.called)
        if row is None:
            return {"participant": None}
        read.shows("participant", [row["participant_id"]], Group.NICKNAMES, basis=_relation(row))
        return {"participant": {"id": row["participant_id"], "nickname": row["nickname"]}}


@router.get("/views/requests")
async def get_requests(reader: ReaderDep) -> list[dict[str, Any]]:
    """At the places of my units; of somebody erased a manager sees that they were, and when."""
    async with reader.open() as read:
        rows = await request_store.find(read.tx, read.actor, read.now)
        for row in rows:
            groups = () if row["erased_at"] else (Group.NICKNAMES, "request")
            read.shows("participant", [row["participant_id"]], *groups, basis=_relation(row))
        return [_request(row) for row in rows]


@router.get("/views/participants/{participant_id}/holdings")
async def get_participant_holdings(participant_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """What is held of somebody: kinds, counts and days, never content; for the managers of the place's unit."""
    async with reader.open() as read:
        await request_store.get_managed(read.tx, read.actor, participant_id)
        read.shows("participant", [participant_id], "holdings", basis=Relation.UNIT_LEAD)
        days: dict[str, list[Any]] = {}
        for held in await erasure_store.find_held(read.tx, participant_id):
            days.setdefault(held.kind, []).append(tokyo_day(held.at))
        return [{"kind": kind, "count": len(of), "oldest": min(of), "newest": max(of)} for kind, of in days.items()]


@router.get("/views/retention")
async def get_retention(reader: ReaderDep) -> list[dict[str, Any]]:
    """Who has not come for longer than the rule asks: a proposal. Nothing goes by itself."""
    years = RetentionSettings().retention_years
    async with reader.open() as read:
        rows = await request_store.find_kept_long_enough(read.tx, read.actor, read.now, years)
        ids = [row["participant_id"] for row in rows]
        if ids:
            read.shows("participant", ids, Group.NICKNAMES, basis=Relation.UNIT_LEAD)
        return [
            {**_about(row), "label": _called(row), "receiptNumber": None, "closedAt": row["last_at"], "years": years}
            for row in rows
        ]


@router.get("/views/participants/{participant_id}/disclosure")
async def get_participant_disclosure(participant_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """開示の下書き (76条): nickname, token, when they came, what they asked. What staff wrote about an afternoon is about others,
    too, and not told."""
    async with reader.open() as read:
        row = await request_store.get_disclosable(read.tx, read.actor, participant_id, read.now)
        came = await request_store.find_attendance(read.tx, read.actor, participant_id)
        asked = await request_store.find_of_participant(read.tx, read.actor, participant_id, read.now)
        read.shows("participant", [participant_id], Group.NICKNAMES, Group.ATTENDANCE, "request", basis="request")
        return {
            "participantId": participant_id,
            "unitId": row["unit_id"],
            **{name: row[name] for name in ("nickname", "code", "place")},
            "attendance": [dict(one) for one in came],
            "requests": [request_on_paper(dict(one)) for one in asked],
        }


@router.get("/views/participants/{participant_id}/who-saw")
async def get_participant_who_saw(participant_id: UUID, reader: ReaderDep) -> list[dict[str, Any]]:
    """When, who, why, by what right, which parts; for the managers of the place's unit."""
    async with reader.open() as read:
        unit_id = await request_store.get_managed(read.tx, read.actor, participant_id)
        read.shows("answered", [participant_id], "access_log", basis="log")
        return [
            {
                "at": row["at"],
                "unitId": unit_id,
                "staffId": row["actor_id"],
                "basis": row["basis"].split(","),
                "purpose": row["purpose"].split(" ")[0],
                "fieldGroups": row["field_groups"],
            }
            for row in await request_store.find_who_saw(read.tx, read.actor, participant_id)
        ]


def _relation(row: asyncpg.Record) -> Relation:
    return Relation.UNIT_LEAD if row["is_managed"] else Relation.UNIT_STAFF


def _about(row: asyncpg.Record) -> dict[str, Any]:
    return {"caseId": None, "consultationId": None, "participantId": row["participant_id"]}


def _request(row: asyncpg.Record) -> dict[str, Any]:
    label = sentence("label.erased") if row["erased_at"] else _called(row)
    return {**_about(row), "label": label, **request_json(dict(row))}


def _called(row: asyncpg.Record) -> str:
    return f"{row['nickname'] or ''}（{row['place']}）"
