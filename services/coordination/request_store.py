"""SQL of 本人からの請求: received, decided, and where each stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import HeldKind, RequestKind, Role
from services.contracts.person_request import (
    DecidePersonRequest,
    LiftSuspension,
    OpenPersonRequest,
    PersonRequestDecided,
    VisitAmendment,
)
from services.contracts.tokyo import tokyo_day
from services.coordination.domain.person_request import Request
from services.coordination.store import RELATED, refuse_erased, relation_arguments
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

# $1 actor, $2 units the actor manages: the cases they answer for, erased or not.
ANSWERED_FOR = """
case_file c where c.unit_id = any($2::text[])
and not exists (select 1 from case_kept_off k where k.case_id = c.case_id and k.staff_id = $1)
"""


async def insert(tx: Connection, actor: Actor, case_id: UUID, command: OpenPersonRequest, now: datetime) -> None:
    """A request and, in a table of its own, what was asked."""
    c = command
    try:
        await tx.execute(
            "insert into person_request (request_id, case_id, kind, opened_by, opened_at) values ($1, $2, $3, $4, $5)",
            *(c.request_id, case_id, c.kind, actor.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("request_exists", "this request id was recorded by another command") from None
    await tx.execute("insert into person_request_private (request_id, asked) values ($1, $2)", c.request_id, c.asked)


async def lock(tx: Connection, actor: Actor, case_id: UUID, request_id: UUID) -> Request:
    """A request behind its locked case, for a manager of the case's unit; else NotFound."""
    case = await tx.fetchrow(
        f"select c.unit_id, c.consultation_id, c.closed_at from {ANSWERED_FOR} and c.case_id = $3 for update of c",
        *(actor.id, actor.units_as(Role.MANAGER), case_id),
    )
    row = await tx.fetchrow(
        "select * from person_request where request_id = $1 and case_id = $2 for update", request_id, case_id
    )
    if case is None or row is None:
        raise NotFound
    await refuse_erased(tx, case_id)
    return Request(
        request_id,
        RequestKind(row["kind"]),
        row["opened_by"],
        row["decision"] is not None,
        case["unit_id"],
        case["consultation_id"],
        case["closed_at"],
    )


async def decide(tx: Connection, actor: Actor, command: DecidePersonRequest, now: datetime) -> None:
    """Write the decision beside the request."""
    c = command
    await tx.execute(
        "update person_request set decision = $2, decided_by = $3, decided_at = $4 where request_id = $1",
        *(c.request_id, c.decision, actor.id, now),
    )
    await tx.execute("update person_request_private set decision_note = $2 where request_id = $1", c.request_id, c.note)


async def suspend_again(tx: Connection, decided: PersonRequestDecided, at: datetime) -> bool:
    """After a restore (`infra/rebuild_bus.py`): a 利用停止 approved since the backup stands again, without its note.
    False when it was none, when its request was lost too, or stands decided."""
    done = await tx.execute(
        "update person_request set decision = $2, decided_by = $3, decided_at = $4 where request_id = $1"
        " and kind = 'suspension' and decision is null and $2 = 'approve'",
        *(decided.request_id, decided.decision, decided.decided_by, at),
    )
    return bool(done == "UPDATE 1")


async def lift(tx: Connection, actor: Actor, command: LiftSuspension, now: datetime) -> None:
    """The record is used again, from now on. Only what is in force ends; `lock` it first."""
    done = await tx.execute(
        "update person_request set done_at = $2, lifted_by = $3 where request_id = $1 and kind = 'suspension'"
        " and decision = 'approve' and done_at is null",
        *(command.request_id, now, actor.id),
    )
    if done != "UPDATE 1":
        raise Refusal("suspension_not_in_force", "no approved suspension stands under this id")
    await tx.execute(
        "update person_request_private set lift_note = $2 where request_id = $1", command.request_id, command.reason
    )


async def correct(
    tx: Connection, case_id: UUID, request_id: UUID, columns: Mapping[str, object], now: datetime
) -> None:
    """Replace what is held of the person, once, by an approved request that this ends. Nothing of the old is kept."""
    done = await tx.execute(
        "update person_request set done_at = $3 where request_id = $1 and case_id = $2 and kind = 'correction'"
        " and decision = 'approve' and done_at is null",
        *(request_id, case_id, now),
    )
    if done != "UPDATE 1":
        raise Refusal("request_not_approved", "no approved correction waits to be made under this id")
    if not columns:
        return
    replaced = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
    done = await tx.execute(
        f"update person_private p set {replaced} from case_file c where c.case_id = $1 and p.person_id = c.person_id",
        *(case_id, *columns.values()),
    )
    if done != "UPDATE 1":
        raise Refusal("request_not_approved", "the person of this case is not known yet")


