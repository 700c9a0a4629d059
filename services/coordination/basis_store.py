"""SQL of 共有の根拠 and of the team: what is given, pledged and ended, and who belongs to a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import BasisKind
from services.contracts.coordination import BasisEnded, ConsentWithdrawn, TeamChanged
from services.contracts.tokyo import tokyo_day
from services.coordination.domain.visit import CaseState
from services.coordination.store import RELATED, RELATED_TO_ANSWER, find_relation, refuse_withheld, relation_arguments
from services.kernel.clock import utc_now
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

_NOT_KEPT_OFF = "not exists (select 1 from case_kept_off k where k.case_id = c.case_id and k.staff_id = $1)"
_NOT_WITHHELD = "not exists (select 1 from withheld d where d.case_id = c.case_id)"


@dataclass(frozen=True)
class Basis:
    """A basis to be written: what it opens, to whom, from when until when."""

    basis_id: UUID
    case_id: UUID
    kind: BasisKind
    field_groups: Sequence[str]
    unit_ids: Sequence[str]
    from_at: datetime
    until: datetime
    reason: str
    item: str | None = None


async def insert(tx: Connection, actor: Actor, basis: Basis, now: datetime) -> None:
    """A basis and, in a table of its own, why."""
    b = basis
    try:
        await tx.execute(
            "insert into basis values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            *(b.basis_id, b.case_id, b.kind, b.field_groups, b.unit_ids, b.item, actor.id, now, b.from_at, b.until),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("basis_exists", "this basis id was recorded by another command") from None
    await tx.execute("insert into basis_private values ($1, $2)", b.basis_id, b.reason)


async def insert_members(tx: Connection, basis_id: UUID, members: Sequence[UUID]) -> None:
    """Who is called to a 支援会議."""
    rows = [(basis_id, staff_id) for staff_id in dict.fromkeys(members)]
    await tx.executemany("insert into conference_member (basis_id, staff_id) values ($1, $2)", rows)


async def pledge(tx: Connection, actor: Actor, case_id: UUID, basis_id: UUID, now: datetime) -> bool:
    """The member's own pledge; True when it is new. NotFound for whoever was not called, is kept off, or too late."""
    row = await tx.fetchrow(
        "select m.pledged_at from conference_member m join basis b using (basis_id) join case_file c using (case_id)"
        " where m.staff_id = $1 and m.basis_id = $2 and c.case_id = $3 and b.until > $4"
        f" and not exists (select 1 from basis_end e where e.basis_id = b.basis_id) and {_NOT_KEPT_OFF}"
        f" and {_NOT_WITHHELD} for update of m",
        *(actor.id, basis_id, case_id, now),
    )
    if row is None:
        raise NotFound
    await tx.execute(
        "update conference_member set pledged_at = coalesce(pledged_at, $3) where basis_id = $1 and staff_id = $2",
        *(basis_id, actor.id, now),
    )
    return row["pledged_at"] is None


async def lock_case_in_emergency(tx: Connection, actor: Actor, case_id: UUID, now: datetime) -> CaseState:
    """Any case, locked, for somebody who is not kept off it. A withheld one is absent to whoever has no relation to it."""
    row = await tx.fetchrow(
        f"with {RELATED} select c.unit_id, c.opened_at, c.closed_at from case_file c where c.case_id = $6 and {_NOT_KEPT_OFF}"
        f" and ({_NOT_WITHHELD} or exists (select 1 from related_once r where r.case_id = c.case_id)) for update of c",
        *(*relation_arguments(actor, now), case_id),
    )
    if row is None:
        raise NotFound
    try:  # withheld while this waited for the lock
        await refuse_withheld(tx, case_id)
    except Refusal:
        if await find_relation(tx, actor, case_id, now) is None:
            raise NotFound from None
        raise
    return CaseState(row["unit_id"], row["opened_at"], row["closed_at"])


async def find_by_number(tx: Connection, actor: Actor, receipt_number: str) -> UUID:
    """The case that the sheet of a 受付番号 became, for somebody who is not kept off it: of several one that is open, the newest.
    NotFound alike when there is none, and of a withheld one."""
    found: UUID | None = await tx.fetchval(
        "select c.case_id from handoff_package p join case_file c using (case_id) where p.receipt_number = $2"
        f" and {_NOT_KEPT_OFF} and {_NOT_WITHHELD} order by c.closed_at is not null, c.opened_at desc limit 1",
        *(actor.id, receipt_number),
    )
    if found is None:
        raise NotFound
    return found


