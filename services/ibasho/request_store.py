"""SQL of 本人からの請求 about who takes part: found by token or nickname, received, decided, made."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import RequestKind, Role
from services.contracts.participant_request import DecideParticipantRequest, OpenParticipantRequest
from services.contracts.tokyo import tokyo_day
from services.ibasho.domain.participant_request import Participant
from services.ibasho.domain.session import code_key, nickname_key
from services.ibasho.erasure_store import EXPECTED
from services.ibasho.participant_store import lock_making
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor
from services.person_request import Request

WORKING_ROLES = (Role.IBASHO_STAFF, Role.MANAGER)
_LAST_AT = "coalesce((select max(a.at) from attendance a where a.participant_id = p.participant_id), p.made_at)"
_PLACE = """(select name from place_name m where m.place_id = p.place_id and m.from_date <= $3::date
    order by m.from_date desc limit 1)"""


def _who(actor: Actor) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """$1 units where the actor works, $2 units they manage."""
    return actor.units_as(*WORKING_ROLES), actor.units_as(Role.MANAGER)


async def find_participant(tx: Connection, actor: Actor, place_id: UUID, called: str) -> asyncpg.Record | None:
    """Whose token it is, of those at the places of the actor's own units, or who goes by the nickname at the place; nobody else
    is found."""
    return await tx.fetchrow(
        "select p.participant_id, n.nickname, l.unit_id = any($2::text[]) as is_managed"
        " from participant p join place l using (place_id) join participant_private n on n.participant_id = p.participant_id"
        " where l.unit_id = any($1::text[]) and (p.code = $3 or exists (select 1 from participant_alias x"
        " where x.participant_id = p.participant_id and x.code = $3) or p.place_id = $4 and n.nickname_key = $5)",
        *(*_who(actor), code_key(called), place_id, nickname_key(called)),
    )


async def lock_participant(tx: Connection, actor: Actor, participant_id: UUID, *roles: str) -> Participant:
    """Somebody at a place of a unit where the actor has one of the roles (default: works there), locked; NotFound when absent
    or not theirs."""
    row = await tx.fetchrow(
        f"select p.participant_id, l.unit_id, {_LAST_AT} from participant p join place l using (place_id)"
        " where p.participant_id = $1 and l.unit_id = any($2::text[]) for no key update of p",
        *(participant_id, actor.units_as(*(roles or WORKING_ROLES))),
    )
    if row is None:
        raise NotFound
    if await tx.fetchval("select exists (select 1 from erasure where participant_id = $1)", participant_id):
        raise Refusal("record_erased", "what is asked about was erased")
    return Participant(*row)


async def insert(
    tx: Connection, actor: Actor, participant_id: UUID, command: OpenParticipantRequest, now: datetime
) -> None:
    """A request and, in a table of its own, what was asked."""
    c = command
    try:
        await tx.execute(
            "insert into participant_request (request_id, participant_id, kind, opened_by, opened_at)"
            " values ($1, $2, $3, $4, $5)",
            *(c.request_id, participant_id, c.kind, actor.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("request_exists", "this request id was recorded by another command") from None
    await tx.execute(
        "insert into participant_request_private (request_id, asked) values ($1, $2)", c.request_id, c.asked
    )


async def get(tx: Connection, participant_id: UUID, request_id: UUID) -> Request:
    """A request about somebody who is locked; else NotFound."""
    row = await tx.fetchrow(
        "select kind, opened_by, decision is not null as is_decided from participant_request"
        " where request_id = $1 and participant_id = $2",
        *(request_id, participant_id),
    )
    if row is None:
        raise NotFound
    return Request(request_id, RequestKind(row["kind"]), row["opened_by"], row["is_decided"])


async def decide(tx: Connection, actor: Actor, command: DecideParticipantRequest, now: datetime) -> None:
    """Write the decision beside the request."""
    c = command
    await tx.execute(
        "update participant_request set decision = $2, decided_by = $3, decided_at = $4 where request_id = $1",
        *(c.request_id, c.decision, actor.id, now),
    )
    await tx.execute(
        "update participant_request_private set decision_note = $2 where request_id = $1", c.request_id, c.note
    )


async def correct(tx: Connection, participant_id: UUID, request_id: UUID, nickname: str, now: datetime) -> None:
    """Replace the nickname, once, by an approved request that this ends. Nothing of the old is kept."""
    await lock_making(tx)
    done = await tx.execute(
        "update participant_request set done_at = $3 where request_id = $1 and participant_id = $2"
        " and kind = 'correction' and decision = 'approve' and done_at is null",
        *(request_id, participant_id, now),
    )
    if done != "UPDATE 1":
        raise Refusal("request_not_approved", "no approved correction waits to be made under this id")
    try:
        await tx.execute(
            "update participant_private set nickname = $2, nickname_key = $3 where participant_id = $1",
            *(participant_id, nickname, nickname_key(nickname)),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("nickname_taken", "somebody else at this place goes by this nickname") from None


_ABOUT = f"""
select q.*, t.asked, t.decision_note, '' as lift_note, null::uuid as lifted_by, null as receipt_number,
       n.nickname, {_PLACE} as place, e.erased_at, l.unit_id = any($2::text[]) as is_managed, false as is_suspended,
       array(select h from unnest('{{{",".join(EXPECTED)}}}'::text[]) h where e.request_id is not null and not exists (
             select 1 from erasure_done d where d.request_id = e.request_id and d.holder = h)) as owed
