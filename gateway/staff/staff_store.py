"""Every SQL statement about the staff register's changes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from gateway.staff.staffing import Assignment, Register, Unit
from services.contracts.codes import Role
from services.contracts.staff import ChangeAssignments, ClosedUnit, OpenedUnit, StaffAssigned
from services.kernel.db import Connection
from services.kernel.errors import Refusal


async def lock_register(tx: Connection) -> Register:
    """The whole register, to be changed by nobody else until the end of the transaction."""
    await tx.execute("select 1 from unit order by unit_id for update")
    return await find_register(tx)


async def find_register(tx: Connection) -> Register:
    """The whole register. A city has some hundred rows."""
    units = await tx.fetch("select unit_id, closed_on, successor, answered_by from unit")
    held = await tx.fetch("select assignment_id, staff_id, unit_id, role, from_date, until from assignment")
    return Register(
        {row["unit_id"]: Unit(**row) for row in units},
        {row["assignment_id"]: Assignment(**{**row, "role": Role(row["role"])}) for row in held},
        {row["staff_id"]: row["registered_by"] for row in await tx.fetch("select staff_id, registered_by from staff")},
    )


async def insert_staff(tx: Connection, staff_id: UUID, login: str, name: str, by: UUID) -> None:
    """A new member of staff, without a password. Refusal login_exists."""
    query = "insert into staff (staff_id, login, registered_by) values ($1, $2, $3) on conflict do nothing"
    done = await tx.execute(query, staff_id, login, by)
    if done == "INSERT 0 0":
        raise Refusal("login_exists", "another member of staff has this login")
    await tx.execute("insert into staff_private values ($1, $2)", staff_id, name)


async def put_home_street(tx: Connection, staff_id: UUID, street: str) -> None:
    """The street somebody lives in; empty: none is shown. The one before is kept beside it, to be compared alone."""
    await tx.execute(
        "update staff_private set home_street = $2, former_streets = former_streets || case when home_street"
        " in ('', $2) or home_street = any(former_streets) then '{}' else array[home_street] end where staff_id = $1",
        *(staff_id, street),
    )


async def forget_streets(tx: Connection, day: date) -> None:
    """The streets of whoever is assigned to nothing that day or later are kept no longer."""
    await tx.execute(
        "update staff_private s set home_street = '', former_streets = '{}'"
        " where (home_street <> '' or former_streets <> '{}') and not exists ("
        " select 1 from assignment a where a.staff_id = s.staff_id and (a.until is null or a.until >= $1))",
        day,
    )


async def insert_change(tx: Connection, change_id: UUID, by: UUID, note: str, now: datetime) -> None:
    """One act of a manager. Refusal change_exists: its id was another act's."""
    done = await tx.execute("insert into staff_change values ($1, $2, $3) on conflict do nothing", change_id, by, now)
    if done == "INSERT 0 0":
        raise Refusal("change_exists", "a change of this id was made by another command")
    await tx.execute("insert into staff_change_private values ($1, $2)", change_id, note)


async def insert_lines(tx: Connection, change_id: UUID, act: ChangeAssignments) -> None:
    """What the act changed, once it is stored: units opened and closed, and the assignments that carry its id."""
    query = "insert into staff_change_line (change_id, kind, unit_id, successor, from_date) values ($1, $2, $3, $4, $5)"
    opened = [(change_id, "opens", each.unit_id, None, None) for each in act.opens]
    closed = [(change_id, "closes", each.unit_id, each.successor, each.closed_on) for each in act.closes]
    await tx.executemany(query, [*opened, *closed])
    await tx.execute(
        "insert into staff_change_line (change_id, kind, unit_id, staff_id, role, from_date, until)"
        " select $1, 'ends', unit_id, staff_id, role, null, until from assignment where ended_by = $1"
        " union all select $1, 'begins', unit_id, staff_id, role, from_date, until from assignment where begun_by = $1",
        change_id,
    )


async def insert_code_line(tx: Connection, change_id: UUID, staff_id: UUID, units: Sequence[str]) -> None:
    """That a set-up code was given, said in the one of these units where its person has been longest."""
    await tx.execute(
        "insert into staff_change_line (change_id, kind, unit_id, staff_id) select $1, 'code', unit_id, staff_id"
        " from assignment where staff_id = $2 and unit_id = any($3::text[]) order by until desc nulls first, from_date limit 1",
        *(change_id, staff_id, units),
    )


async def open_unit(tx: Connection, opened: OpenedUnit) -> None:
    """A new unit."""
    query = "insert into unit (unit_id, name, answered_by) values ($1, $2, $3)"
    await tx.execute(query, opened.unit_id, opened.name, opened.answered_by)


async def close_unit(tx: Connection, closed: ClosedUnit) -> None:
    """A unit ends, its successor answers for it."""
    query = "update unit set closed_on = $2, successor = $3 where unit_id = $1"
    await tx.execute(query, closed.unit_id, closed.closed_on, closed.successor)


async def put_assignment(tx: Connection, change_id: UUID, held: Assignment) -> None:
    """A new assignment, or another last day of one."""
    await tx.execute(
        "insert into assignment (assignment_id, staff_id, unit_id, role, from_date, until, begun_by)"
        " values ($1, $2, $3, $4, $5, $6, $7)"
        " on conflict (assignment_id) do update set until = excluded.until, ended_by = excluded.begun_by",
        *(held.assignment_id, held.staff_id, held.unit_id, held.role, held.from_date, held.until, change_id),
    )


