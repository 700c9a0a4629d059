"""Every SQL statement of コーディネート that a person's act needs. The relation is part of each statement."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import Role
from services.contracts.coordination import RecordVisit
from services.contracts.tokyo import tokyo_day
from services.coordination.domain.visit import CaseState
from services.coordination.domain.who_may import MAY_SEE_FAMILY
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

# $1 actor, $2 units where the actor is manager, $3 the Tokyo day, $4 the moment, $5 units the actor works in: the standing,
# or no row at all. `related`: the own relation, which is for acting and for taking along. `seen`: that, and every basis in force.
# A withheld case (erased, or its use suspended) has neither; `related_once` alone still knows who would have had, to tell them.
_RELATED = """
related_once as not materialized (
    select s.case_id, case when bool_or(s.is_member) then 'member' else 'unit_lead' end as relation from (
        select m.case_id, true as is_member from case_member m
        where m.staff_id = $1 and m.from_date <= $3 and (m.until is null or m.until >= $3
              or m.left_at - interval '10 seconds' > $4)  -- clocks that differ by more take no token of each other's
        union all select c.case_id, false from case_file c where c.unit_id = any($2::text[])) s
    where not exists (select 1 from case_kept_off k where k.case_id = s.case_id and k.staff_id = $1)
    group by s.case_id
), related as not materialized (
    select * from related_once r where not exists (select 1 from {withheld} w where w.case_id = r.case_id)
), standing as (
    select case_id, relation, null::text[] as scope, null::uuid as basis, null::timestamptz as until from related
    union all
    select b.case_id, b.kind, b.field_groups, b.basis_id, b.until from basis b
    where b.from_at <= $4 and b.until > $4
    and not exists (select 1 from basis_end e where e.basis_id = b.basis_id)
    and not exists (select 1 from case_kept_off k where k.case_id = b.case_id and k.staff_id = $1)
    and not exists (select 1 from {withheld} w where w.case_id = b.case_id)
    and (b.kind in ('consent', 'article_69_2') and b.unit_ids && $5::text[]
         or b.kind = 'emergency' and b.given_by = $1
         or b.kind = 'conference' and exists (select 1 from conference_member m where m.basis_id = b.basis_id
                                              and m.staff_id = $1 and m.pledged_at is not null))
), seen as (
    select case_id, jsonb_agg(jsonb_build_object('relation', relation, 'scope', scope, 'basis', basis, 'until', until))
             as standings,
           bool_or(relation = any('{{{family}}}') and coalesce('family_words' = any(scope), true)) as sees_family
    from standing group by case_id
)
"""
_FAMILY = ",".join(MAY_SEE_FAMILY)
RELATED = _RELATED.format(withheld="withheld", family=_FAMILY)
RELATED_TO_ANSWER = _RELATED.format(withheld="erasure", family=_FAMILY)
"""For what the person themself asks to be told (76条): that the use of the record is suspended does not keep it from them."""
_WORKING = (Role.WINDOW_STAFF, Role.COORDINATOR, Role.IBASHO_STAFF, Role.MANAGER, Role.PARTNER)


class Suspended(NotFound):
    """Not found as for anybody, while its use is stopped (98条); whose case it is by a relation of their own is told so."""

    def __init__(self) -> None:
        Refusal.__init__(self, "record_suspended", "the person had the use of this record stopped (98条)")


def relation_arguments(
    actor: Actor, moment: datetime, *, then: bool = False
) -> tuple[UUID, tuple[str, ...], date, datetime, tuple[str, ...]]:
    """What `RELATED` asks for, as of `moment`. A team is of coordinators and managers: whoever the token says works as neither,
    or for another agency, is on none, whatever its rows say. `then`: a moment whose roles no token tells; its rows decide."""
    is_on_teams = (then or actor.units_as(Role.COORDINATOR, Role.MANAGER)) and not actor.units_as(Role.PARTNER)
    day = tokyo_day(moment) if is_on_teams else date.min
    # A closed unit's heirs answer for its cases; a basis stays its own, for the person never consented to them.
    own = tuple(unit for unit in actor.units_as(*_WORKING) if unit not in actor.heir_of)
    return actor.id, actor.units_as(Role.MANAGER), day, moment, own


async def lock_case(
    tx: Connection, actor: Actor, case_id: UUID, moment: datetime, *, even_suspended: bool = False, then: bool = False
) -> CaseState:
    """The case, locked, by the relation at `moment` (`then`: `relation_arguments`); NotFound when absent or not yours."""
    row = await tx.fetchrow(
        f"with {RELATED} select c.unit_id, c.opened_at, c.closed_at from case_file c join related_once using (case_id)"
        " where c.case_id = $6 for update of c",
        *(*relation_arguments(actor, moment, then=then), case_id),
    )
    if row is None:
        raise NotFound
    await (refuse_erased if even_suspended else refuse_withheld)(tx, case_id)
    return CaseState(row["unit_id"], row["opened_at"], row["closed_at"])


async def refuse_withheld(tx: Connection, case_id: UUID) -> None:
    """Nothing is written to an erased case, nor to one whose use is suspended. Waits as `refuse_erased` does."""
    await refuse_erased(tx, case_id)
    if await find_suspended_at(tx, case_id) is not None:
        raise Refusal("record_suspended", "the person had the use of this record stopped (98条)")


async def find_suspended_at(tx: Connection, case_id: UUID) -> datetime | None:
    """Since when its use is suspended. Lock the case first."""
    found: datetime | None = await tx.fetchval("select min(suspended_at) from suspension where case_id = $1", case_id)
    return found


async def refuse_erased(tx: Connection, case_id: UUID) -> None:
    """Nothing is written to an erased case any more. Waits for an erasure under way; a statement of its own sees its end."""
    await tx.execute("select 1 from case_file where case_id = $1 for key share", case_id)
    if await tx.fetchval("select exists (select 1 from erasure where case_id = $1)", case_id):
        raise Refusal("record_erased", "the words of this case were erased")


async def find_relation(
    tx: Connection, actor: Actor, case_id: UUID, moment: datetime, *, then: bool = False
) -> str | None:
    """How the actor stood to a case at `moment` (`then`: `relation_arguments`), if at all; erased since or not."""
    query = f"with {RELATED} select relation from related_once where case_id = $6"
    relation: str | None = await tx.fetchval(query, *relation_arguments(actor, moment, then=then), case_id)
    return relation


async def insert_visit(
    tx: Connection, author_id: UUID, case_id: UUID, command: RecordVisit, recorded_at: datetime, captured_at: datetime
) -> None:
    """A visit and, each in a table of its own, the person's words and the family's."""
    c = command
    try:
        await tx.execute(
            "insert into visit values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            *(c.visit_id, case_id, author_id, c.visited_at, recorded_at, captured_at, c.outcome, c.with_whom),
            c.next_promise.on,
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("visit_exists", "this visit id was recorded by another command") from None
    await tx.execute(
        "insert into visit_private values ($1, $2, $3, $4)",
        *(c.visit_id, c.person_words, c.memo, c.next_promise.note),
    )
    if c.family_words:
        await tx.execute("insert into visit_family_private values ($1, $2)", c.visit_id, c.family_words)


# As `is_shown` has it: a visit to the family alone, or on which only they are said to have spoken, and what a family's call
# agreed on, is the family's.
_SHOWN = """(s_.sees_family or not (outcome = 'family_only' or with_whom <> '{}' and with_whom <@ '{family}'
    or not 'person' = any(with_whom) and exists (select 1 from visit_family_private w where w.visit_id = visit.visit_id)))"""
# The team of today, its owner first.
_TEAM = """array(select m.staff_id from case_member m where m.case_id = c.case_id
       and ($4 at time zone 'Asia/Tokyo')::date between m.from_date and coalesce(m.until, 'infinity')
       and not exists (select 1 from case_kept_off k where k.case_id = m.case_id and k.staff_id = m.staff_id)
       order by m.staff_id <> c.owner_id, m.staff_id)"""
CARD = f"""
with {RELATED}
select c.case_id, c.opened_at, c.closed_at, c.owner_id, case when r.relation is null then '{{}}' else {_TEAM} end as team,
       s_.standings, r.relation, f.fetched_at, p.caller_kind, p.caller_relation,
       pp.person_name, pp.person_kana, s.rules, fp.caller_name, v.visited_at,
       case when n.visit_id is not null then n.next_promised_on
            when o.since is null and o.is_call_shown then (p.next_appointment_at at time zone 'Asia/Tokyo')::date
       end as next_promised_on,
       case when n.visit_id is not null then n.next_promise_note
            when o.since is null and o.is_call_shown then coalesce(hp.next_appointment_note, '') else ''
       end as next_promise_note