async def end(tx: Connection, actor: Actor, case_id: UUID, basis_id: UUID, now: datetime) -> BasisKind | None:
    """End it now, by the team, the lead, or whoever used the emergency. Its kind, or nothing when it had ended before."""
    kind = await tx.fetchval(
        f"with {RELATED} select b.kind from basis b where b.case_id = $6 and b.basis_id = $7 and (exists ("
        "  select 1 from related_once r where r.case_id = b.case_id) or b.kind = 'emergency' and b.given_by = $1)",
        *(*relation_arguments(actor, now), case_id, basis_id),
    )
    if kind is None:
        raise NotFound
    done = await tx.execute("insert into basis_end values ($1, $2, $3) on conflict do nothing", basis_id, actor.id, now)
    return BasisKind(kind) if done == "INSERT 0 1" else None


async def end_again(tx: Connection, ended: ConsentWithdrawn | BasisEnded, at: datetime) -> bool:
    """After a restore (`infra/rebuild_bus.py`): ended as of `at`. False when the basis was lost too, or has ended.

    The event does not say who ended it: it is written down under the nil id."""
    done = await tx.execute(
        "insert into basis_end select basis_id, $3, $4 from basis where basis_id = $1 and case_id = $2 on conflict do nothing",
        *(ended.basis_id, ended.case_id, UUID(int=0), at),
    )
    return bool(done == "INSERT 0 1")


async def find_bases(
    tx: Connection, actor: Actor, case_id: UUID, now: datetime, related: str = RELATED
) -> Sequence[asyncpg.Record]:
    """Every basis a case ever had, the newest first, for its team and lead; NotFound for anybody else."""
    rows = await tx.fetch(
        f"with {related} select b.*, p.reason, e.ended_at, e.ended_by, r.relation,"
        " coalesce((select array_agg(m.staff_id order by m.staff_id) from conference_member m"
        "           where m.basis_id = b.basis_id), '{}') as members,"
        " coalesce((select array_agg(m.staff_id order by m.staff_id) from conference_member m"
        "           where m.basis_id = b.basis_id and m.pledged_at is not null), '{}') as pledged"
        " from related r left join basis b using (case_id) left join basis_private p using (basis_id)"
        " left join basis_end e using (basis_id) where r.case_id = $6 order by b.given_at desc, b.basis_id",
        *(*relation_arguments(actor, now), case_id),
    )
    if not rows:
        raise NotFound
    return rows


async def find_to_end(tx: Connection, actor: Actor, case_id: UUID, now: datetime) -> Sequence[asyncpg.Record]:
    """Of a case whose use is suspended: what is not over, so that it can be ended. To whom and until when, not what it opens
    nor why. For the team and the lead, one row without a basis when there is none; NotFound for anybody else."""
    rows = await tx.fetch(
        f"with {RELATED_TO_ANSWER} select r.relation, b.basis_id, b.kind, b.unit_ids, b.given_at, b.from_at, b.until,"
        " case when b.kind = 'emergency' then b.given_by end as given_by, null as item, '{}'::text[] as field_groups,"
        " '' as reason, null as ended_at, null as ended_by, '{}'::uuid[] as pledged,"
        " array(select m.staff_id from conference_member m where m.basis_id = b.basis_id order by 1) as members"
        " from related r left join basis b on b.case_id = r.case_id and b.until > $4"
        " and not exists (select 1 from basis_end e where e.basis_id = b.basis_id)"
        " where r.case_id = $6 order by b.given_at desc, b.basis_id",
        *(*relation_arguments(actor, now), case_id),
    )
    if not rows:
        raise NotFound
    return rows


async def find_withheld(tx: Connection, actor: Actor, ids: Sequence[UUID]) -> dict[UUID, bool]:
    """Of these ids those that are cases, and whether its own words about each are kept from the actor: the case is withheld
    from everybody, or they are kept off it. That they are no member any more keeps nothing of their own from them."""
    rows = await tx.fetch(
        "select c.case_id, exists (select 1 from withheld w where w.case_id = c.case_id)"
        f" or not {_NOT_KEPT_OFF} as is_withheld from case_file c where c.case_id = any($2::uuid[])",
        *(actor.id, ids),
    )
    return {row["case_id"]: row["is_withheld"] for row in rows}


