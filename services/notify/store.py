"""Every SQL statement of 通知. A notice belongs to its recipient: that is the relation in each statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import NoticeKind, Role
from services.contracts.staff import StaffAssigned, UnitClosed
from services.kernel.db import Connection
from services.kernel.errors import NotFound
from services.kernel.token import Actor


@dataclass(frozen=True)
class Notice:
    """A notice to be raised."""

    notice_id: UUID
    recipient_id: UUID
    kind: NoticeKind
    handoff_id: UUID | None = None
    case_id: UUID | None = None


async def upsert_assignment(tx: Connection, assigned: StaffAssigned) -> None:
    """The directory: who belongs where, and when."""
    a = assigned
    await tx.execute(
        "insert into staff_assignment values ($1, $2, $3, $4, $5, $6) on conflict (assignment_id) do update"
        " set from_date = excluded.from_date, until = excluded.until",
        *(a.assignment_id, a.staff_id, a.unit_id, a.role, a.from_date, a.until),
    )


async def put_closed_unit(tx: Connection, closed: UnitClosed) -> None:
    """Who answers for a unit, and from when."""
    query = "insert into closed_unit values ($1, $2, $3) on conflict do nothing"
    await tx.execute(query, closed.unit_id, closed.closed_on, closed.successor)


async def find_staff(tx: Connection, units: Sequence[str], roles: Sequence[Role], day: date) -> list[UUID]:
    """Who is assigned on that day, in one of the roles, to one of the units or to what succeeded it by then."""
    rows = await tx.fetch(
        "with recursive heir (unit_id) as (select unnest($1::text[]) union select c.successor from closed_unit c"
        " join heir h using (unit_id) where c.closed_on <= $3)"
        " select distinct staff_id from staff_assignment join heir using (unit_id) where role = any($2::text[])"
        " and from_date <= $3 and (until is null or until >= $3) order by staff_id",
        *(units, roles, day),
    )
    return [row["staff_id"] for row in rows]


async def insert_team(tx: Connection, case_id: UUID, staff_ids: Sequence[UUID]) -> None:
    """Keep who is on a case's team."""
    rows = [(case_id, staff_id) for staff_id in staff_ids]
    await tx.executemany("insert into case_team values ($1, $2) on conflict do nothing", rows)


async def replace_team(tx: Connection, case_id: UUID, staff_ids: Sequence[UUID]) -> None:
    """Keep who is on a case's team now, and nobody else."""
    await tx.execute("delete from case_team where case_id = $1", case_id)
    await insert_team(tx, case_id, staff_ids)


async def find_team(tx: Connection, case_id: UUID, day: date) -> list[UUID]:
    """The team of a case, as far as they work as what a team is of: whoever does so no more has no case any more."""
    rows = await tx.fetch(
        "select distinct staff_id from case_team join staff_assignment using (staff_id) where case_id = $1"
        " and role = any($2::text[]) and from_date <= $3 and (until is null or until >= $3) order by staff_id",
        *(case_id, (Role.COORDINATOR, Role.MANAGER), day),
    )
    return [row["staff_id"] for row in rows]


async def insert_session_staff(tx: Connection, session_id: UUID, staff_ids: Sequence[UUID]) -> None:
    """Keep who works at a session."""
    rows = [(session_id, staff_id) for staff_id in staff_ids]
    await tx.executemany("insert into session_staff values ($1, $2) on conflict do nothing", rows)


async def find_session_staff(tx: Connection, session_id: UUID) -> list[UUID]:
    """The staff of a session."""
    rows = await tx.fetch("select staff_id from session_staff where session_id = $1 order by staff_id", session_id)
    return [row["staff_id"] for row in rows]


async def insert_notice(tx: Connection, notice: Notice, raised_at: datetime) -> None:
    """A notice stands until its recipient read it, and stays after."""
    n = notice
    await tx.execute(
        "insert into notice values ($1, $2, $3, $4, $5, $6)",
        *(n.notice_id, n.recipient_id, n.kind, raised_at, n.handoff_id, n.case_id),
    )


async def mark_read(tx: Connection, actor: Actor, notice_id: UUID, now: datetime) -> None:
    """Only the recipient; reading twice keeps the first moment."""
    done = await tx.execute(
        "update notice set read_at = coalesce(read_at, $3) where notice_id = $1 and recipient_id = $2",
        *(notice_id, actor.id, now),
    )
    if done != "UPDATE 1":
        raise NotFound


async def find_notices(tx: Connection, actor: Actor, limit: int) -> Sequence[asyncpg.Record]:
    """Mine: what is unread before what was read, the newest first."""
    query = (
        "select * from notice where recipient_id = $1 order by read_at is null desc, raised_at desc, notice_id limit $2"
    )
    return await tx.fetch(query, actor.id, limit)


async def count_unread(tx: Connection, actor: Actor) -> int:
    """How many of mine I have not read."""
    count: int = await tx.fetchval("select count(*) from notice where recipient_id = $1 and read_at is null", actor.id)
    return count