from case_file c join seen s_ using (case_id) left join related r using (case_id) join package_fetch f using (case_id)
left join handoff_package p using (case_id) left join handoff_package_private hp using (case_id)
left join handoff_package_family_private fp using (case_id)
left join person_private pp on pp.person_id = c.person_id
left join contact_safety s using (case_id)
left join lateral (
    select max(visited_at) as visited_at from visit where visit.case_id = c.case_id and {_SHOWN}) v on true
left join lateral (  -- what was promised before a closing was settled by it
    select case when c.closed_at is not null then 'infinity' else max(x.reopened_at) end as since,
           s_.sees_family or p.caller_kind = 'person' as is_call_shown
    from case_closing x where x.case_id = c.case_id) o on true
left join lateral (
    select visit_id, next_promised_on, next_promise_note from visit join visit_private using (visit_id)
    where visit.case_id = c.case_id and {_SHOWN} and (next_promised_on is not null or next_promise_note <> '')
    and (o.since is null or visit.recorded_at >= o.since)
    order by visited_at desc, visit_id desc limit 1) n on true
"""
MOST_CLOSED = 300


async def find_cases(tx: Connection, actor: Actor, now: datetime, *, closed: bool = False) -> Sequence[asyncpg.Record]:
    """Open cases of mine, of my unit as its lead, or opened to me by a basis; the next agreed contact first. Or the closed
    ones, at most `MOST_CLOSED`, the newest closing first."""
    order = f"c.closed_at desc limit {MOST_CLOSED}" if closed else "next_promised_on nulls last, c.opened_at desc"
    query = f"{CARD} where (c.closed_at is not null) = $6 order by {order}"
    return await tx.fetch(query, *relation_arguments(actor, now), closed)


async def find_contacts_due(tx: Connection, actor: Actor, now: datetime, until: date) -> Sequence[asyncpg.Record]:
    """Cases where I am on the team and a promise falls due up to `until`."""
    query = f"select * from ({CARD}) d where closed_at is null and relation = 'member' and next_promised_on <= $6"
    query += " order by next_promised_on"
    return await tx.fetch(query, *relation_arguments(actor, now), until)


_CASE = f"""
select c.*, s_.standings, r.relation, f.fetched_at, p.*, pe.residence, pp.*, hp.*, fp.caller_name,
 fp.caller_phone, fp.family_words, s.rules, s.confirmed_at, sp.safe_contact, sp.contact_note, c.case_id as case_id,
 (select max(x.reopened_at) from case_closing x where x.case_id = c.case_id) as reopened_at,
 {_TEAM} as team
 from case_file c join seen s_ using (case_id) left join related r using (case_id) join package_fetch f using (case_id)
 left join person pe on pe.person_id = c.person_id left join person_private pp on pp.person_id = c.person_id
 left join handoff_package p on p.case_id = c.case_id
 left join handoff_package_private hp on hp.case_id = c.case_id
 left join handoff_package_family_private fp on fp.case_id = c.case_id
 left join contact_safety s on s.case_id = c.case_id
 left join contact_safety_private sp on sp.case_id = c.case_id