async def find_kept_off(tx: Connection, case_id: UUID) -> list[UUID]:
    """Who is kept off a case. Ask `find_bases` first, or hold the case's lock."""
    rows = await tx.fetch("select staff_id from case_kept_off where case_id = $1 order by staff_id", case_id)
    return [row["staff_id"] for row in rows]


async def find_conferences(tx: Connection, actor: Actor, now: datetime) -> Sequence[asyncpg.Record]:
    """The 支援会議 I am called to and that are not over: ids and times, nothing of the person."""
    return await tx.fetch(
        "select b.basis_id, b.case_id, b.from_at, b.until, m.pledged_at from conference_member m"
        " join basis b using (basis_id) join case_file c using (case_id) where m.staff_id = $1 and b.until > $2"
        f" and not exists (select 1 from basis_end e where e.basis_id = b.basis_id) and {_NOT_KEPT_OFF}"
        f" and {_NOT_WITHHELD} order by b.from_at, b.basis_id",
        *(actor.id, now),
    )


async def change_team(
    tx: Connection, case_id: UUID, join: Sequence[UUID], leave: Sequence[UUID], owner_id: UUID | None, now: datetime
) -> None:
    """Dated: whoever joins is on it from today, whoever leaves until this moment: of today's, what came before is theirs."""
    day = tokyo_day(now)
    await tx.execute(
        "update case_member set until = $3::date - 1, left_at = $4 where case_id = $1 and staff_id = any($2::uuid[])"
        " and (until is null or until >= $3)",
        *(case_id, leave, day, now),
    )
    await tx.execute(
        "insert into case_member (case_id, staff_id, from_date) select $1, s, $3 from unnest($2::uuid[]) s"
        " where not exists (select 1 from case_member m where m.case_id = $1 and m.staff_id = s"
        "                   and m.from_date <= $3 and (m.until is null or m.until >= $3))"
        " on conflict (case_id, staff_id, from_date) do update set until = null, left_at = null",
        *(case_id, join, day),
    )
    if owner_id is not None:
        await tx.execute("update case_file set owner_id = $2 where case_id = $1", case_id, owner_id)


async def keep_off(tx: Connection, case_id: UUID, staff_id: UUID) -> None:
    """Again changes nothing."""
    await tx.execute("insert into case_kept_off values ($1, $2) on conflict do nothing", case_id, staff_id)


async def keep_off_again(tx: Connection, changed: TeamChanged, _: datetime) -> TeamChanged | bool:
    """After a restore (`infra/rebuild_bus.py`): whoever was kept off since the backup is kept off again, and also whoever was
    let in again later. The team as it is now is what is to be said; False when nothing changed."""
    done = await tx.execute(
        "insert into case_kept_off select c.case_id, s from case_file c cross join unnest($2::uuid[]) s"
        " where c.case_id = $1 on conflict do nothing",
        *(changed.case_id, changed.kept_off or []),
    )
    if done == "INSERT 0 0":
        return False
    owner_id, team = await get_team(tx, changed.case_id, tokyo_day(utc_now()))
    now = {"owner_id": owner_id, "team": team, "kept_off": await find_kept_off(tx, changed.case_id)}
    return changed.model_copy(update=now)


async def let_in(tx: Connection, case_id: UUID, staff_id: UUID) -> None:
    """Again changes nothing."""
    await tx.execute("delete from case_kept_off where case_id = $1 and staff_id = $2", case_id, staff_id)


async def get_team(tx: Connection, case_id: UUID, day: date) -> tuple[UUID, list[UUID]]:
    """(owner, the team of that day without whoever is kept off, owner first)."""
    row = await tx.fetchrow(
        "select c.owner_id, array(select m.staff_id from case_member m where m.case_id = c.case_id and m.from_date <= $2"
        " and (m.until is null or m.until >= $2) and not exists (select 1 from case_kept_off k"
        "  where k.case_id = c.case_id and k.staff_id = m.staff_id)"
        " order by m.staff_id <> c.owner_id, m.staff_id) as team from case_file c where c.case_id = $1",
        *(case_id, day),
    )
    assert row is not None, "lock the case first"
    return row["owner_id"], row["team"]
