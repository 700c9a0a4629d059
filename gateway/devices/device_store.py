"""Every SQL statement about devices and about commands handed in."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from gateway.sign_in.session_store import Session
from gateway.staff import staff_store
from services.kernel.db import Connection


async def register(tx: Connection, device_id: UUID, staff_id: UUID, name: str, secret: bytes, now: datetime) -> bytes:
    """A device and its person's proof key. Again: the same key, perhaps another name."""
    await tx.execute(
        "insert into device (device_id, registered_at, last_contact_at) values ($1, $2, $2)"
        " on conflict (device_id) do update set last_contact_at = excluded.last_contact_at",
        *(device_id, now),
    )
    await tx.execute(
        "insert into device_private values ($1, $2) on conflict (device_id) do update set name = excluded.name",
        *(device_id, name),
    )
    await tx.execute(
        "insert into device_key_private values ($1, $2, $3, $4) on conflict do nothing",
        *(device_id, staff_id, secret, now),
    )
    kept: bytes = await tx.fetchval(
        "select secret from device_key_private where device_id = $1 and staff_id = $2", device_id, staff_id
    )
    return kept


async def find_keys(tx: Connection, owners: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], asyncpg.Record]:
    """(device, staff) -> its proof key `secret`, and `is_revoked` of the device."""
    pairs = list(set(owners))
    rows = await tx.fetch(
        "select device_id, staff_id, secret, d.revoked_at is not null as is_revoked"
        " from device_key_private join device d using (device_id)"
        " join unnest($1::uuid[], $2::uuid[]) as wanted (device_id, staff_id) using (device_id, staff_id)",
        *([device for device, _ in pairs], [staff for _, staff in pairs]),
    )
    return {(row["device_id"], row["staff_id"]): row for row in rows}


async def note_contact(tx: Connection, session: Session, waiting: int, now: datetime) -> None:
    """The device was heard of, and says how many commands wait on it."""
    await tx.execute(
        "update device set last_contact_at = $2, waiting = $3 where device_id = $1", session.device_id, now, waiting
    )


async def bind_session(tx: Connection, session: Session, device_id: UUID) -> None:
    """From now on this session is the device's: it ends when the device is revoked."""
    await tx.execute("update session set device_id = $2 where session_id = $1", session.session_id, device_id)


async def is_of_another_device(tx: Connection, session: Session, device_id: UUID) -> bool:
    """True when the session belongs to a registered device already: it must end with that one, and with no other."""
    query = "select 1 from device where device_id = $1 and device_id <> $2"
    return bool(await tx.fetchval(query, session.device_id, device_id))


async def is_revoked(tx: Connection, device_id: UUID) -> bool:
    """True once somebody revoked the device."""
    query = "select 1 from device where device_id = $1 and revoked_at is not null"
    return bool(await tx.fetchval(query, device_id))


async def is_over(tx: Connection, device_id: UUID, day: date) -> bool:
    """True once somebody revoked the device, or once everybody who set it up works here no more: what ends is everybody's on it.

    Somebody whose next assignment is yet to begin comes back: theirs is not over.
    """
    query = (
        "select 1 from device d where device_id = $1 and (revoked_at is not null or ("
        "  select bool_and(not exists (select 1 from assignment a where a.staff_id = k.staff_id"
        "                              and (a.until is null or a.until >= $2)))"
        "  from device_key_private k where k.device_id = d.device_id))"
    )
    return bool(await tx.fetchval(query, device_id, day))


async def find_device_of_session(tx: Connection, secret_hash: bytes) -> UUID | None:
    """The device of a session, living or dead."""
    found: UUID | None = await tx.fetchval("select device_id from session where secret_hash = $1", secret_hash)
    return found


# $1 who asks, $2 units they manage, $3 the day, $4 who is longest in these units: their own devices, and those of people who
# are longest there, or worked there when they set the device up: who left takes none out of sight ("until yesterday" was in
# force this morning), and nobody brings another unit's into sight by beginning something for its person.
_VISIBLE = """
from device d join device_private dp using (device_id) join device_key_private k using (device_id)
where (k.staff_id = $1 or k.staff_id = any($4::uuid[]) or exists (select 1 from assignment a where a.staff_id = k.staff_id
       and a.unit_id = any($2::text[]) and a.from_date <= $3
       and (k.registered_at at time zone 'Asia/Tokyo')::date between a.from_date and coalesce(a.until + 1, $3)))
"""


async def _asker(tx: Connection, session: Session, day: date) -> tuple[UUID, list[str], date, list[UUID]]:
    longest = await staff_store.find_longest_here(tx, session.managed_units, day)
    return session.staff_id, session.managed_units, day, list(longest)


async def find_visible(tx: Connection, session: Session, day: date) -> Sequence[asyncpg.Record]:
    """One row a device and person."""
    return await tx.fetch(
        f"select d.*, dp.name, k.staff_id {_VISIBLE} order by d.revoked_at nulls first, d.last_contact_at desc",
        *await _asker(tx, session, day),
    )


