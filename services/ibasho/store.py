"""Every SQL statement of 居場所 that is about a session. The relation is part of each statement."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.contracts.ibasho import LogAttendance, ScheduleSession
from services.ibasho.domain.session import SessionState
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

# $1 actor, $2 units where the actor is 居場所スタッフ, $3 where manager: the relation, or no row at all.
_RELATED = """
related as (
    select s.session_id, case
        when exists (select 1 from session_staff t where t.session_id = s.session_id and t.staff_id = $1)
        then 'session_staff' when p.unit_id = any($2::text[]) then 'unit_staff' else 'unit_lead' end as relation
    from session s join place p using (place_id)
    where exists (select 1 from session_staff t where t.session_id = s.session_id and t.staff_id = $1)
       or p.unit_id = any($2::text[]) or p.unit_id = any($3::text[])
)
"""
# An attendance that stands, i.e. was not corrected.
_STANDS = "not exists (select 1 from correction c where c.attendance_id = a.attendance_id)"
_NOT_ERASED = "not exists (select 1 from erased_line where line_id = $1)"
_COUNTED = f"""
select count(distinct a.participant_id) filter (where a.kind = 'arrived') as people,
       count(*) filter (where a.kind = 'plus_one') as unnamed, count(*) filter (where a.kind = 'at_door') as at_door
from attendance a where {_STANDS} and a.session_id =
"""


def _relation_arguments(actor: Actor) -> tuple[UUID, tuple[str, ...], tuple[str, ...]]:
    return actor.id, actor.units_as("ibasho_staff"), actor.units_as("manager")


def _reading_arguments(actor: Actor) -> tuple[UUID | None, tuple[str, ...], tuple[str, ...]]:
    """Who was on a session's staff and now does other work may hand in late facts, and reads nothing of it."""
    mine, staffed, managed = _relation_arguments(actor)
    return mine if actor.units_as("ibasho_staff", "coordinator", "manager") else None, staffed, managed


async def get_unit_of(tx: Connection, actor: Actor, place_id: UUID, programme_id: UUID) -> str:
    """The unit of a place and a programme of one's own unit; NotFound when absent or not yours."""
    unit_id: str | None = await tx.fetchval(
        "select p.unit_id from place p join programme g using (unit_id) where p.place_id = $1 and g.programme_id = $2"
        " and p.unit_id = any($3::text[])",
        *(place_id, programme_id, actor.units_as("ibasho_staff", "manager")),
    )
    if unit_id is None:
        raise NotFound
    return unit_id


