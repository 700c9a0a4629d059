"""SQL of 消去: the words of a consultation are deleted, its codes and the ledger of handoffs stay."""

from datetime import datetime
from uuid import UUID

from services.contracts.person_request import RecordErased
from services.kernel.db import Connection

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
