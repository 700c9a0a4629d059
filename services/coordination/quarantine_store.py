"""SQL of 確認待ち: facts without a relation wait here for the manager of the case's unit."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import QuarantineDecision
from services.contracts.coordination import NextPromise, RecordVisit
from services.coordination.domain.visit import CaseState
from services.coordination.store import refuse_erased, refuse_withheld
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

_NOT_KEPT_OFF = "not exists (select 1 from case_kept_off k where k.case_id = c.case_id and k.staff_id = $1)"


async def lock_case_once_known(tx: Connection, actor: Actor, case_id: UUID, day: date) -> CaseState:
    """The case, locked, for somebody who was on its team once or coordinates in its unit today; else NotFound."""
    row = await tx.fetchrow(
        "select c.unit_id, c.opened_at, c.closed_at from case_file c where c.case_id = $3"
        " and (c.unit_id = any($2::text[])"
        "      or exists (select 1 from case_member m where m.case_id = c.case_id and m.staff_id = $1"
        "                 and m.from_date <= $4))"
        f" and {_NOT_KEPT_OFF} for update of c",
        *(actor.id, actor.units_as("coordinator"), case_id, day),
    )
    if row is None:
        raise NotFound
    await refuse_erased(tx, case_id)
    return CaseState(row["unit_id"], row["opened_at"], row["closed_at"])


async def insert(
    tx: Connection, actor: Actor, case_id: UUID, command: RecordVisit, recorded_at: datetime, captured_at: datetime
) -> None:
    """A visit that waits, the person's words and the family's in tables of their own."""
    c = command
    try:
        await tx.execute(
            "insert into quarantine (quarantine_id, case_id, author_id, visited_at, recorded_at, captured_at, outcome,"
            " with_whom, next_promised_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *(c.visit_id, case_id, actor.id, c.visited_at, recorded_at, captured_at, c.outcome, c.with_whom),
            c.next_promise.on,
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("visit_exists", "this visit id was recorded by another command") from None
    await tx.execute(
        "insert into quarantine_private (quarantine_id, person_words, memo, next_promise_note) values ($1, $2, $3, $4)",
        *(c.visit_id, c.person_words, c.memo, c.next_promise.note),
    )
    if c.family_words:
        await tx.execute("insert into quarantine_family_private values ($1, $2)", c.visit_id, c.family_words)


async def lock_waiting(tx: Connection, actor: Actor, case_id: UUID, quarantine_id: UUID) -> asyncpg.Record:
    """One record that waits, locked behind its case, for a manager of the case's unit; else NotFound or Refusal."""
    case = await tx.fetchrow(
        f"select c.unit_id from case_file c where c.case_id = $3 and c.unit_id = any($2::text[]) and {_NOT_KEPT_OFF}"
        " for update of c",
        *(actor.id, actor.units_as("manager"), case_id),
    )
    row: asyncpg.Record | None = await tx.fetchrow(
        "select q.*, p.person_words, p.memo, p.next_promise_note, f.family_words, c.unit_id from quarantine q"
        " join case_file c using (case_id) join quarantine_private p using (quarantine_id)"
        " left join quarantine_family_private f using (quarantine_id) where quarantine_id = $1 and q.case_id = $2",
        *(quarantine_id, case_id),
    )
    if case is not None:
        await refuse_withheld(tx, case_id)
    if case is None or row is None:
        raise NotFound
    if row["decision"] is not None:
        raise Refusal("already_decided", "somebody decided this record before")
    return row


def visit_of(row: asyncpg.Record) -> RecordVisit:
    """What the author recorded."""
    return RecordVisit(
        visit_id=row["quarantine_id"],
        visited_at=row["visited_at"],
        outcome=row["outcome"],
        with_whom=row["with_whom"],
        person_words=row["person_words"],
        family_words=row["family_words"] or "",
        memo=row["memo"],
        next_promise=NextPromise(on=row["next_promised_on"], note=row["next_promise_note"]),
    )


async def decide(
    tx: Connection, actor: Actor, quarantine_id: UUID, decision: QuarantineDecision, note: str, now: datetime
) -> None:
    """Write the decision beside the record, which stays."""
    await tx.execute(
        "update quarantine set decision = $2, decided_by = $3, decided_at = $4 where quarantine_id = $1",
        *(quarantine_id, decision, actor.id, now),
    )
    await tx.execute("update quarantine_private set decision_note = $2 where quarantine_id = $1", quarantine_id, note)


async def find(tx: Connection, actor: Actor) -> Sequence[asyncpg.Record]:
    """What waits in the units I manage, and what I recorded myself and is not on a case yet. `mine` tells which.

    Nothing of a case I am kept off, my own words neither; nothing of a case whose use is suspended: it waits on, unread."""
    return await tx.fetch(
        "select q.*, p.person_words, p.memo, p.decision_note, f.family_words, q.author_id = $1 as mine,"
        " pp.person_name, pp.person_kana, hp.caller_kind, hp.caller_relation, hf.caller_name"
        " from quarantine q join case_file c using (case_id) join quarantine_private p using (quarantine_id)"
        " left join quarantine_family_private f using (quarantine_id)"
        " left join person_private pp on pp.person_id = c.person_id left join handoff_package hp using (case_id)"
        " left join handoff_package_family_private hf using (case_id)"
        " where (q.author_id = $1 and q.decision is distinct from 'admit'"
        f"  or c.unit_id = any($2::text[]) and q.decision is null) and {_NOT_KEPT_OFF}"
        " and not exists (select 1 from suspension s where s.case_id = q.case_id)"
        " order by q.recorded_at, q.quarantine_id limit 200",
        *(actor.id, actor.units_as("manager")),
    )


async def find_standing(tx: Connection, actor: Actor) -> Sequence[asyncpg.Record]:
    """Where what I recorded myself stands that is not on a case yet. All of it: what is missing was admitted."""
    return await tx.fetch(
        "select quarantine_id, case_id, decision from quarantine"
        " where author_id = $1 and decision is distinct from 'admit' order by recorded_at, quarantine_id",
        actor.id,
    )
