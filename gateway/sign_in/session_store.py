"""Every SQL statement about sessions, known browsers and failed tries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import asyncpg

from gateway.staff import staff_store
from services.kernel.db import Connection
from services.kernel.token import Actor

IDLE_LIMIT = timedelta(hours=12)
ABSOLUTE_LIMIT = timedelta(hours=24)
FRESH_FOR = timedelta(minutes=10)
"""How long after giving one's password one may do what is dangerous."""


@dataclass(frozen=True)
class Session:
    """Who is signed in, on which device, with today's assignments; `heir_of`: which of their units are closed ones that
    theirs succeeded; `agencies`: for whose accounts they answer as manager; `fresh_until`: may do what is dangerous."""

    session_id: UUID
    staff_id: UUID
    device_id: UUID
    assignments: tuple[tuple[str, str], ...]
    heir_of: tuple[str, ...]
    agencies: tuple[str, ...] = ()
    fresh_until: datetime | None = None

    @property
    def units(self) -> tuple[str, ...]:
        """The units of today."""
        return tuple(dict.fromkeys(unit for unit, _ in self.assignments))

    @property
    def actor(self) -> Actor:
        """The person as the owners and the access log know them."""
        return Actor(self.staff_id, "staff", self.assignments, str(self.device_id), heir_of=self.heir_of)

    def is_fresh(self, now: datetime) -> bool:
        """True for a while after its person showed who they are."""
        return self.fresh_until is not None and self.fresh_until > now

    @property
    def managed_units(self) -> list[str]:
        """The units whose accounts this person looks after today: those they manage, and the agencies they answer for."""
        return [*(unit for unit, role in self.assignments if role == "manager"), *self.agencies]


# $1 the moment, $2 and $3 the earliest last use and beginning, $4 the day. Without an assignment of today nobody is signed in.
# Whoever is assigned to a unit answers for those it succeeded, too (`heir`); its own come first.
_LIVING = """
with recursive heir (unit_id, heir_id) as (
  select unit_id, unit_id from unit where closed_on is null or closed_on > $4
  union select u.unit_id, h.heir_id from unit u join heir h on u.successor = h.unit_id where u.closed_on <= $4
)
select * from (
  select s.session_id, s.staff_id, s.device_id, s.last_seen_at, s.created_at, s.fresh_until, s.secret_hash,
    array(select array[h.unit_id, a.role] from assignment a join heir h on h.heir_id = a.unit_id
      where a.staff_id = s.staff_id and a.from_date <= $4 and (a.until is null or a.until >= $4)
      order by h.unit_id <> a.unit_id, h.unit_id, a.role) as assignments,
    array(select u.unit_id from unit u join heir h on h.unit_id = u.answered_by join assignment a on a.unit_id = h.heir_id
      where a.staff_id = s.staff_id and a.role = 'manager' and a.from_date <= $4 and (a.until is null or a.until >= $4)
      ) as agencies,
    array(select unit_id from heir where unit_id <> heir_id) as closed
  from session s where s.revoked_at is null and s.created_at <= $1 and s.last_seen_at > $2 and s.created_at > $3
  and not exists (select 1 from device d where d.device_id = s.device_id and d.revoked_at is not null)
) living where cardinality(assignments) > 0
"""


def _moments(now: datetime, day: date) -> tuple[datetime, datetime, datetime, date]:
    return now, now - IDLE_LIMIT, now - ABSOLUTE_LIMIT, day


async def find_session(tx: Connection, secret_hash: bytes, now: datetime, day: date) -> Session | None:
    """The living session with today's assignments, in one statement; revocation and role changes are effective at once."""
    row = await tx.fetchrow(f"{_LIVING} and secret_hash = $5", *_moments(now, day), secret_hash)
    if row is not None and now - row["last_seen_at"] > timedelta(minutes=1):
        await tx.execute("update session set last_seen_at = $2 where session_id = $1", row["session_id"], now)
    return _session(row)


async def find_living(tx: Connection, session_id: UUID, now: datetime, day: date) -> Session | None:
    """The same session as it stands now: nothing once it ended; its assignments may have changed."""
    return _session(await tx.fetchrow(f"{_LIVING} and session_id = $5", *_moments(now, day), session_id))


def _session(row: asyncpg.Record | None) -> Session | None:
    if row is None:
        return None
    assignments = tuple((unit, role) for unit, role in row["assignments"])
    heir_of = tuple(sorted({unit for unit, _ in assignments} & set(row["closed"])))
    told = (assignments, heir_of, tuple(sorted({*row["agencies"]})))
    return Session(row["session_id"], row["staff_id"], row["device_id"], *told, row["fresh_until"])


async def has_assignment(tx: Connection, staff_id: UUID, day: date) -> bool:
    """True when somebody works here that day, in a unit that is open."""
    query = (
        "select 1 from assignment join unit using (unit_id) where staff_id = $1 and from_date <= $2"
        " and (until is null or until >= $2) and (closed_on is null or closed_on > $2)"
    )
    return bool(await tx.fetchval(query, staff_id, day))


async def insert_session(
    tx: Connection,
    session_id: UUID,
    secret_hash: bytes,
    staff_id: UUID,
    device_id: UUID,
    now: datetime,
    fresh_until: datetime,
) -> None:
    """A new session, fresh until then."""
    await tx.execute(
        "insert into session (session_id, secret_hash, staff_id, device_id, created_at, last_seen_at, fresh_until)"
        " values ($1, $2, $3, $4, $5, $5, $6)",
        *(session_id, secret_hash, staff_id, device_id, now, fresh_until),
    )


