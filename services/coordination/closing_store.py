"""SQL of 終了 and 再開: each closing a row of its own, with what was noted apart from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.closing import CloseCase
from services.coordination.domain.closing import Promise
from services.coordination.store import CARD, RELATED, relation_arguments
from services.kernel.db import Connection
from services.kernel.errors import Refusal
from services.kernel.token import Actor


async def get_promise(tx: Connection, actor: Actor, case_id: UUID, now: datetime) -> Promise:
    """The next promise as the list of cases shows it. Lock the case first."""
    query = f"select next_promised_on, next_promise_note from ({CARD}) d where case_id = $6"
    row = await tx.fetchrow(query, *relation_arguments(actor, now), case_id)
    assert row is not None, "lock the case first"
    return Promise(row["next_promised_on"], row["next_promise_note"])


async def close(tx: Connection, actor: Actor, case_id: UUID, command: CloseCase, now: datetime) -> None:
    """Close a locked case from now on."""
    c = command
    try:
        await tx.execute(
            "insert into case_closing (closing_id, case_id, reason, closed_by, closed_at) values ($1, $2, $3, $4, $5)",
            *(c.closing_id, case_id, c.reason, actor.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("closing_exists", "this closing id was recorded by another command") from None
    await tx.execute("insert into case_closing_private (closing_id, note) values ($1, $2)", c.closing_id, c.note)
    await tx.execute("update case_file set closed_at = $2 where case_id = $1", case_id, now)


async def reopen(tx: Connection, actor: Actor, case_id: UUID, note: str, now: datetime) -> UUID:
    """Open a locked, closed case again; the closing that this ends."""
    closing_id: UUID = await tx.fetchval(
        "update case_closing set reopened_by = $2, reopened_at = $3 where case_id = $1 and reopened_at is null"
        " returning closing_id",
        *(case_id, actor.id, now),
    )
    await tx.execute("update case_closing_private set reopen_note = $2 where closing_id = $1", closing_id, note)
    await tx.execute("update case_file set closed_at = null where case_id = $1", case_id)
    return closing_id


async def find_closings(
    tx: Connection, actor: Actor, case_ids: Sequence[UUID], now: datetime, related: str = RELATED
) -> Mapping[UUID, Sequence[asyncpg.Record]]:
    """How often cases that the actor may see were closed and opened again, by case."""
    found: dict[UUID, list[asyncpg.Record]] = {case_id: [] for case_id in case_ids}
    for row in await tx.fetch(
        f"with {related} select x.*, p.note, p.reopen_note from case_closing x join seen using (case_id)"
        " join case_closing_private p using (closing_id) where x.case_id = any($6::uuid[]) order by x.closed_at",
        *(*relation_arguments(actor, now), case_ids),
    ):
        found[row["case_id"]].append(row)
    return found