from participant_request q join participant p using (participant_id) join place l using (place_id)
left join participant_request_private t using (request_id)
left join participant_private n on n.participant_id = q.participant_id left join erasure e on e.participant_id = q.participant_id
"""


async def find(tx: Connection, actor: Actor, now: datetime) -> Sequence[asyncpg.Record]:
    """The requests at the places of one's own units; of somebody erased only the unit's manager hears. What waits comes first."""
    return await tx.fetch(
        f"{_ABOUT} where l.unit_id = any($1::text[]) and (e.erased_at is null or l.unit_id = any($2))"
        " order by (q.decision is null and e.erased_at is null) desc, q.opened_at desc, q.request_id limit 300",
        *(*_who(actor), tokyo_day(now)),
    )


async def find_of_participant(
    tx: Connection, actor: Actor, participant_id: UUID, now: datetime
) -> Sequence[asyncpg.Record]:
    """What one person asked and how it was answered, the newest first, for a manager of the place's unit."""
    return await tx.fetch(
        f"{_ABOUT} where $1::text[] is not null and l.unit_id = any($2::text[]) and q.participant_id = $4"
        " order by q.opened_at desc, q.request_id",
        *(*_who(actor), tokyo_day(now), participant_id),
    )


async def get_managed(tx: Connection, actor: Actor, participant_id: UUID) -> str:
    """The unit somebody comes to, for a manager of it, erased or not; else NotFound."""
    unit_id: str | None = await tx.fetchval(
        "select l.unit_id from participant p join place l using (place_id) where p.participant_id = $1"
        " and l.unit_id = any($2::text[])",
        *(participant_id, actor.units_as(Role.MANAGER)),
    )
    if unit_id is None:
        raise NotFound
    return unit_id


async def find_kept_long_enough(tx: Connection, actor: Actor, now: datetime, years: int) -> Sequence[asyncpg.Record]:
    """Who has not come to the places of the units I manage for so long, and of whom no request to erase waits; the oldest
    first."""
    return await tx.fetch(
        f"select participant_id, last_at, n.nickname, place from (select p.*, {_LAST_AT} as last_at, {_PLACE} as place"
        " from participant p join place l using (place_id) where $1::text[] is not null and l.unit_id = any($2::text[])) p"
        " join participant_private n using (participant_id)"
        " where (last_at at time zone 'Asia/Tokyo')::date <= ($3::date - make_interval(years => $4))::date"
        " and not exists (select 1 from participant_request q where q.participant_id = p.participant_id"
        "                 and q.decision is null and q.kind in ('erasure', 'retention'))"
        " order by last_at, participant_id limit 300",
        *(*_who(actor), tokyo_day(now), years),
    )


async def get_disclosable(tx: Connection, actor: Actor, participant_id: UUID, now: datetime) -> asyncpg.Record:
    """Nickname, token and place, for a manager of the unit while a 開示請求 waits or was approved; else NotFound."""
    row: asyncpg.Record | None = await tx.fetchrow(
        f"select p.participant_id, p.code, p.made_at, l.unit_id, n.nickname, {_PLACE} as place"
        " from participant p join place l using (place_id) join participant_private n on n.participant_id = p.participant_id"
        " where p.participant_id = $1 and l.unit_id = any($2::text[]) and exists (select 1 from participant_request q"
        " where q.participant_id = p.participant_id and q.kind = 'disclosure' and q.decision is distinct from 'decline')",
        *(participant_id, actor.units_as(Role.MANAGER), tokyo_day(now)),
    )
    if row is None:
        raise NotFound
    return row


async def find_attendance(tx: Connection, actor: Actor, participant_id: UUID) -> Sequence[asyncpg.Record]:
    """When somebody came and left, oldest first, without what was taken back; under the names of the day."""
    return await tx.fetch(
        "select a.at, a.kind, (select name from programme_name m where m.programme_id = s.programme_id"
        " and m.from_date <= (s.starts_at at time zone 'Asia/Tokyo')::date order by m.from_date desc limit 1) as programme"
        " from attendance a join session s using (session_id) where a.participant_id = $1 and $2::uuid is not null"
        " and not exists (select 1 from correction c where c.attendance_id = a.attendance_id) order by a.at, a.attendance_id",
        *(participant_id, actor.id),
    )


async def find_who_saw(tx: Connection, actor: Actor, participant_id: UUID) -> Sequence[asyncpg.Record]:
    """Every answer to staff that showed somebody, oldest first, once whoever asks was let in (`get_managed`)."""
    return await tx.fetch(
        "select a.at, a.actor_id, a.purpose, a.basis, a.field_groups from access_log a where a.action = 'read'"
        " and a.actor_kind = 'staff' and $2::uuid is not null"
        " and a.shown @> jsonb_build_object('participant', jsonb_build_array($1::uuid::text)) order by a.at, a.id",
        *(participant_id, actor.id),
    )