async def end_again(tx: Connection, said: StaffAssigned, _: datetime) -> bool:
    """After a restore (`infra/rebuild_bus.py`): the last day somebody was given since the backup. An assignment that began since
    is begun anew by a manager; False when there is nothing to end."""
    done = await tx.execute(
        "update assignment set until = $2 where assignment_id = $1 and coalesce(until, 'infinity') > $2",
        *(said.assignment_id, said.until),
    )
    return bool(done == "UPDATE 1")


async def find_assignments(tx: Connection, units: Sequence[str], since: date) -> Sequence[asyncpg.Record]:
    """Who is, was (not before `since`) or will be what in these units."""
    return await tx.fetch(
        "select a.*, s.login from assignment a join staff s using (staff_id)"
        " where unit_id = any($1::text[]) and (until is null or until >= $2)"
        " order by until nulls first, unit_id, role, from_date",
        *(units, since),
    )


async def find_directory(tx: Connection) -> Sequence[asyncpg.Record]:
    """Everybody on the register."""
    query = "select staff_id, login, name, home_street from staff join staff_private using (staff_id) order by login"
    return await tx.fetch(query)


async def find_changes(tx: Connection, units: Sequence[str], limit: int) -> Sequence[asyncpg.Record]:
    """The last acts that touched these units, with their notes."""
    return await tx.fetch(
        "select c.*, note from staff_change c join staff_change_private using (change_id) where change_id in ("
        "  select change_id from staff_change_line where unit_id = any($1::text[]))"
        " order by changed_at desc limit $2",
        *(units, limit),
    )


async def find_lines(tx: Connection, units: Sequence[str], changes: Iterable[UUID]) -> Sequence[asyncpg.Record]:
    """What these acts changed in these units: units before people, what ends before what begins."""
    return await tx.fetch(
        "select * from staff_change_line where change_id = any($2::uuid[]) and unit_id = any($1::text[])"
        " order by array_position('{opens,closes,ends,begins,code}', kind), unit_id, staff_id, role",
        *(units, list(changes)),
    )


async def find_last_days(tx: Connection, units: Sequence[str], day: date) -> dict[UUID, date | None]:
    """Who is assigned to one of the units that day -> the last day of the longest such assignment, or open."""
    rows = await tx.fetch(
        "select staff_id, nullif(max(coalesce(until, 'infinity')), 'infinity') as last from assignment"
        " where unit_id = any($1::text[]) and role in ('coordinator', 'manager') and from_date <= $2"
        " and (until is null or until >= $2) group by staff_id",
        *(units, day),
    )
    return {row["staff_id"]: row["last"] for row in rows}


async def find_former(tx: Connection, units: Sequence[str], day: date) -> set[UUID]:
    """Who worked on cases in the units once and does so in none of them that day."""
    rows = await tx.fetch(
        "select staff_id from assignment where unit_id = any($1::text[]) and role in ('coordinator', 'manager')"
        " and from_date <= $2 group by staff_id having max(coalesce(until, 'infinity')) < $2",
        *(units, day),
    )
    return {row["staff_id"] for row in rows}


# A spell is unbroken time in a unit: what ended the day before another began goes on, also in a unit that succeeded it.
_LONGEST_HERE = """
with recursive spell (staff_id, unit_id, at_unit, since, change_id) as (
  select staff_id, unit_id, unit_id, from_date, begun_by from assignment
    where until is null or until >= greatest($2, from_date)
  union select s.staff_id, s.unit_id, a.unit_id, a.from_date, a.begun_by from spell s join assignment a using (staff_id)
    join unit u on u.unit_id = a.unit_id and s.at_unit in (u.unit_id, u.successor)
    where a.from_date < s.since and a.until >= s.since - 1
)
select staff_id from (
  select distinct on (staff_id) staff_id, unit_id from spell left join staff_change using (change_id)
  order by staff_id, since, changed_at nulls first, unit_id = any($1::text[]) desc
) first where unit_id = any($1::text[])
"""


async def find_answered_for(tx: Connection, managed: Iterable[str]) -> list[str]:
    """These units, and those of other agencies for whose accounts their managers answer."""
    query = "select unit_id from unit where unit_id = any($1::text[]) or answered_by = any($1::text[])"
    return [row["unit_id"] for row in await tx.fetch(query, list(managed))]


async def find_longest_here(tx: Connection, units: Iterable[str], day: date) -> frozenset[UUID]:
    """Whose longest-standing assignment that has not ended is in one of these units: its managers vouch for who they are.

    Nothing begins in the past, so no manager comes before that unit by beginning something in another.
    """
    return frozenset(row["staff_id"] for row in await tx.fetch(_LONGEST_HERE, list(units), day))


async def put_code(tx: Connection, staff_id: UUID, code_hash: bytes, by: UUID, valid_until: datetime) -> None:
    """A set-up code in place of any earlier one."""
    await tx.execute(
        "insert into set_up_code_private values ($1, $2, $3, $4) on conflict (staff_id) do update"
        " set code_hash = excluded.code_hash, issued_by = excluded.issued_by, valid_until = excluded.valid_until",
        *(staff_id, code_hash, by, valid_until),
    )


async def find_code(tx: Connection, login: str, code_hash: bytes, now: datetime) -> asyncpg.Record | None:
    """The person whose valid code this is, with login and name."""
    row: asyncpg.Record | None = await tx.fetchrow(
        "select staff_id, login, name from set_up_code_private join staff using (staff_id)"
        " join staff_private using (staff_id) where login = $1 and code_hash = $2 and valid_until > $3",
        *(login, code_hash, now),
    )
    return row


async def use_code(tx: Connection, staff_id: UUID, code_hash: bytes) -> bool:
    """Take the code away; False when it was just used or replaced."""
    done = await tx.execute(
        "delete from set_up_code_private where staff_id = $1 and code_hash = $2", staff_id, code_hash
    )
    return bool(done == "DELETE 1")