async def insert_session(
    tx: Connection, actor: Actor, session_id: UUID, command: ScheduleSession, now: datetime
) -> None:
    """A session and its staff."""
    c = command
    try:
        await tx.execute(
            "insert into session values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *(session_id, c.place_id, c.programme_id, c.starts_at, c.ends_at, c.style, c.capacity, actor.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("session_exists", "this session id was scheduled by another command") from None
    staff = [(session_id, staff_id) for staff_id in dict.fromkeys(c.staff_ids)]
    await tx.executemany("insert into session_staff values ($1, $2)", staff)


async def lock_session(tx: Connection, actor: Actor, session_id: UUID) -> SessionState:
    """The session, locked; NotFound when absent or not yours. Being its staff does not end with the day."""
    row = await tx.fetchrow(
        f"with {_RELATED} select s.* from session s join related using (session_id) where s.session_id = $4"
        " for update of s",
        *(*_relation_arguments(actor), session_id),
    )
    if row is None:
        raise NotFound
    return SessionState(row["session_id"], row["place_id"], row["programme_id"], row["closed_at"])


async def find_relation(tx: Connection, actor: Actor, session_id: UUID) -> str | None:
    """By what the actor may see this session, now; None when by nothing."""
    query = f"with {_RELATED} select relation from related where session_id = $4"
    relation: str | None = await tx.fetchval(query, *_relation_arguments(actor), session_id)
    return relation


async def mark_opened(tx: Connection, session: SessionState, at: datetime) -> None:
    """The first opening stays."""
    query = "update session set opened_at = coalesce(opened_at, $2) where session_id = $1"
    await tx.execute(query, session.session_id, at)


async def mark_closed(tx: Connection, session: SessionState, at: datetime) -> None:
    """Closed for the afternoon; facts go on being taken."""
    await tx.execute("update session set closed_at = $2 where session_id = $1", session.session_id, at)


async def insert_closing_line(
    tx: Connection, actor: Actor, session: SessionState, closing_id: UUID, line: str, at: datetime
) -> None:
    """One line more; earlier ones stay. What was erased, and lost by a restore, does not come back."""
    query = f"insert into closing_line_private select $1, $2, $3, $4, $5 where {_NOT_ERASED}"
    await tx.execute(query, closing_id, session.session_id, actor.id, at, line)


async def insert_attendance(
    tx: Connection,
    actor: Actor,
    session: SessionState,
    command: LogAttendance,
    participant_id: UUID | None,
    recorded_at: datetime,
    captured_at: datetime,
) -> None:
    """One fact, under the id its person is known by."""
    c = command
    try:
        await tx.execute(
            "insert into attendance values ($1, $2, $3, $4, $5, $6, $7, $8)",
            *(c.attendance_id, session.session_id, c.kind, participant_id, c.at, actor.id, recorded_at, captured_at),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("attendance_exists", "this attendance id was logged by another command") from None


async def find_attendance(tx: Connection, session: SessionState, attendance_id: UUID) -> tuple[UUID | None, bool]:
    """Whom a fact of this session is about, and whether it still stands. Refusal `attendance_unknown` without one."""
    row = await tx.fetchrow(
        f"select participant_id, {_STANDS} as stands from attendance a where attendance_id = $1 and session_id = $2",
        *(attendance_id, session.session_id),
    )
    if row is None:
        raise Refusal("attendance_unknown", "no such attendance in this session")
    return row["participant_id"], row["stands"]


async def insert_correction(
    tx: Connection, actor: Actor, attendance_id: UUID, correction_id: UUID, note: str, at: datetime
) -> None:
    """Take a fact back, with the reason in a table of its own."""
    query = "insert into correction values ($1, $2, $3, $4)"
    await tx.execute(query, correction_id, attendance_id, actor.id, at)
    if note:
        query = f"insert into correction_private select $1, $2 where {_NOT_ERASED}"
        await tx.execute(query, correction_id, note)


async def count_session(tx: Connection, session: SessionState) -> tuple[int, int]:
    """(延べ, 実) as they stand."""
    row = await tx.fetchrow(f"{_COUNTED} $1", session.session_id)
    assert row is not None
    return row["people"] + row["unnamed"], row["people"]


_SESSION = f"""
with {_RELATED}
select s.*, r.relation, n.people, n.people + n.unnamed as visits, n.at_door,
       exists (select 1 from attendance a where a.session_id = s.session_id) as has_facts,
       array(select t.staff_id from session_staff t where t.session_id = s.session_id order by t.staff_id) as staff,
       (select name from place_name m where m.place_id = s.place_id
        order by m.from_date <= d.day desc, m.from_date desc limit 1) as place,
       (select name from programme_name m where m.programme_id = s.programme_id
        order by m.from_date <= d.day desc, m.from_date desc limit 1) as programme
from session s join related r using (session_id)
cross join lateral (select (s.starts_at at time zone 'Asia/Tokyo')::date as day) d
cross join lateral ({_COUNTED} s.session_id) n
"""


async def find_sessions(tx: Connection, actor: Actor, first: date, last: date) -> Sequence[asyncpg.Record]:
    """The sessions that begin on these Tokyo days, both included, under the names of their day."""
    query = f"{_SESSION} where d.day between $4 and $5 order by s.starts_at, s.session_id"
    return await tx.fetch(query, *_reading_arguments(actor), first, last)


async def get_session(tx: Connection, actor: Actor, session_id: UUID) -> asyncpg.Record:
    """One session; NotFound when absent or not yours."""
    row: asyncpg.Record | None = await tx.fetchrow(
        f"{_SESSION} where s.session_id = $4", *_reading_arguments(actor), session_id
    )
    if row is None:
        raise NotFound
    return row


MOST_KNOWN = 200
"""So many of a place stand on its boards: whoever came last. A board is taken along, so it has an end."""
_BOARD = {
    # Whoever is known at the place and came in the year before these sessions, or to them from anywhere. Who has not come for
    # longer leaves the board; their token or nickname still means them. Who came later is nobody's business here.
    "participants": f"""
        , known as (
            select p.place_id, k.participant_id, k.came_first
            from (select s.place_id, min(s.starts_at) as first, max(s.ends_at) as last
                  from session s join related using (session_id) where s.session_id = any($4::uuid[]) group by s.place_id) p
            cross join lateral (
                select a.participant_id, min(v.starts_at) as came_first from session v join attendance a using (session_id)
                join participant o on o.participant_id = a.participant_id and o.place_id = p.place_id
                where v.place_id = p.place_id and v.starts_at between p.first - interval '1 year' and p.last
                group by a.participant_id order by max(v.starts_at) desc, a.participant_id desc limit {MOST_KNOWN}) k
        ), shown as (
            select s.session_id, k.participant_id from session s join related using (session_id) join known k using (place_id)
            where s.session_id = any($4::uuid[]) and k.came_first <= s.ends_at
            union select a.session_id, a.participant_id from attendance a join related using (session_id)
            where a.session_id = any($4::uuid[]) and a.participant_id is not null
        )
        select session_id, participant_id, p.code, pp.nickname from shown join participant p using (participant_id)
        join participant_private pp using (participant_id) order by pp.nickname, participant_id""",
    "attendance": f"""
        select a.*, not {_STANDS} as voided from attendance a join related using (session_id)
        where a.session_id = any($4::uuid[]) order by a.at, a.attendance_id""",
    "closing_lines": """
        select l.* from closing_line_private l join related using (session_id)
        where l.session_id = any($4::uuid[]) order by l.written_at, l.closing_id""",
}


async def find_boards(
    tx: Connection, actor: Actor, session_ids: Sequence[UUID]
) -> Mapping[UUID, Mapping[str, Sequence[asyncpg.Record]]]:
    """What stands on the boards of sessions the actor may see: participants, attendance, closing lines."""
    found: dict[UUID, dict[str, list[asyncpg.Record]]] = {one: {part: [] for part in _BOARD} for one in session_ids}
    for part, query in _BOARD.items():
        for row in await tx.fetch(f"with {_RELATED} {query}", *_reading_arguments(actor), session_ids):
            found[row["session_id"]][part].append(row)
    return found


async def find_places(tx: Connection, actor: Actor, day: date) -> Sequence[asyncpg.Record]:
    """Places of one's units that are in use on the day, each with a programme, by the names of the day."""
    return await tx.fetch(
        "select p.place_id, p.unit_id, g.programme_id,"
        " (select name from place_name m where m.place_id = p.place_id and m.from_date <= $2"
        "  order by m.from_date desc limit 1) as place,"
        " (select name from programme_name m where m.programme_id = g.programme_id and m.from_date <= $2"
        "  order by m.from_date desc limit 1) as programme"
        " from place p left join programme g using (unit_id) where p.unit_id = any($1::text[])"
        " and p.from_date <= $2 and (p.until is null or p.until >= $2) order by p.from_date, p.place_id, g.programme_id",
        *(actor.units_as("ibasho_staff", "manager"), day),
    )


async def find_token_holder(tx: Connection, actor: Actor, code: str) -> UUID | None:
    """Whom a token's code stands for, for a coordinator or 居場所スタッフ of any unit; nobody otherwise."""
    found: UUID | None = await tx.fetchval(
        "select participant_id from (select participant_id, code from participant"
        " union all select participant_id, code from participant_alias) t"
        " where code = $1 and cardinality($2::text[]) > 0",
        *(code, actor.units_as("coordinator", "ibasho_staff")),
    )
    return found