async def make_fresh(tx: Connection, session_id: UUID, now: datetime) -> None:
    """Its person has just shown again who they are."""
    await tx.execute("update session set fresh_until = $2 where session_id = $1", session_id, now + FRESH_FOR)


async def change_secret(tx: Connection, session_id: UUID, secret_hash: bytes) -> None:
    """From now on only the new cookie is this session's."""
    await tx.execute("update session set secret_hash = $2 where session_id = $1", session_id, secret_hash)


async def revoke_secret(tx: Connection, secret_hash: bytes, now: datetime) -> None:
    """End the session of a cookie, whatever state it is in."""
    query = "update session set revoked_at = $2, revoked_by = staff_id where secret_hash = $1 and revoked_at is null"
    await tx.execute(query, secret_hash, now)


async def revoke_all_of(tx: Connection, staff_id: UUID, by: UUID, now: datetime, *, but: UUID | None = None) -> None:
    """End every session of somebody, perhaps but one."""
    await tx.execute(
        "update session set revoked_at = $2, revoked_by = $3 where staff_id = $1 and revoked_at is null"
        " and session_id is distinct from $4",
        *(staff_id, now, by, but),
    )


async def revoke_all(tx: Connection, now: datetime) -> None:
    """End every session there is, under nobody's name: after a restore (`infra/rebuild_bus.py`)."""
    await tx.execute("update session set revoked_at = $1 where revoked_at is null", now)


# $5 who asks, $6 who is longest in the units they manage: their own, and those of these people.
_VISIBLE = f"""
select l.*, dp.name as device from ({_LIVING}) l left join device_private dp using (device_id)
where l.staff_id = $5 or l.staff_id = any($6::uuid[])
order by l.last_seen_at desc, l.session_id
"""


async def find_visible(tx: Connection, session: Session, now: datetime, day: date) -> Sequence[asyncpg.Record]:
    """My living sessions, and those of people who are longest in units I manage; the latest used first."""
    longest = await staff_store.find_longest_here(tx, session.managed_units, day)
    return await tx.fetch(_VISIBLE, *_moments(now, day), session.staff_id, list(longest))


async def revoke_one(tx: Connection, session_id: UUID, by: UUID, now: datetime) -> None:
    """End one session."""
    await tx.execute(
        "update session set revoked_at = $2, revoked_by = $3 where session_id = $1 and revoked_at is null",
        *(session_id, now, by),
    )


async def is_known_browser(tx: Connection, secret_hash: bytes, staff_id: UUID | None) -> bool:
    """True when this person (None: anybody) signed in with this browser before."""
    query = "select 1 from known_browser where secret_hash = $1 and staff_id = coalesce($2, staff_id)"
    return bool(await tx.fetchval(query, secret_hash, staff_id))


async def know_browser(tx: Connection, secret_hash: bytes, staff_id: UUID, now: datetime) -> None:
    """This person signed in with this browser."""
    await tx.execute(
        "insert into known_browser values ($1, $2, $3) on conflict (secret_hash, staff_id) do update set last_at = $3",
        *(secret_hash, staff_id, now),
    )


async def forget_browsers(tx: Connection, staff_id: UUID) -> None:
    """No browser is known any more."""
    await tx.execute("delete from known_browser where staff_id = $1", staff_id)


async def open_counts(tx: Connection, keys: Iterable[bytes], now: datetime) -> None:
    """A count for each key, of nothing yet: what is to be locked must be there, or the first ones at once pass uncounted."""
    query = "insert into sign_in_failure select unnest($1::bytea[]), 0, $2 on conflict do nothing"
    await tx.execute(query, sorted(keys), now)


async def lock_failures(tx: Connection, keys: Iterable[bytes]) -> dict[bytes, asyncpg.Record]:
    """Failed tries by key, held until the end of the transaction (in one order, so that nobody waits in a ring)."""
    rows = await tx.fetch(
        "select key, count, last_at from sign_in_failure where key = any($1::bytea[]) order by key for update",
        sorted(keys),
    )
    return {row["key"]: row for row in rows}


async def count_try(tx: Connection, key: bytes, now: datetime, forget_before: datetime) -> None:
    """One more try, taken for a failure until it succeeds; the count starts over after a quiet time."""
    await tx.execute(
        "insert into sign_in_failure as f values ($1, 1, $2) on conflict (key) do update"
        " set count = case when f.last_at < $3 then 1 else f.count + 1 end, last_at = $2",
        *(key, now, forget_before),
    )


async def clear_tries(tx: Connection, before: datetime) -> None:
    """Take some of the failures away that count for nothing any more; whoever else does so now is not waited for."""
    await tx.execute(
        "delete from sign_in_failure where key in (select key from sign_in_failure where last_at < $1"
        " limit 20 for update skip locked)",
        before,
    )


async def forget_tries(tx: Connection, key: bytes) -> None:
    """It succeeded: what was counted under this key is forgotten."""
    await tx.execute("delete from sign_in_failure where key = $1", key)


async def take_back_try(tx: Connection, key: bytes) -> None:
    """It succeeded: this one try was no failure. Others under the key stay counted."""
    await tx.execute("update sign_in_failure set count = greatest(count - 1, 0) where key = $1", key)
