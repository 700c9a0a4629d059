"""SQL of 消去, and of how much there is to erase: words are deleted, codes and the ledger of handoffs stay.

What erases a sheet is run again after a restore (`infra/rebuild_bus.py`). Again changes nothing.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import HeldKind, Role
from services.contracts.person_request import RecordErased
from services.contracts.sheet_request import SheetErased
from services.intake.store import NOT_KEPT_OFF, lock
from services.kernel.db import Connection
from services.kernel.errors import NotFound
from services.kernel.token import Actor

_ITS_HANDOFFS = "(select handoff_id from handoff where consultation_id = $1)"
ABOUT = """(select jsonb_build_object('consultation', jsonb_build_array($1::uuid::text)) as shown
    union all select jsonb_build_object('handoff', jsonb_build_array(handoff_id::text)) from handoff
    where consultation_id = $1)"""
"""How the access log names a sheet ($1): by itself, or by a handoff of it."""
WORDS = {
    "handoff_told": f"handoff_id in {_ITS_HANDOFFS}",
    "consultation_told": "consultation_id = $1",
    "sheet_amendment_told": "consultation_id = $1",
    "sheet_request_told": "request_id in (select request_id from sheet_request where consultation_id = $1)",
    "access_review_told": "consultation_id = $1",
}
"""Table with words -> its rows of one consultation: what was told, every handoff of it, answered or not, what was asked about
it, and what was noted about who read it."""


async def erase(tx: Connection, erased: RecordErased, now: datetime) -> bool:
    """Delete what was told, with every package of it. False when the case was erased before."""
    consultation_id = await _find_own(tx, erased)
    if consultation_id is not None:
        await _erase_words(tx, consultation_id, now)
    return await _note(tx, erased.case_id, erased.request_id, consultation_id, now)


async def erase_sheet(tx: Connection, erased: SheetErased, now: datetime) -> None:
    """Delete what was told of a sheet that never became a case, and note it with its request."""
    await _erase_words(tx, erased.consultation_id, now)
    await tx.execute(
        "insert into sheet_request (request_id, consultation_id, kind, opened_by, opened_at, decision, decided_by, decided_at)"
        " values ($1, $2, $3, $4, $5, 'approve', $6, $5) on conflict on constraint sheet_request_is_opened_once"
        " do update set decision = 'approve', decided_by = $6, decided_at = $5 where sheet_request.decision is null",
        *(erased.request_id, erased.consultation_id, erased.kind, erased.opened_by, now, erased.decided_by),
    )
    await _note(tx, None, erased.request_id, erased.consultation_id, now)


async def _note(
    tx: Connection, case_id: UUID | None, request_id: UUID, consultation_id: UUID | None, now: datetime
) -> bool:
    query = "insert into erasure values ($1, $2, $3, $4) on conflict do nothing"
    return bool(await tx.execute(query, case_id, request_id, consultation_id, now) == "INSERT 0 1")


async def _erase_words(tx: Connection, consultation_id: UUID, now: datetime) -> None:
    await lock(tx, consultation_id)
    await tx.execute("select 1 from handoff where consultation_id = $1 for update", consultation_id)
    for table, of_it in WORDS.items():
        await tx.execute(f"delete from {table} where {of_it}", consultation_id)
    await tx.execute(f"select forget_commands(array[$1::uuid] || array{_ITS_HANDOFFS})", consultation_id)
    await tx.execute(
        "update draft_private set body = '{}', finished_at = coalesce(finished_at, $2) where draft_id = $1"
        f" or body ->> 'consultationId' = $1::uuid::text or draft_id in {_ITS_HANDOFFS}",
        *(consultation_id, now),
    )


async def _find_own(tx: Connection, erased: RecordErased) -> UUID | None:
    """The consultation whose own handoff was accepted as this case.

    A restore may have taken that acceptance; then the one that is named, if it is absent or was accepted as nothing else."""
    found: UUID | None = await tx.fetchval("select consultation_id from handoff where case_id = $1", erased.case_id)
    if found is not None:
        return found
    is_another = await tx.fetchval(
        "select exists (select 1 from handoff where consultation_id = $1 and kind = 'lead' and case_id is not null)",
        erased.consultation_id,
    )
    return None if is_another else erased.consultation_id


async def get_answered_for(tx: Connection, actor: Actor, case_id: UUID) -> tuple[UUID, str]:
    """(consultation, its unit) that became this case, for whoever manages the sending or the receiving unit; else NotFound."""
    row = await tx.fetchrow(
        "select c.consultation_id, c.from_unit from handoff c where c.case_id = $1"
        f" and (c.from_unit = any($2::text[]) or c.to_unit = any($2)) and {NOT_KEPT_OFF}",
        *(case_id, actor.units_as(Role.MANAGER), actor.id),
    )
    if row is None:
        raise NotFound
    return row["consultation_id"], row["from_unit"]


# Kind -> when each of the rows of one consultation ($1) that hold words was made.
_HELD = {
    HeldKind.CONSULTATION: "select o.opened_at from consultation o join consultation_told using (consultation_id)"
    " where o.consultation_id = $1",
    HeldKind.HANDOFF: "select h.handed_off_at from handoff h join handoff_told using (handoff_id)"
    " where h.consultation_id = $1",
    HeldKind.DRAFT: "select d.saved_at from draft_private d where d.finished_at is null"
    " and (d.draft_id = $1 or d.body ->> 'consultationId' = $1::text)",
    HeldKind.ACCESS_REVIEW: "select r.reviewed_at from access_review r"
    " join access_review_told using (access_id, consultation_id) where r.consultation_id = $1",
    HeldKind.REQUEST: "select q.opened_at from sheet_request q join sheet_request_told using (request_id)"
    " where q.consultation_id = $1",
}


async def find_holdings(tx: Connection, actor: Actor, consultation_id: UUID) -> Sequence[asyncpg.Record]:
    """Kinds, how many, the oldest and the newest day, once whoever asks was let in."""
    rows: list[asyncpg.Record] = []
    for kind, held in _HELD.items():
        rows += await tx.fetch(
            "select $2::text as kind, count(*) as count, min((at at time zone 'Asia/Tokyo')::date) as oldest,"
            f" max((at at time zone 'Asia/Tokyo')::date) as newest from ({held.replace('$1', '$1::uuid')}) h (at)"
            " where $3::uuid is not null",
            *(consultation_id, kind, actor.id),
        )
    return [row for row in rows if row["count"]]