"""


async def get_case(
    tx: Connection, actor: Actor, case_id: UUID, now: datetime, related: str = RELATED
) -> asyncpg.Record:
    """Everything of one case but its visits; NotFound when absent or not yours, Suspended when it is yours."""
    query = f"with {related} {_CASE} where c.case_id = $6"
    row: asyncpg.Record | None = await tx.fetchrow(query, *relation_arguments(actor, now), case_id)
    if row is not None:
        return row
    suspended = (  # asked whatever is not found, so that a stranger's answer takes the same
        f"with {related} select 1 from related_once r join suspension using (case_id) where r.case_id = $6"
        " and not exists (select 1 from erasure e where e.case_id = r.case_id)"
    )
    raise Suspended if await tx.fetchval(suspended, *relation_arguments(actor, now), case_id) else NotFound


async def find_held_cases(tx: Connection, actor: Actor, now: datetime) -> Sequence[asyncpg.Record]:
    """Everything but the visits of the open cases on whose team the actor is: what a device may take along."""
    query = f"with {RELATED} {_CASE} where r.relation = 'member' and c.closed_at is null order by c.case_id"
    return await tx.fetch(query, *relation_arguments(actor, now))


async def find_visits(
    tx: Connection, actor: Actor, case_ids: Sequence[UUID], now: datetime, related: str = RELATED
) -> Mapping[UUID, Sequence[asyncpg.Record]]:
    """The visits of cases the actor may see, newest first, by case; each with what was noted at it (訂正の付記), in its order."""
    found: dict[UUID, list[asyncpg.Record]] = {case_id: [] for case_id in case_ids}
    for row in await tx.fetch(
        f"with {related} select v.*, vp.person_words, vp.memo, vp.next_promise_note, vf.family_words,"
        " (select coalesce(jsonb_agg(jsonb_build_object('at', q.done_at, 'words', a.words) order by q.done_at, request_id), '[]')"
        "  from visit_amendment_private a join person_request q using (request_id) where a.visit_id = v.visit_id) as amendments"
        " from visit v join seen using (case_id) join visit_private vp using (visit_id)"
        " left join visit_family_private vf using (visit_id) where v.case_id = any($6::uuid[])"
        " order by v.visited_at desc, v.visit_id desc",
        *(*relation_arguments(actor, now), case_ids),
    ):
        found[row["case_id"]].append(row)
    return found


async def find_tokens(
    tx: Connection, actor: Actor, case_ids: Sequence[UUID], now: datetime, related: str = RELATED
) -> Mapping[UUID, tuple[Sequence[asyncpg.Record], Sequence[asyncpg.Record]]]:
    """By case: the tokens joined to it, and what came in with them, newest first."""
    found: dict[UUID, tuple[list[asyncpg.Record], list[asyncpg.Record]]] = {one: ([], []) for one in case_ids}
    for n, query in enumerate(
        (
            "select t.* from case_token t join related using (case_id) where t.case_id = any($6::uuid[])"
            " order by t.joined_at, t.participant_id",
            "select a.* from case_attendance a join related using (case_id) where a.case_id = any($6::uuid[])"
            " and a.kind <> 'left' order by a.at desc, a.attendance_id",
        )
    ):
        for row in await tx.fetch(f"with {related} {query}", *relation_arguments(actor, now), case_ids):
            found[row["case_id"]][n].append(row)
    return found
