"""SQL of 記録の閲覧 at the window: the log of sheets, never the sheets. For auditors, for managers of the sheet's
unit, and of the unit that took it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import CallerKind, Role
from services.intake.erasure_store import ABOUT
from services.intake.store import NOT_KEPT_OFF
from services.kernel.db import Connection
from services.kernel.errors import NotFound
from services.kernel.token import Actor

MOST = 5_000
NEWEST, NEWEST_LISTS = 20_000, 2_000
MOST_REFUSED = 100
"""So many of the newest refused tries of one person are told: whoever tries often hides no read behind them."""
# $1 a sheet or nothing, $2 units the actor manages, $3 the actor, $4 whether they audit: the sheets whose log they may read.
_MAY_LOOK_INTO = f"""
consultation c where ($4::bool or c.unit_id = any($2::text[]) or exists (select 1 from handoff h
    where h.consultation_id = c.consultation_id and h.case_id is not null and h.to_unit = any($2))) and {NOT_KEPT_OFF}
"""
# What was asked for and not found is no sight of it: the log tells it, 誰が見たか does not.
_OF_LOG = """l.action in ('read', 'refused') and l.actor_kind = 'staff' and (l.shown ? 'consultation' or l.shown ? 'handoff')"""
# An id that is nowhere is in nobody's unit: whoever tried it is told to the auditors ($4). `{}`: the row of the log.
_NOWHERE = """($4::bool and {0}.action = 'refused' and not exists (select 1 from consultation s where s.consultation_id = {1})
and not exists (select 1 from handoff s where s.handoff_id = {1}))"""
_IN_MAY = """(exists (select 1 from jsonb_array_elements_text(l.shown -> 'consultation') one (sheet)
    where one.sheet::uuid in (select consultation_id from may))
or exists (select 1 from jsonb_array_elements_text(l.shown -> 'handoff') one (card)
    join handoff h on h.handoff_id = one.card::uuid
    where h.consultation_id in (select consultation_id from may)))"""
_NEWEST = f"select l.* from access_log l where {_OF_LOG} and l.at >= $5 and ($6::uuid is null or l.actor_id = $6)"
_PARTS = "coalesce(jsonb_array_length(l.shown -> 'consultation'), jsonb_array_length(l.shown -> 'handoff'))"
_TRIED = _NOWHERE.format("l", "coalesce(l.shown -> 'consultation' ->> 0, l.shown -> 'handoff' ->> 0)::uuid")
# The city's newest, for what one person opened in a row; and those of the asker's sheets, which others cannot push out.
_LATEST = f"""
({_NEWEST} and {_PARTS} = 1 order by l.at desc limit {NEWEST}) union
({_NEWEST} and {_PARTS} = 1 and l.action = 'read' and {_IN_MAY} order by l.at desc limit {MOST}) union
({_NEWEST} and l.action = 'refused' and {_IN_MAY} order by l.at desc limit {MOST}) union
({_NEWEST} and {_TRIED} order by l.at desc limit {MOST}) union
({_NEWEST} and {_PARTS} <> 1 order by l.at desc limit {NEWEST_LISTS})
"""
_AROUND_ONE = f"""
select l.* from (
    select hit.actor_id, range_agg(tstzrange(hit.at - interval '10 minutes', hit.at, '[]')) as times
    from access_log hit join {ABOUT} about on hit.shown @> about.shown
    where hit.at >= $5 and ($6::uuid is null or hit.actor_id = $6) group by hit.actor_id
) hits cross join lateral unnest(hits.times) as during join access_log l
on l.actor_id = hits.actor_id and l.at between lower(during) and upper(during) and {_OF_LOG}
"""
_SURNAME = "translate(nullif($7::jsonb ->> l.actor_id::text, ''), '髙﨑濵𠮷', '高崎浜吉')"


def _who(actor: Actor) -> tuple[object, ...]:
    return actor.units_as(Role.MANAGER), actor.id, bool(actor.units_as(Role.AUDITOR))


def _reads(rows: str) -> str:
    return f"""
    with may as (select c.consultation_id, c.unit_id, c.receipt_number from {_MAY_LOOK_INTO}),
    line as (
        select a.access_id, a.at, a.actor_id, a.action, a.field_groups, a.basis, a.purpose, a.screen, about.consultation_id,
               count(*) over (partition by a.actor_id, a.at) = 1 as is_page
        from ({rows}) a cross join lateral (
            select sheet::uuid as consultation_id from jsonb_array_elements_text(a.shown -> 'consultation') sheet
            union select coalesce(h.consultation_id, card::uuid) from jsonb_array_elements_text(a.shown -> 'handoff') card
            left join handoff h on h.handoff_id = card::uuid) about
    ), stepped as (
        select *, is_page and consultation_id is distinct from lag(consultation_id) over (partition by actor_id order by at)
               as is_step from line
    ), counted as (
        select *, count(*) filter (where is_step) over (partition by actor_id order by at
                  range between interval '10 minutes' preceding and current row) as run,
               row_number() over (partition by actor_id, action = 'refused',
                   consultation_id in (select consultation_id from may) order by at desc) as nth from stepped
    )
    select l.*, m.unit_id, m.receipt_number, r.reviewed_by, r.reviewed_at, rt.note,
           case when l.is_page then t.person_address end as person_address,
           extract(hour from l.at at time zone 'Asia/Tokyo')::int as tokyo_hour,
           l.is_page and coalesce(starts_with(translate(t.person_name, '髙﨑濵𠮷', '高崎浜吉'), {_SURNAME})
               or starts_with(translate(t.caller_name, '髙﨑濵𠮷', '高崎浜吉'), {_SURNAME}), false) as has_own_surname
    from counted l left join may m using (consultation_id) left join consultation_told t using (consultation_id)
    left join access_review r using (access_id, consultation_id)
    left join access_review_told rt using (access_id, consultation_id)
    where ($1::uuid is null or consultation_id = $1)
    and (m.unit_id is not null or {_NOWHERE.format("l", "l.consultation_id")})
    and (l.action <> 'refused' or l.nth <= {MOST_REFUSED})
    order by l.is_page desc, l.at desc, l.access_id limit {MOST}
    """


async def find_reads(
    tx: Connection,
    actor: Actor,
    since: datetime,
    staff_id: UUID | None,
    consultation_id: UUID | None,
    names: Mapping[str, str],
) -> Sequence[asyncpg.Record]:
    """One line for each read of each sheet, by itself or by a handoff of it, at most `MOST`: pages before
    lists, the newest first. `names`: surname by staff id, compared with 本人's and the caller's.

    `run` counts the sheets one person opened, each another than the one before, in the ten minutes up to then. Looked through
    are the `NEWEST` pages, so many as `MOST` of the sheets whose log is theirs, however many others came since, and the
    `NEWEST_LISTS` lists, which every open screen reads each minute; of one sheet, all."""
    query = _reads(_LATEST if consultation_id is None else _AROUND_ONE)
    return await tx.fetch(query, consultation_id, *_who(actor), since, staff_id, dict(names))


async def find_sheet(tx: Connection, actor: Actor, case_id: UUID | None, receipt_number: str | None) -> UUID | None:
    """The sheet that became a case, or the one of a receipt number, if its log is theirs to read."""
    found: UUID | None = await tx.fetchval(
        f"select c.consultation_id from {_MAY_LOOK_INTO} and $1::uuid is null and ($5::text is null or"
        " c.receipt_number = btrim($5)) and ($6::uuid is null or exists (select 1 from handoff h"
        " where h.consultation_id = c.consultation_id and h.case_id = $6)) and coalesce($5, $6::text) is not null",
        *(None, *_who(actor), receipt_number, case_id),
    )
    return found


async def get_caller(tx: Connection, actor: Actor, consultation_id: UUID) -> CallerKind:
    """Who consulted. NotFound for a sheet whose log is not theirs."""
    found: str | None = await tx.fetchval(
        f"select c.caller_kind from {_MAY_LOOK_INTO} and c.consultation_id = $1", consultation_id, *_who(actor)
    )
    if found is None:
        raise NotFound
    return CallerKind(found)


async def find_who_saw(tx: Connection, actor: Actor, consultation_id: UUID) -> Sequence[asyncpg.Record]:
    """Every answer to staff that showed a sheet or its handoffs, oldest first, once whoever asks was let in (`get_caller`).

    The rows of one answer, of one moment, are told as one: each handoff was seen by a basis of its own."""
    return await tx.fetch(
        "select s.at, s.actor_id, s.purpose, string_agg(distinct s.basis, ',') as basis,"
        " (select unit_id from consultation where consultation_id = $1) as unit_id,"
        " array_remove(array_agg(distinct g), null) as field_groups from ("
        " select distinct on (a.id) a.at, a.actor_id, a.field_groups, a.basis, a.purpose from access_log a, ("
        "  select jsonb_build_object('consultation', jsonb_build_array($1::uuid::text)) as asked"
        "  union all select jsonb_build_object('handoff', jsonb_build_array(handoff_id::text)) from handoff"
        "  where consultation_id = $1) about where a.shown @> about.asked and a.action = 'read' and a.actor_kind = 'staff'"
        " and $2::uuid is not null) s left join unnest(s.field_groups) g on true"
        " group by s.at, s.actor_id, s.purpose order by s.at",
        *(consultation_id, actor.id),
    )


async def get_reader(tx: Connection, actor: Actor, consultation_id: UUID, access_id: UUID) -> UUID:
    """Whose read it was. NotFound for a row that is not about this sheet, or a sheet whose log is not theirs."""
    reader: UUID | None = await tx.fetchval(
        f"select l.actor_id from access_log l where l.access_id = $5 and {_OF_LOG} and ("
        f" exists (select 1 from {ABOUT} about where l.shown @> about.shown)"
        f" and exists (select 1 from {_MAY_LOOK_INTO} and c.consultation_id = $1)"
        f" or exists (select 1 from jsonb_each(l.shown) of where of.value ? $1::uuid::text) and {_NOWHERE.format('l', '$1')})",
        *(consultation_id, *_who(actor), access_id),
    )
    if reader is None:
        raise NotFound
    return reader


async def insert_review(
    tx: Connection, actor: Actor, consultation_id: UUID, access_id: UUID, note: str, now: datetime
) -> None:
    """確認済 of the read of one sheet, with a note. Again changes nothing: the first to look stands."""
    insert = "insert into access_review values ($1, $2, $3, $4) on conflict do nothing"
    done = await tx.execute(insert, access_id, consultation_id, actor.id, now)
    if done == "INSERT 0 1":
        await tx.execute("insert into access_review_told values ($1, $2, $3)", access_id, consultation_id, note)