async def amend(tx: Connection, case_id: UUID, request_id: UUID, amendment: VisitAmendment) -> None:
    """Note it at a visit of this case, once and for good; NotFound when it is none. `correct` first: that ends the request."""
    done = await tx.execute(
        "insert into visit_amendment_private select $1, visit_id, $4 from visit where visit_id = $2 and case_id = $3",
        *(request_id, amendment.visit_id, case_id, amendment.words),
    )
    if done != "INSERT 0 1":
        raise NotFound


async def find(tx: Connection, actor: Actor, now: datetime) -> Sequence[asyncpg.Record]:
    """The requests of the cases I am related to; of an erased case only its unit's manager hears. What waits comes first.

    `owed`: who holds words still."""
    return await tx.fetch(
        f"with {RELATED} select q.*, qp.asked, qp.decision_note, qp.lift_note, c.unit_id, e.erased_at, r.relation,"
        " c.unit_id = any($2::text[]) as is_managed,"
        " exists (select 1 from suspension s where s.case_id = q.case_id) as is_suspended,"
        " hp.receipt_number, hp.caller_kind, hp.caller_relation,"
        " hf.caller_name, pp.person_name, pp.person_kana,"
        " array(select h from unnest(e.holders) h where not exists (select 1 from erasure_done d"
        "       where d.request_id = e.request_id and d.holder = h)) as owed"
        " from person_request q join case_file c using (case_id) join related_once r using (case_id)"
        " left join person_request_private qp using (request_id) left join erasure e using (case_id)"
        " left join handoff_package hp using (case_id) left join handoff_package_family_private hf using (case_id)"
        " left join person_private pp on pp.person_id = c.person_id"
        " where e.case_id is null or c.unit_id = any($2::text[])"
        " order by (q.decision is null and e.case_id is null) desc, q.opened_at desc, q.request_id limit 300",
        *relation_arguments(actor, now),
    )


async def find_of_case(tx: Connection, actor: Actor, case_id: UUID) -> Sequence[asyncpg.Record]:
    """What was asked about one case and how it was answered, the newest first, for a manager of the case's unit."""
    return await tx.fetch(
        "select q.*, p.asked, p.decision_note, p.lift_note, null::timestamptz as erased_at from person_request q"
        f" join person_request_private p using (request_id) where exists (select 1 from {ANSWERED_FOR}"
        " and c.case_id = q.case_id and c.case_id = $3) order by q.opened_at desc, q.request_id",
        *(actor.id, actor.units_as(Role.MANAGER), case_id),
    )


# Kind -> the rows of one case ($3) that hold words or a link, with the Tokyo day of each.
_DAY = "(({}) at time zone 'Asia/Tokyo')::date"
_HELD = {
    HeldKind.PERSON: f"select {_DAY.format('p.created_at')} from case_file c join person p using (person_id)"
    " join person_private using (person_id) where c.case_id = $3",
    HeldKind.CONTACT_SAFETY: f"select {_DAY.format('s.confirmed_at')} from contact_safety s"
    " join contact_safety_private using (case_id) where s.case_id = $3",
    HeldKind.PACKAGE: f"select {_DAY.format('p.told_at')} from handoff_package p"
    " join handoff_package_private using (case_id) where p.case_id = $3",
    HeldKind.VISIT: f"select {_DAY.format('v.visited_at')} from visit v join visit_private using (visit_id)"
    " where v.case_id = $3",
    HeldKind.FAMILY_WORDS: f"select {_DAY.format('v.visited_at')} from visit v"
    f" join visit_family_private using (visit_id) where v.case_id = $3 union all select {_DAY.format('p.told_at')}"
    " from handoff_package p join handoff_package_family_private using (case_id) where p.case_id = $3",
    HeldKind.QUARANTINE: f"select {_DAY.format('q.visited_at')} from quarantine q"
    " join quarantine_private using (quarantine_id) where q.case_id = $3",
    HeldKind.BASIS: f"select {_DAY.format('b.given_at')} from basis b join basis_private using (basis_id)"
    " where b.case_id = $3",
    HeldKind.LINK: f"select {_DAY.format('t.joined_at')} from case_token t where t.case_id = $3",
    HeldKind.ATTENDANCE: f"select {_DAY.format('a.at')} from case_attendance a where a.case_id = $3",
    HeldKind.DRAFT: f"select {_DAY.format('d.saved_at')} from draft_private d where d.finished_at is null"
    " and d.body ->> 'caseId' = $3::text",
    HeldKind.ACCESS_REVIEW: f"select {_DAY.format('r.reviewed_at')} from access_review r"
    " join access_review_private using (access_id, case_id) where r.case_id = $3",
    HeldKind.CLOSING: f"select {_DAY.format('x.closed_at')} from case_closing x"
    " join case_closing_private using (closing_id) where x.case_id = $3",
    HeldKind.REQUEST: f"select {_DAY.format('q.opened_at')} from person_request q"
    " join person_request_private using (request_id) where q.case_id = $3",
}