async def revoke(tx: Connection, session: Session, device_id: UUID, day: date, now: datetime) -> bool:
    """Revoke a device one may see; False when absent or not one's own to revoke. Twice is fine."""
    found = await tx.fetchval(
        f"select 1 {_VISIBLE} and d.device_id = $5 limit 1", *await _asker(tx, session, day), device_id
    )
    await tx.execute(
        "update device set revoked_at = $2, revoked_by = $3 where device_id = $1 and revoked_at is null and $4",
        *(device_id, now, session.staff_id, bool(found)),
    )
    return bool(found)


ERASURE_LOCK = 7110


async def keep(
    tx: Connection,
    command_id: UUID,
    owner: tuple[UUID, UUID],
    kid: str,
    sealed: bytes,
    about: Sequence[UUID],
    now: datetime,
) -> bool:
    """Keep a command handed in by the `owner` (device, author); the first one under an id stays, one about what was erased
    without its words. False when the first one is another person's."""
    device_id, author_id = owner
    await tx.execute("select pg_advisory_xact_lock_shared($1)", ERASURE_LOCK)  # an erasure sees it, or is seen by it
    is_erased = await tx.fetchval("select exists (select 1 from erased where record_id = any($1::uuid[]))", about)
    await tx.execute(
        "insert into handed_in (command_id, device_id, author_id, kid, sealed, received_at, about, state, decided_at)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
        *(command_id, device_id, author_id, kid, b"" if is_erased else sealed, now, about),
        *(("withdrawn", now) if is_erased else ("waiting", None)),
    )
    return bool(await tx.fetchval("select author_id = $2 from handed_in where command_id = $1", command_id, author_id))


async def forget_about(tx: Connection, records: Sequence[UUID], now: datetime) -> None:
    """These were erased: the words of what waits about them go, and of what is still handed in. Again changes nothing."""
    await tx.execute("select pg_advisory_xact_lock($1)", ERASURE_LOCK)
    query = "insert into erased select record_id, $2 from unnest($1::uuid[]) record_id on conflict do nothing"
    await tx.execute(query, records, now)
    await tx.execute(
        "update handed_in set state = 'withdrawn', decided_at = $2, sealed = ''"
        " where state = 'waiting' and about && $1::uuid[]",
        *(records, now),
    )


async def find_handed_in(tx: Connection, author_id: UUID) -> Sequence[asyncpg.Record]:
    """What waits for its author's decision, oldest first."""
    query = (
        "select * from handed_in where author_id = $1 and state = 'waiting' order by received_at, command_id limit 500"
    )
    return await tx.fetch(query, author_id)


async def find_one_handed_in(tx: Connection, author_id: UUID, command_id: UUID) -> asyncpg.Record | None:
    """One of them, or nothing: absent, decided, or another's."""
    query = "select * from handed_in where author_id = $1 and command_id = $2 and state = 'waiting'"
    row: asyncpg.Record | None = await tx.fetchrow(query, author_id, command_id)
    return row


async def decide(
    tx: Connection, author_id: UUID, command_id: UUID, state: str, now: datetime, by: UUID | None = None
) -> None:
    """Sent or withdrawn: the row stays, its words go. `by`: who did it for an author who works here no more."""
    await tx.execute(
        "update handed_in set state = $3, decided_at = $4, decided_by = $5, sealed = ''"
        " where author_id = $1 and command_id = $2 and state = 'waiting'",
        *(author_id, command_id, state, now, by),
    )


# As `_VISIBLE`: what waits on the device of somebody who works here no more, and does not come back.
_LEFT = f"""
from handed_in h where h.state = 'waiting' and h.author_id <> $1
and exists (select 1 {_VISIBLE} and d.device_id = h.device_id and k.staff_id = h.author_id)
and not exists (select 1 from assignment a where a.staff_id = h.author_id and (a.until is null or a.until >= $3))
"""


async def find_left(tx: Connection, session: Session, day: date) -> Sequence[asyncpg.Record]:
    """What waits for nobody any more, of the units one manages, oldest first."""
    query = f"select h.* {_LEFT} order by h.received_at, h.command_id limit 500"
    return await tx.fetch(query, *await _asker(tx, session, day))


async def find_one_left(tx: Connection, session: Session, day: date, command_id: UUID) -> asyncpg.Record | None:
    """One of them, or nothing."""
    query = f"select h.* {_LEFT} and h.command_id = $5"
    row: asyncpg.Record | None = await tx.fetchrow(query, *await _asker(tx, session, day), command_id)
    return row


async def forget_old(tx: Connection, now: datetime, years: int) -> None:
    """What nobody sent on for as long as a record is kept (保存期間): nobody could read it, and its words go."""
    await tx.execute(
        "update handed_in set state = 'withdrawn', decided_at = $1, sealed = ''"
        " where state = 'waiting' and received_at < $1::timestamptz - make_interval(years => $2)",
        *(now, years),
    )


async def find_assignments(tx: Connection, staff_id: UUID, day: date) -> tuple[tuple[str, str], ...]:
    """(unit, role) of somebody on a day."""
    query = (
        "select unit_id, role from assignment where staff_id = $1 and from_date <= $2 and (until is null or until >= $2)"
        " order by unit_id, role"
    )
    return tuple((row["unit_id"], row["role"]) for row in await tx.fetch(query, staff_id, day))
