"""Every SQL statement about staff, units and passwords."""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.kernel.db import Connection
from services.kernel.errors import Refusal


async def find_credential(tx: Connection, login: str) -> asyncpg.Record | None:
    """The staff id and password hash behind a login."""
    row: asyncpg.Record | None = await tx.fetchrow(
        "select staff_id, password_hash from staff join credential_private using (staff_id) where login = $1", login
    )
    return row


async def find_password_hash(tx: Connection, staff_id: UUID) -> str | None:
    """What is stored of somebody's password; nothing for who has none."""
    query = "select password_hash from credential_private where staff_id = $1"
    found: str | None = await tx.fetchval(query, staff_id)
    return found


async def is_still_password(tx: Connection, staff_id: UUID, password_hash: str) -> bool:
    """True while this is what is stored, and until the end of this transaction: a change waits for it, or it for the change."""
    query = "select true from credential_private where staff_id = $1 and password_hash = $2 for share"
    return bool(await tx.fetchval(query, staff_id, password_hash))


async def find_password_set_at(tx: Connection, staff_id: UUID) -> datetime | None:
    """When the password of today was set; nothing for who has none."""
    query = "select changed_at from credential_private where staff_id = $1"
    found: datetime | None = await tx.fetchval(query, staff_id)
    return found


async def get_who(tx: Connection, staff_id: UUID) -> asyncpg.Record:
    """Login and name of a member of staff."""
    row: asyncpg.Record | None = await tx.fetchrow(
        "select * from staff join staff_private using (staff_id) where staff_id = $1", staff_id
    )
    assert row is not None, "whoever is signed in is on the register"
    return row


_PASSWORD_CHANGE = hashlib.sha256(b"ChangePassword").digest()
"""What the command log keeps instead of a payload hash: a fast hash of a password must not exist."""


async def is_password_change_done(tx: Connection, command_id: UUID, staff_id: UUID) -> bool:
    """True when this very change was accepted before. Refusal command_id_reused when the id is another command's."""
    query = "select actor_id = $2 and command_type = 'ChangePassword' from command_log where command_id = $1"
    found = await tx.fetchval(query, command_id, staff_id)
    if found is False:
        raise Refusal("command_id_reused", "this id was accepted as another command")
    return bool(found)


async def is_first_password_chosen(tx: Connection, command_id: UUID, login: str) -> bool:
    """True when this very choice was accepted before."""
    query = (
        "select 1 from command_log join staff on staff_id = actor_id"
        " where command_id = $1 and login = $2 and command_type = 'ChangePassword'"
    )
    return bool(await tx.fetchval(query, command_id, login))


async def change_password(tx: Connection, command_id: UUID, staff_id: UUID, password_hash: str, now: datetime) -> bool:
    """Another password, once for each command id; False when that id was first elsewhere, at this very moment."""
    done = await tx.execute(
        "insert into command_log (command_id, actor_id, command_type, payload_hash, refs, recorded_at)"
        " values ($1, $2, 'ChangePassword', $3, $4, $5) on conflict do nothing",
        *(command_id, staff_id, _PASSWORD_CHANGE, {}, now),
    )
    if done == "INSERT 0 0":
        return False
    await tx.execute(
        "insert into credential_private values ($1, $2, $3) on conflict (staff_id) do update"
        " set password_hash = excluded.password_hash, changed_at = excluded.changed_at",
        *(staff_id, password_hash, now),
    )
    return True


async def find_names(tx: Connection, staff_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of staff, in one statement."""
    rows = await tx.fetch("select staff_id, name from staff_private where staff_id = any($1::uuid[])", staff_ids)
    return {row["staff_id"]: row["name"] for row in rows}


async def find_units(tx: Connection) -> dict[str, asyncpg.Record]:
    """All units by id, closed ones too (history keeps their names)."""
    return {row["unit_id"]: row for row in await tx.fetch("select * from unit order by unit_id")}


async def find_units_with(tx: Connection, role: str, day: date) -> frozenset[str]:
    """Units to which somebody is assigned that day in the role."""
    query = (
        "select distinct unit_id from assignment where role = $1 and from_date <= $2 and (until is null or until >= $2)"
    )
    return frozenset(row["unit_id"] for row in await tx.fetch(query, role, day))


async def find_colleagues(tx: Connection, unit_id: str, roles: Sequence[str], day: date) -> Sequence[asyncpg.Record]:
    """Who is assigned to a unit that day in one of the roles."""
    return await tx.fetch(
        "select distinct staff_id, name from assignment join staff_private using (staff_id) where unit_id = $1"
        " and role = any($2::text[]) and from_date <= $3 and (until is null or until >= $3) order by staff_id",
        *(unit_id, roles, day),
    )


async def find_units_by_day(tx: Connection, staff_ids: Collection[UUID]) -> dict[UUID, list[asyncpg.Record]]:
    """Every dated assignment of some members of staff, past ones too."""
    query = "select staff_id, unit_id, from_date, until from assignment where staff_id = any($1::uuid[])"
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in await tx.fetch(query, list(staff_ids)):
        found.setdefault(row["staff_id"], []).append(row)
    return found


async def find_everybody(tx: Connection, day: date) -> Sequence[asyncpg.Record]:
    """Every member of staff, those who left too, with one unit of theirs on `day`; unit by unit. `has_street`: one is noted."""
    query = (
        "select s.staff_id, s.name, s.home_street <> '' or s.former_streets <> '{}' as has_street,"
        " (select min(a.unit_id) from assignment a where a.staff_id = s.staff_id"
        " and a.from_date <= $1 and (a.until is null or a.until >= $1)) as unit_id"
        " from staff_private s order by unit_id nulls last, name"
    )
    return await tx.fetch(query, day)


async def find_surnames(tx: Connection) -> dict[str, str]:
    """Staff id -> surname: what stands before the first space of a name; a name without one is left out."""
    rows = await tx.fetch("select staff_id, name from staff_private")
    parted = {str(row["staff_id"]): row["name"].split() for row in rows}
    return {staff_id: parts[0] for staff_id, parts in parted.items() if len(parts) > 1}


async def find_streets(tx: Connection) -> dict[str, list[str]]:
    """Staff id -> the streets they live or lived in since they work here, as far as they were noted; of whoever left too, as
    long as the log tells of their reads."""
    noted = "array_remove(home_street || former_streets, '')"
    rows = await tx.fetch(f"select staff_id, {noted} as streets from staff_private where {noted} <> '{{}}'")  # noqa: S608
    return {str(row["staff_id"]): row["streets"] for row in rows}
