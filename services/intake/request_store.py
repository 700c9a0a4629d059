"""SQL of 本人からの請求 about a sheet: received, decided, made, and which sheets have been kept long enough."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import RequestKind, Role
from services.contracts.person_request import DecidePersonRequest, LiftSuspension, OpenPersonRequest
from services.contracts.sheet_request import SheetRequestDecided
from services.contracts.tokyo import tokyo_day
from services.intake.domain.sheet_request import Sheet
from services.intake.domain.who_may import OWNING_ROLES
from services.intake.store import AMENDMENTS, NOT_KEPT_OFF, lock, refuse_erased
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor
from services.person_request import Request

_LAST_AT = (
    "greatest(c.opened_at, (select max(h.answered_at) from handoff h where h.consultation_id = c.consultation_id))"
)
_WAITS = "exists (select 1 from handoff h where h.consultation_id = c.consultation_id and h.status = 'open')"
_BECAME_CASE = """exists (select 1 from handoff h where h.consultation_id = c.consultation_id and h.kind = 'lead'
    and h.case_id is not null)"""


async def lock_sheet(tx: Connection, actor: Actor, consultation_id: UUID, *roles: str) -> Sheet:
    """A sheet of a unit where the actor has one of the roles (default: its staff), locked with its handoffs; NotFound when
    absent or not theirs."""
    await lock(tx, consultation_id)
    await tx.execute("select 1 from handoff where consultation_id = $1 for update", consultation_id)
    row = await tx.fetchrow(
        f"select c.unit_id, {_LAST_AT}, {_WAITS}, {_BECAME_CASE} from consultation c"
        f" where c.consultation_id = $1 and c.unit_id = any($2::text[]) and {NOT_KEPT_OFF}",
        *(consultation_id, actor.units_as(*(roles or OWNING_ROLES)), actor.id),
    )
    if row is None:
        raise NotFound
    await refuse_erased(tx, consultation_id)
    return Sheet(*row)


async def insert(
    tx: Connection, actor: Actor, consultation_id: UUID, command: OpenPersonRequest, now: datetime
) -> None:
    """A request and, in a table of its own, what was asked."""
    c = command
    try:
        await tx.execute(
            "insert into sheet_request (request_id, consultation_id, kind, opened_by, opened_at) values ($1, $2, $3, $4, $5)",
            *(c.request_id, consultation_id, c.kind, actor.id, now),
        )
    except asyncpg.UniqueViolationError:
        raise Refusal("request_exists", "this request id was recorded by another command") from None
    await tx.execute("insert into sheet_request_told (request_id, asked) values ($1, $2)", c.request_id, c.asked)


async def get(tx: Connection, consultation_id: UUID, request_id: UUID) -> Request:
    """A request about a sheet that is locked; else NotFound."""
    row = await tx.fetchrow(
        "select kind, opened_by, decision is not null as is_decided from sheet_request"
        " where request_id = $1 and consultation_id = $2",
        *(request_id, consultation_id),
    )
    if row is None:
        raise NotFound
    return Request(request_id, RequestKind(row["kind"]), row["opened_by"], row["is_decided"])


async def decide(tx: Connection, actor: Actor, command: DecidePersonRequest, now: datetime) -> None:
    """Write the decision beside the request."""
    c = command
    await tx.execute(
        "update sheet_request set decision = $2, decided_by = $3, decided_at = $4 where request_id = $1",
        *(c.request_id, c.decision, actor.id, now),
    )
    await tx.execute("update sheet_request_told set decision_note = $2 where request_id = $1", c.request_id, c.note)


async def suspend_again(tx: Connection, decided: SheetRequestDecided, at: datetime) -> bool:
    """After a restore (`infra/rebuild_bus.py`): a 利用停止 approved since the backup stands again, without its note.
    False when it was none, or when its request was lost too, or stands decided."""
    done = await tx.execute(
        "update sheet_request set decision = $2, decided_by = $3, decided_at = $4 where request_id = $1"
        " and kind = 'suspension' and decision is null and $2 = 'approve'",
        *(decided.request_id, decided.decision, decided.decided_by, at),
    )
    return bool(done == "UPDATE 1")


async def lift(tx: Connection, actor: Actor, command: LiftSuspension, now: datetime) -> None:
    """The sheet is used again, from now on. Only what is in force ends; lock the sheet first."""
    done = await tx.execute(
        "update sheet_request set done_at = $2, lifted_by = $3 where request_id = $1 and kind = 'suspension'"
        " and decision = 'approve' and done_at is null",
        *(command.request_id, now, actor.id),
    )
    if done != "UPDATE 1":
        raise Refusal("suspension_not_in_force", "no approved suspension stands under this id")
    await tx.execute(
        "update sheet_request_told set lift_note = $2 where request_id = $1", command.request_id, command.reason
    )


async def correct(
    tx: Connection, consultation_id: UUID, request_id: UUID, columns: Mapping[str, object], now: datetime
) -> None:
    """Replace what is held of the person, once, by an approved request that this ends. Nothing of the old is kept."""
    done = await tx.execute(
        "update sheet_request set done_at = $3 where request_id = $1 and consultation_id = $2 and kind = 'correction'"
        " and decision = 'approve' and done_at is null",
        *(request_id, consultation_id, now),
    )
    if done != "UPDATE 1":
        raise Refusal("request_not_approved", "no approved correction waits to be made under this id")
    if not columns:
        return
    replaced = ", ".join(f"{name} = ${n}" for n, name in enumerate(columns, start=2))
    await tx.execute(
        f"update consultation_told set {replaced} where consultation_id = $1", consultation_id, *columns.values()
    )


async def amend(tx: Connection, consultation_id: UUID, request_id: UUID, words: str) -> None:
    """Note it at the sheet, once and for good. `correct` first: that ends the request."""
    await tx.execute("insert into sheet_amendment_told values ($1, $2, $3)", request_id, consultation_id, words)


# $1 units of the actor's own, $2 units they manage, $3 the actor.
def _who(actor: Actor) -> tuple[object, ...]:
    return actor.units_as(*OWNING_ROLES), actor.units_as(Role.MANAGER), actor.id


async def find(tx: Connection, actor: Actor) -> Sequence[asyncpg.Record]:
    """The requests about the sheets of one's own units; of an erased sheet only its unit's manager hears. What waits comes
    first. Nobody but this service held words: nothing is owed."""
    return await tx.fetch(
        "select q.*, qt.asked, qt.decision_note, qt.lift_note, c.receipt_number, c.caller_kind, c.caller_relation,"
        " t.caller_name, t.person_name, t.person_kana, e.erased_at, '{}'::text[] as owed,"
        " c.unit_id = any($2::text[]) as is_managed,"
        " exists (select 1 from suspension s where s.consultation_id = q.consultation_id) as is_suspended"
        " from sheet_request q join consultation c using (consultation_id)"
        " left join sheet_request_told qt using (request_id) left join consultation_told t using (consultation_id)"
        " left join lateral (select min(erased_at) as erased_at from erasure where consultation_id = c.consultation_id) e on true"
        f" where c.unit_id = any($1::text[]) and {NOT_KEPT_OFF} and (e.erased_at is null or c.unit_id = any($2))"
        " order by (q.decision is null and e.erased_at is null) desc, q.opened_at desc, q.request_id limit 300",
        *_who(actor),
    )


async def get_managed(tx: Connection, actor: Actor, consultation_id: UUID) -> None:
    """NotFound unless the sheet, erased or not, is one of a unit the actor manages."""
    found = await tx.fetchval(
        "select exists (select 1 from consultation c where c.consultation_id = $1 and c.unit_id = any($2::text[])"
        f" and {NOT_KEPT_OFF})",
        *(consultation_id, actor.units_as(Role.MANAGER), actor.id),
    )
    if not found:
        raise NotFound


async def find_kept_long_enough(tx: Connection, actor: Actor, now: datetime, years: int) -> Sequence[asyncpg.Record]:
    """Sheets of the units I manage that never became a case, of which nothing waits, and whose 保存期間 is over since anything
    happened last; the oldest first."""
    return await tx.fetch(
        "select c.consultation_id, last_at, c.receipt_number, c.caller_kind, c.caller_relation, t.caller_name, t.person_name,"
        f" t.person_kana from (select c.*, {_LAST_AT} as last_at from consultation c where c.unit_id = any($2::text[])"
        f" and $1::text[] is not null and {NOT_KEPT_OFF} and not {_WAITS} and not {_BECAME_CASE}) c"
        " join consultation_told t using (consultation_id)"
        " where (last_at at time zone 'Asia/Tokyo')::date <= ($4::date - make_interval(years => $5))::date"
        " and not exists (select 1 from sheet_request q where q.consultation_id = c.consultation_id and q.decision is null"
        "                 and q.kind in ('erasure', 'retention')) order by last_at, c.consultation_id limit 300",
        *(*_who(actor), tokyo_day(now), years),
    )


async def get_disclosable(
    tx: Connection, actor: Actor, consultation_id: UUID
) -> tuple[asyncpg.Record, Sequence[asyncpg.Record]]:
    """(sheet, its handoffs), for a manager of its unit while a 開示請求 about it waits or was approved; else NotFound."""
    row = await tx.fetchrow(
        f"select c.*, t.*, {AMENDMENTS} from consultation c join consultation_told t using (consultation_id)"
        f" where c.consultation_id = $1 and c.unit_id = any($2::text[]) and {NOT_KEPT_OFF} and exists (select 1"
        " from sheet_request q where q.consultation_id = c.consultation_id and q.kind = 'disclosure'"
        " and q.decision is distinct from 'decline')",
        *(consultation_id, actor.units_as(Role.MANAGER), actor.id),
    )
    if row is None:
        raise NotFound
    return row, await tx.fetch(
        "select * from handoff join handoff_told using (handoff_id) where consultation_id = $1 order by handed_off_at",
        consultation_id,
    )


async def find_of_sheet(tx: Connection, actor: Actor, consultation_id: UUID) -> Sequence[asyncpg.Record]:
    """What was asked about one sheet and how it was answered, the newest first, for a manager of its unit."""
    return await tx.fetch(
        "select q.*, t.asked, t.decision_note, t.lift_note, null::timestamptz as erased_at from sheet_request q"
        " join sheet_request_told t using (request_id) join consultation c using (consultation_id)"
        f" where c.consultation_id = $1 and c.unit_id = any($2::text[]) and {NOT_KEPT_OFF}"
        " order by q.opened_at desc, q.request_id",
        *(consultation_id, actor.units_as(Role.MANAGER), actor.id),
    )
