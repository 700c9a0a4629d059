"""SQL of 記録の閲覧 and 誰が見たか: the log, never the records. For auditors, and for managers about the cases of their units."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import Role
from services.kernel.db import Connection
from services.kernel.errors import NotFound
from services.kernel.token import Actor

MOST = 5_000
NEWEST, NEWEST_LISTS = 20_000, 2_000
MOST_REFUSED = 100
"""So many of the newest refused tries of one person are told: whoever tries often hides no read behind them."""
# $1 actor, $2 units the actor manages, $3 whether the actor audits: the cases whose log they may read.
_MAY_LOOK_INTO = """
case_file c where (c.unit_id = any($2::text[]) or $3)
and not exists (select 1 from case_kept_off k where k.case_id = c.case_id and k.staff_id = $1)
"""
# An opening on a device was when it was opened, which `viewed_offline` says in the purpose, not when the device told it.
_OPENED_AT = r"""coalesce(substring(case when a.action = 'viewed_offline' then a.purpose end
    from '^offline (\d{4}-\d\d-\d\dT\d\d:\d\dZ)$')::timestamptz, a.at)"""
_OF_READING = "a.action in ('read', 'viewed_offline') and a.shown ? 'case'"
# What was asked for and not found is no sight of it: the log tells it, 誰が見たか does not.
_OF_LOG = "a.action in ('read', 'viewed_offline', 'refused') and a.shown ? 'case'"
# An id that is nowhere is in nobody's unit: whoever tried it is told to the auditors ($3). `{}`: the row of the log.
_NOWHERE = """($3 and {}.action = 'refused' and not exists (select 1 from case_file f where f.case_id = {}))"""
_OF_THE_TEAM = """exists (select 1 from case_member cm where cm.case_id = l.case_id and cm.staff_id = l.actor_id
               and (l.at at time zone 'Asia/Tokyo')::date between cm.from_date and coalesce(cm.until, 'infinity'))"""
# Refused, the team of that day was a moment too early, or at a record that is withheld: no question. Kept off, they are no team.
# Nor is what was refused in the hour before an emergency: the way to it begins there, and the emergency is the question.
_NO_QUESTION = f"""(l.action = 'refused' and ({_OF_THE_TEAM} or exists (
        select 1 from basis b where b.case_id = l.case_id and b.kind = 'emergency' and b.given_by = l.actor_id
        and b.from_at between l.at and l.at + interval '1 hour'))
    and not exists (select 1 from case_kept_off k where k.case_id = l.case_id and k.staff_id = l.actor_id))"""


def _who(actor: Actor) -> tuple[UUID, tuple[str, ...], bool]:
    return actor.id, actor.units_as(Role.MANAGER), bool(actor.units_as(Role.AUDITOR))


# What is not theirs takes none of the places: whoever may not see a row cannot be hidden behind it.
_IN_MAY = """exists (select 1 from jsonb_array_elements_text(a.shown -> 'case') one (case_id)
    where coalesce(one.case_id::uuid in (select case_id from may), false))"""
_NEWEST = "select a.* from access_log a where {} and a.at >= $4 and ($5::uuid is null or a.actor_id = $5) and {} and"
_READ, _REFUSED = _NEWEST.format(_OF_READING, _IN_MAY), _NEWEST.format(_OF_LOG, _IN_MAY)
# Lists come last on the page anyway: the newest of the city, for unpacking each of them would take seconds.
_LIST = _NEWEST.format(_OF_READING, "true")
_TRIED = _NEWEST.format(_OF_LOG, _NOWHERE.format("a", "(a.shown -> 'case' ->> 0)::uuid"))
_LATEST = f"""
({_READ} jsonb_array_length(a.shown -> 'case') = 1 order by a.at desc limit {NEWEST}) union
({_LIST} jsonb_array_length(a.shown -> 'case') <> 1 order by a.at desc limit {NEWEST_LISTS}) union
({_READ} a.basis in ('emergency', 'none') order by a.at desc limit {MOST}) union
({_REFUSED} a.basis = 'refused' order by a.at desc limit {MOST}) union
({_TRIED} a.basis = 'refused' order by a.at desc limit {MOST})
"""
_OF_ONE_CASE = """
select a.* from access_log a where a.shown @> jsonb_build_object('case', jsonb_build_array($6::uuid::text))
and a.at >= $4 and ($5::uuid is null or a.actor_id = $5)
"""
# Whose case it was, what the reader opened in the ten minutes before a hit counts in the run: a page is an answer of one case.
_PAGES = f"""
hits as materialized (  -- once, not for each row of the log
    select actor_id, range_agg(tstzrange(at - interval '10 minutes', at, '[]')) as times from hit group by actor_id
), page as (
    select min(a.id) as id from hits cross join lateral unnest(hits.times) as during join access_log a
    on a.actor_id = hits.actor_id and a.at between lower(during) and upper(during) and {_OF_LOG}
    group by a.actor_id, a.at having sum(jsonb_array_length(a.shown -> 'case')) = 1
)
"""


def _reads(hits: str) -> str:
    return f"""
    with may as (select c.case_id, c.unit_id, c.closed_at, c.person_id from {_MAY_LOOK_INTO}),
    hit as ({hits}), {_PAGES},
    line as (
        select a.access_id, {_OPENED_AT} as at, a.actor_id, a.action, a.field_groups, a.basis, a.purpose, a.screen,
               one.case_id::uuid as case_id, a.id in (select id from page) as is_page
        from (select * from hit union select a.* from access_log a join page using (id)) a
        cross join lateral jsonb_array_elements_text(a.shown -> 'case') one (case_id)
        where {_OF_LOG}
    ), stepped as (
        select *, is_page and case_id is distinct from lag(case_id) over (partition by actor_id order by at) as is_step
        from line
    ), counted as (
        select *, count(*) filter (where is_step) over (partition by actor_id order by at
                  range between interval '10 minutes' preceding and current row) as run,
               row_number() over (partition by actor_id, action = 'refused',
                   case_id in (select case_id from may) order by at desc) as nth from stepped
    )
    select l.*, m.unit_id, l.basis ~ 'emergency' and exists (
               select 1 from basis b where b.case_id = l.case_id and b.kind = 'emergency' and b.given_by = l.actor_id
               and l.at >= b.from_at and l.at < b.until)
               and not {_OF_THE_TEAM} as by_emergency, p.receipt_number, r.reviewed_by, r.reviewed_at, rp.note,
           case when l.is_page then pp.person_address end as person_address,
           extract(hour from l.at at time zone 'Asia/Tokyo')::int as tokyo_hour,
           coalesce(l.at > m.closed_at, false) or exists (
               select 1 from case_closing x where x.case_id = l.case_id and l.at > x.closed_at and l.at < x.reopened_at)
               as is_after_close,
           l.is_page and coalesce(starts_with(translate(pp.person_name, '髙﨑濵𠮷', '高崎浜吉'),
               translate(nullif($7::jsonb ->> l.actor_id::text, ''), '髙﨑濵𠮷', '高崎浜吉')), false) as has_own_surname
    from counted l left join may m using (case_id) left join handoff_package p using (case_id)
    left join person_private pp on pp.person_id = m.person_id
    left join access_review r using (access_id, case_id) left join access_review_private rp using (access_id, case_id)
    where ($6::uuid is null or case_id = $6) and (m.unit_id is not null or {_NOWHERE.format("l", "l.case_id")})
    and not {_NO_QUESTION} and (l.action <> 'refused' or l.nth <= {MOST_REFUSED})
    order by (l.basis ~ 'emergency|none' and r.access_id is null) desc, l.is_page desc, l.at desc, l.access_id
    limit {MOST}
    """


async def find_reads(
    tx: Connection, actor: Actor, since: datetime, staff_id: UUID | None, case_id: UUID | None, names: Mapping[str, str]
) -> Sequence[asyncpg.Record]:
    """One line for each read of each case, at most `MOST`: first those without a relation, and unseen, then pages,
    then lists, the newest first, so that no emergency is cut off by lists. `names`: surname by staff id, to compare alone.

    `at` is when it was opened; `since` counts from when the log learned of it, lest an opening told late be missed.
    `run` counts the case pages one person opened, each another than the one before, in the ten minutes up to then. Looked
    through are the `NEWEST` rows of each kind and, however old, every read without a relation; of one case, all. Rows of cases
    whose log is not theirs are left out before they are counted."""
    query = _reads(_LATEST if case_id is None else _OF_ONE_CASE)
    return await tx.fetch(query, *_who(actor), since, staff_id, case_id, dict(names))


async def find_case(tx: Connection, actor: Actor, receipt_number: str) -> UUID | None:
    """The case of a receipt number, if its log is theirs to read; the newest, should one call have led to several."""
    found: UUID | None = await tx.fetchval(
        f"select p.case_id from handoff_package p where p.receipt_number = btrim($4)"
        f" and exists (select 1 from {_MAY_LOOK_INTO} and c.case_id = p.case_id) order by p.told_at desc limit 1",
        *(*_who(actor), receipt_number),
    )
    return found


async def find_who_saw(tx: Connection, actor: Actor, case_id: UUID) -> Sequence[asyncpg.Record]:
    """Every read of one case, oldest first, each at the moment it was opened; what was refused showed nothing, and is none.
    Nor is what a device says of a case it never held: only a team takes one along. The log has it. NotFound when it is not
    theirs to answer for."""
    if not await tx.fetchval(
        f"select exists (select 1 from {_MAY_LOOK_INTO} and c.case_id = $4)", *_who(actor), case_id
    ):
        raise NotFound
    return await tx.fetch(
        f"select a.access_id, {_OPENED_AT} as at, a.actor_id, a.field_groups, a.basis, a.purpose, a.action, c.unit_id"
        f" from access_log a join case_file c on c.case_id = $1 where {_OF_READING}"
        " and a.shown @> jsonb_build_object('case', jsonb_build_array($1::uuid::text))"
        " and a.actor_kind = 'staff' and (a.action <> 'viewed_offline' or exists (select 1 from case_member m"
        " where m.case_id = $1 and m.staff_id = a.actor_id)) order by at, a.access_id",
        case_id,
    )


async def lock_reader(tx: Connection, actor: Actor, case_id: UUID, access_id: UUID) -> UUID:
    """Whose read it was. NotFound for a row that is not about this case, or a case whose log is not theirs."""
    reader: UUID | None = await tx.fetchval(
        f"select a.actor_id from access_log a where a.access_id = $5 and {_OF_LOG}"
        " and a.shown @> jsonb_build_object('case', jsonb_build_array($4::uuid::text)) and ("
        f" exists (select 1 from {_MAY_LOOK_INTO} and c.case_id = $4) or {_NOWHERE.format('a', '$4')})",
        *(*_who(actor), case_id, access_id),
    )
    if reader is None:
        raise NotFound
    return reader


async def insert_review(tx: Connection, actor: Actor, case_id: UUID, access_id: UUID, note: str, now: datetime) -> None:
    """確認済 of the read of one case, with a note. Again changes nothing: the first to look stands."""
    done = await tx.execute(
        "insert into access_review (access_id, case_id, reviewed_by, reviewed_at) values ($1, $2, $3, $4)"
        " on conflict do nothing",
        *(access_id, case_id, actor.id, now),
    )
    if done == "INSERT 0 1":
        insert = "insert into access_review_private (access_id, case_id, note) values ($1, $2, $3)"
        await tx.execute(insert, access_id, case_id, note)