async def find_holdings(tx: Connection, actor: Actor, case_id: UUID) -> Sequence[asyncpg.Record]:
    """Kinds, how many, the oldest and the newest day; for a manager of the case's unit, erased or not. Else NotFound."""
    who = (actor.id, actor.units_as(Role.MANAGER), case_id)
    if not await tx.fetchval(f"select exists (select 1 from {ANSWERED_FOR} and c.case_id = $3)", *who):
        raise NotFound
    rows: list[asyncpg.Record] = []
    for kind, held in _HELD.items():
        counted = (
            f"select $1::text as kind, count(*) as count, min(day) as oldest, max(day) as newest from ({held}) h (day)"
        )
        rows += await tx.fetch(counted.replace("$3", "$2::uuid"), kind, case_id)
    return [row for row in rows if row["count"]]


async def find_kept_long_enough(tx: Connection, actor: Actor, now: datetime, years: int) -> Sequence[asyncpg.Record]:
    """Closed cases of the units I manage whose 保存期間 is over and of which no request to erase waits; the oldest first."""
    return await tx.fetch(
        "select c.case_id, c.closed_at, hp.receipt_number, hp.caller_kind, hp.caller_relation, hf.caller_name,"
        f" pp.person_name, pp.person_kana from (select c.* from {ANSWERED_FOR}) c"
        " left join handoff_package hp using (case_id) left join handoff_package_family_private hf using (case_id)"
        " left join person_private pp using (person_id)"
        " where (c.closed_at at time zone 'Asia/Tokyo')::date <= ($3::date - make_interval(years => $4))::date"
        " and not exists (select 1 from erasure e where e.case_id = c.case_id)"
        " and not exists (select 1 from person_request q where q.case_id = c.case_id and q.decision is null"
        "                 and q.kind in ('erasure', 'retention')) order by c.closed_at, c.case_id limit 300",
        *(actor.id, actor.units_as(Role.MANAGER), tokyo_day(now), years),
    )


async def is_known_to_person(tx: Connection, case_id: UUID) -> bool:
    """Whether the person knows of the case: they called, it came so with the handoff, they were met, or they consented. Until
    then no paper of it is theirs: it would say that there is one (81条). Authorise first."""
    found: bool = await tx.fetchval(
        "select exists (select 1 from handoff_package where case_id = $1 and (caller_kind = 'person' or person_knows = 'knows'))"
        " or exists (select 1 from visit where case_id = $1 and ('person' = any(with_whom)"
        "            or with_whom = '{}' and outcome in ('met', 'voice_only', 'through_door')))"
        " or exists (select 1 from basis where case_id = $1 and kind = 'consent')",
        case_id,
    )
    return found


async def find_disclosable(tx: Connection, actor: Actor, case_id: UUID) -> bool:
    """Whether a manager of the case's unit answers a 開示請求 about it: one that waits, or was approved."""
    found: bool = await tx.fetchval(
        f"select exists (select 1 from {ANSWERED_FOR} and c.case_id = $3 and exists (select 1 from person_request q"
        " where q.case_id = c.case_id and q.kind = 'disclosure' and q.decision is distinct from 'decline'))",
        *(actor.id, actor.units_as(Role.MANAGER), case_id),
    )
    return found
