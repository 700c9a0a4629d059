"""The read side of 居場所. Every answer is authorised in its SQL and leaves its access rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Query, Request
from pydantic import ValidationError

from services.contracts.base import Model
from services.contracts.ibasho import TokenCode
from services.contracts.openapi import reads, reads_object
from services.contracts.tokyo import tokyo_day
from services.ibasho import store
from services.ibasho.domain.session import status_of
from services.ibasho.domain.who_may import Group, Relation, takes_along, visible_groups
from services.kernel.access import Read
from services.kernel.errors import FieldError, Malformed, malformed
from services.kernel.request import ReaderDep, read_json
from services.manifest import MANIFEST, difference, manifest_of

router = APIRouter()
MAX_DAYS = 100
TAKEN_FROM, TAKEN_UNTIL = timedelta(days=-1), timedelta(days=14)


class ShownToken(Model):
    """What somebody read off a paper token. In the body: a code in an address would end up in logs."""

    code: TokenCode


@router.get("/views/sessions")
async def get_sessions(
    reader: ReaderDep, first: Annotated[date, Query(alias="from")], last: Annotated[date, Query(alias="to")]
) -> list[dict[str, Any]]:
    """The timetable of my sessions and my units'."""
    if not timedelta(0) <= last - first <= timedelta(days=MAX_DAYS):
        fields = [FieldError("to", "date_invalid")]
        raise Malformed("malformed_request", f"between 1 and {MAX_DAYS} days", fields=fields)
    async with reader.open() as read:
        rows = await store.find_sessions(read.tx, read.actor, first, last)
        for row in rows:
            read.shows("session", [row["session_id"]], Group.TIMETABLE, basis=row["relation"])
        return [_session(row) for row in rows]


@router.get("/views/sessions/{session_id}")
async def get_session(session_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """The board: nicknames, who came when, closing lines."""
    async with reader.open() as read:
        row = await store.get_session(read.tx, read.actor, session_id)
        boards = await store.find_boards(read.tx, read.actor, [session_id])
        board = _board(row, boards[session_id])
        _note_shown(read, [(row, board)])
        return board


@router.get("/views/places")
async def get_places(reader: ReaderDep) -> list[dict[str, Any]]:
    """Places of my units with their programmes, by today's names."""
    async with reader.open() as read:
        places: dict[UUID, dict[str, Any]] = {}
        for row in await store.find_places(read.tx, read.actor, tokyo_day(read.now)):
            empty = {"id": row["place_id"], "name": row["place"], "unitId": row["unit_id"], "programmes": []}
            place = places.setdefault(row["place_id"], empty)
            if row["programme"] is not None:
                place["programmes"].append({"id": row["programme_id"], "name": row["programme"]})
        read.shows("place", list(places), Group.TIMETABLE, basis="own_unit")
        return list(places.values())


@router.post("/views/token-holder", openapi_extra=reads(ShownToken.model_json_schema()))
async def post_token_holder(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """The participant whose token was shown to a coordinator or 居場所スタッフ. Every try leaves its row."""
    try:
        code = ShownToken.model_validate(await read_json(request)).code
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None
    async with reader.open() as read:
        participant_id = await store.find_token_holder(read.tx, read.actor, code)
        if participant_id is not None:
            read.shows("participant", [participant_id], basis="token_shown")
    return {"participantId": participant_id}


@router.post("/views/sync", openapi_extra=reads_object(MANIFEST))
async def post_sync(request: Request, reader: ReaderDep) -> dict[str, Any]:
    """What a device that holds `have` {id: etag} must put in and take out: sessions from yesterday to two weeks ahead."""
    have = manifest_of(await read_json(request))
    async with replace(reader, purpose="take_along").open() as read:
        today = tokyo_day(read.now)
        found = await store.find_sessions(read.tx, read.actor, today + TAKEN_FROM, today + TAKEN_UNTIL)
        rows = {row["session_id"]: row for row in found if takes_along(Relation(row["relation"]))}
        boards = await store.find_boards(read.tx, read.actor, list(rows))
        held = [{"id": one, "board": _board(row, boards[one])} for one, row in rows.items()]
        upsert, drop = difference(have, held)
        _note_shown(read, [(rows[each["id"]], each["board"]) for each in upsert])
        incarnation = await read.tx.fetchval("select id from incarnation order by started_at desc limit 1")
    return {"upsert": upsert, "drop": drop, "incarnation": incarnation}


def _note_shown(read: Read, shown: Iterable[tuple[asyncpg.Record, Mapping[str, Any]]]) -> None:
    """Each session by its relation; whoever is known at several, by all of theirs."""
    known: dict[UUID, set[Relation]] = {}
    for row, board in shown:
        relation = Relation(row["relation"])
        read.shows("session", [row["session_id"]], *visible_groups(relation), basis=relation)
        for one in board["participants"]:
            known.setdefault(one["id"], set()).add(relation)
    for participant, relations in known.items():
        groups = {group for relation in relations for group in visible_groups(relation)}
        read.shows("participant", [participant], *groups, basis=",".join(sorted(relations)))


def _session(row: asyncpg.Record) -> dict[str, Any]:
    return {
        "id": row["session_id"],
        "place": row["place"],
        "programme": row["programme"],
        "placeId": row["place_id"],
        "programmeId": row["programme_id"],
        "startsAt": row["starts_at"],
        "endsAt": row["ends_at"],
        "style": row["style"],
        "capacity": row["capacity"],
        "status": status_of(row["opened_at"], row["closed_at"], row["has_facts"]),
        "staffIds": row["staff"],
        "visits": row["visits"],
        "people": row["people"],
        "atDoor": row["at_door"],
    }


def _board(row: asyncpg.Record, board: Mapping[str, Sequence[asyncpg.Record]]) -> dict[str, Any]:
    return {
        "session": _session(row),
        "participants": [
            {"id": one["participant_id"], "nickname": one["nickname"], "code": one["code"]}
            for one in board["participants"]
        ],
        "attendance": [
            {
                "id": fact["attendance_id"],
                "kind": fact["kind"],
                "participantId": fact["participant_id"],
                "at": fact["at"],
                "recordedById": fact["recorded_by"],
                "voided": fact["voided"],
            }
            for fact in board["attendance"]
        ],
        "closingLines": [line["line"] for line in board["closing_lines"]],
    }
