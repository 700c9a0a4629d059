"""SQL of 消去, and of how much there is to erase: words are deleted, codes and the ledger of handoffs stay."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import Role
from services.contracts.person_request import RecordErased
from services.kernel.db import Connection
from services.kernel.errors import NotFound
from services.kernel.token import Actor

WORDS = {
    "handoff_told": "handoff_id in (select handoff_id from handoff where consultation_id = $1)",
    "consultation_told": "consultation_id = $1",
}
"""Table with words -> its rows of one consultation: what was told, and every handoff of it, answered or not."""


async def erase(tx: Connection, erased: RecordErased, now: datetime) -> bool:
    """Delete what was told, with every package of it. False when the case was erased before."""
    consultation_id = await _find_own(tx, erased)
    if consultation_id is not None:
        await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(consultation_id))
        await tx.execute("select 1 from handoff where consultation_id = $1 for update", consultation_id)
        for table, of_it in WORDS.items():
            await tx.execute(f"delete from {table} where {of_it}", consultation_id)
        await tx.execute(
            "update draft_private set body = '{}', finished_at = coalesce(finished_at, $2) where draft_id = $1"
            " or body ->> 'consultationId' = $1::uuid::text"
            " or draft_id in (select handoff_id from handoff where consultation_id = $1)",
            *(consultation_id, now),
        )
    done = await tx.execute(
        "insert into erasure values ($1, $2, $3, $4) on conflict do nothing",
        *(erased.case_id, erased.request_id, consultation_id, now),
    )
    return bool(done == "INSERT 0 1")


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


async def find_holdings(tx: Connection, actor: Actor, case_id: UUID) -> Sequence[asyncpg.Record]:
    """What is held of the consultation that became this case, for whoever manages the sending or the receiving unit."""
    rows = await tx.fetch(
        """
        with c as (select * from handoff c where c.case_id = $1 and (c.from_unit = any($2::text[]) or c.to_unit = any($2))
                   and not exists (select 1 from handoff k where k.consultation_id = c.consultation_id
                                   and $3::uuid = any(k.kept_off)))
        , held as (
            select 'consultation' as kind, o.opened_at as at from c join consultation o using (consultation_id)
            join consultation_told using (consultation_id)
            union all select 'handoff', h.handed_off_at from c join handoff h using (consultation_id)
            join handoff_told t on t.handoff_id = h.handoff_id
            union all select 'draft', d.saved_at from c join draft_private d on d.finished_at is null
            and (d.draft_id = c.consultation_id or d.body ->> 'consultationId' = c.consultation_id::text)
        )
        select c.consultation_id, c.from_unit, k.kind, count(held.at) as count,
               min((held.at at time zone 'Asia/Tokyo')::date) as oldest, max((held.at at time zone 'Asia/Tokyo')::date) as newest
        from c cross join unnest(array['consultation', 'handoff', 'draft']) with ordinality k (kind, n)
        left join held on held.kind = k.kind group by c.consultation_id, c.from_unit, k.kind, k.n order by k.n
        """,
        *(case_id, actor.units_as(Role.MANAGER), actor.id),
    )
    if not rows:
        raise NotFound
    return rows
