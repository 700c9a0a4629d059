"""What somebody is still typing, kept on the server. Only its author sees it; an older save never beats a newer one.

What is about a record whose use is suspended (98条), or off which its author is kept, is saved like any other and given back to
nobody while that stands: the view `draft_told`, which each owner of records makes its own in its migrations."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, ValidationError

from services.contracts.openapi import reads
from services.kernel import access
from services.kernel.commands import Work
from services.kernel.db import Connection
from services.kernel.errors import Malformed, malformed
from services.kernel.request import ActorDep, ReaderDep, read_json, service_of

MAX_DRAFTS = 100
router = APIRouter()


class Draft(BaseModel):
    """One save. `seq` grows with every save on the device. `known`: the saves this screen read or made itself; when
    another one is stored, a second screen went on with the draft, and nothing is written. Without it the newest wins."""

    kind: Annotated[str, Field(pattern=r"^[a-z]{1,30}$")]
    seq: Annotated[int, Field(ge=0, le=2**53)]
    body: dict[str, Any]
    known: Annotated[list[Annotated[int, Field(ge=0, le=2**53)]], Field(max_length=50)] | None = None


@router.put("/drafts/{draft_id}", openapi_extra=reads(Draft.model_json_schema()))
async def put_draft(request: Request, draft_id: UUID, reader: ReaderDep) -> dict[str, Any]:
    """Save; answers what is stored now, and whether that is what was sent. Without its words, should they be held back.

    Other words than those sent are a read like any other."""
    draft, actor = _storable(await read_json(request)), reader.actor
    service = service_of(request)
    async with service.db.transaction("draft") as tx:
        done = await tx.execute(
            "insert into draft_private as d (draft_id, author_id, kind, seq, body, saved_at)"
            " values ($1, $2, $3, $4, $5, $6) on conflict (draft_id, author_id) do update"
            " set seq = excluded.seq, body = excluded.body, saved_at = excluded.saved_at"
            " where d.seq < excluded.seq and d.finished_at is null"
            " and ($7::bigint[] is null or d.seq = any($7))",
            *(draft_id, actor.id, draft.kind, draft.seq, draft.body, service.clock(), draft.known),
        )
        stored = await tx.fetchrow(
            "select d.draft_id as id, d.kind, d.seq, coalesce(t.body, '{}') as body, d.saved_at as \"savedAt\""
            " from draft_private d left join draft_told t using (draft_id, author_id)"
            " where d.draft_id = $1 and d.author_id = $2",
            *(draft_id, actor.id),
        )
        if stored and stored["body"] not in (draft.body, {}):
            shown, about = {"draft": [draft_id]}, {"purpose": reader.purpose, "screen": reader.screen}
            await access.record(tx, actor, "read", shown, basis="author", field_groups=["own_words"], **about)
        return {**dict(stored or {}), "saved": done == "INSERT 0 1"}


@router.get("/drafts")
async def get_drafts(
    reader: ReaderDep, kind: Annotated[str, Query(pattern=r"^[a-z]{0,30}$")] = ""
) -> list[dict[str, Any]]:
    """The author's own drafts, newest first."""
    query = (
        'select draft_id as id, kind, seq, body, saved_at as "savedAt" from draft_told'
        " where author_id = $1 and ($2 = '' or kind = $2) order by saved_at desc limit $3"
    )
    async with reader.open() as read:
        drafts = [dict(row) for row in await read.tx.fetch(query, read.actor.id, kind, MAX_DRAFTS)]
        if drafts:
            read.shows("draft", [draft["id"] for draft in drafts], "own_words", basis="author")
    return drafts


@router.delete("/drafts/{draft_id}")
async def delete_draft(request: Request, draft_id: UUID, actor: ActorDep) -> dict[str, bool]:
    """Thrown away by its author; already gone is fine."""
    service = service_of(request)
    async with service.db.transaction("draft") as tx:
        await _end(tx, draft_id, actor.id, service.clock())
    return {"discarded": True}


async def finish(work: Work, draft_id: UUID) -> None:
    """The command that ends a draft was accepted: forget its words in the same transaction, and let no late save in."""
    await _end(work.tx, draft_id, work.actor.id, work.now)


async def _end(tx: Connection, draft_id: UUID, author_id: UUID, now: datetime) -> None:
    await tx.execute(
        "insert into draft_private as d (draft_id, author_id, kind, seq, body, saved_at, finished_at)"
        " values ($1, $2, '', 0, '{}', $3, $3) on conflict (draft_id, author_id) do update"
        " set body = '{}', finished_at = coalesce(d.finished_at, excluded.finished_at)",
        *(draft_id, author_id, now),
    )


def _storable(said: object) -> Draft:
    try:
        draft = Draft.model_validate(said)
        json.dumps(said, ensure_ascii=False, allow_nan=False).encode()
    except ValidationError as error:
        raise malformed(error, "malformed_payload") from None
    except ValueError:
        raise Malformed(
            "text_not_storable", "the draft holds a lone surrogate, or a number that JSON has not"
        ) from None
    if _has_nul(draft.body):
        raise Malformed("text_not_storable", "the draft holds NUL")
    return draft


def _has_nul(value: object) -> bool:
    """PostgreSQL stores no NUL, in no key and no text however deep."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(_has_nul(part) for part in value)
