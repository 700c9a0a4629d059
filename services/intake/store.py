"""SQL of the consultations of 相談受付; of their handoffs: `handoff_store`.

The relation is part of each statement; the acting person is a required argument.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.intake import OpenConsultation
from services.intake.domain.consultation import Derived
from services.intake.domain.who_may import ANSWERING_ROLES, OWNING_ROLES
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor


@dataclass(frozen=True)
class Filed:
    """What the office adds to a sheet: its number, when it was committed, when the device wrote it."""

    receipt_number: str
    recorded_at: datetime
    captured_at: datetime


# Kept off by any handoff = kept off the whole consultation. `c` is the consultation (or a handoff of it), $3 the actor.
NOT_KEPT_OFF = """not exists (
    select 1 from handoff k where k.consultation_id = c.consultation_id and $3::uuid = any(k.kept_off))"""
# For whatever shows it: that its use is suspended keeps everybody off, but not from what the person asks for.
NOT_WITHHELD = f"""{NOT_KEPT_OFF} and not exists (
    select 1 from suspension s where s.consultation_id = c.consultation_id)"""
# 訂正の付記 at the sheet `c`, in their order.
AMENDMENTS = """(select coalesce(jsonb_agg(jsonb_build_object('at', q.done_at, 'words', a.words)
    order by q.done_at, request_id), '[]') from sheet_amendment_told a join sheet_request q using (request_id)
    where a.consultation_id = c.consultation_id) as amendments"""
ALL_KEPT_OFF = """(select coalesce(array_agg(distinct person), '{}') from handoff k, unnest(k.kept_off) person
    where k.consultation_id = c.consultation_id)"""
_CONSTRAINTS = {
    "consultation_pkey": "consultation_exists",
    "handoff_pkey": "handoff_exists",
    "one_open_lead_handoff": "handoff_already_open",
    "case_is_opened_once": "case_exists",
}


def refusal_of(error: asyncpg.UniqueViolationError) -> Refusal:
    """The one place where a constraint's name becomes a refusal."""
    code = _CONSTRAINTS.get(error.constraint_name or "")
    if code is None:
        raise error
    return Refusal(code, f"constraint {error.constraint_name}")


def found(row: asyncpg.Record | None) -> asyncpg.Record:
    if row is None:
        raise NotFound
    return row


async def refuse_erased(tx: Connection, consultation_id: UUID) -> None:
    """Nothing is written of an erased consultation any more, and nothing given out."""
    if await tx.fetchval("select exists (select 1 from erasure where consultation_id = $1)", consultation_id):
        raise Refusal("record_erased", "the words of this consultation were erased")


async def lock(tx: Connection, consultation_id: UUID) -> None:
    """One at a time: whatever decides, changes or erases a sheet."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", str(consultation_id))


async def refuse_withheld(tx: Connection, consultation_id: UUID) -> None:
    """As `refuse_erased`; and nothing is written to a sheet whose use is suspended, nor to a handoff of it. Lock it first."""
    await refuse_erased(tx, consultation_id)
    if await tx.fetchval("select exists (select 1 from suspension where consultation_id = $1)", consultation_id):
        raise Refusal("record_suspended", "the person had the use of this record stopped (98条)")


async def insert_consultation(
    tx: Connection, actor: Actor, consultation_id: UUID, command: OpenConsultation, derived: Derived, filed: Filed
) -> None:
    """The sheet and, in its own table, what was told."""
    c = command
    try:
        await tx.execute(
            "insert into consultation (consultation_id, receipt_number, unit_id, opened_by, opened_at, recorded_at,"
            " captured_at, caller_kind, caller_relation, channel, residence, person_knows, contact_rules, concerns,"
            " main_concern, heard_from, is_hikikomori, other_issues, urgency)"
            " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            *(consultation_id, filed.receipt_number, c.unit_id, actor.id, c.opened_at),
            *(filed.recorded_at, filed.captured_at, c.caller_kind),
            *(c.caller_relation, c.channel, c.residence, c.person_knows, c.contact_rules, derived.concerns),
            *(c.main_concern, c.heard_from, c.is_hikikomori, c.other_issues, c.urgency),
        )
    except asyncpg.UniqueViolationError as error:
        raise refusal_of(error) from None
    told, birth = c.told, c.told.birth
    await tx.execute(
        "insert into consultation_told values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        *(consultation_id, told.person_name, told.person_kana, birth.year, birth.month, birth.day),
        *(derived.birth_year, derived.birth_date, told.person_phone, told.caller_name, told.caller_phone),
        *(told.contact_note, told.memo, told.person_address),
    )


async def next_receipt_number(tx: Connection, office_mark: str, fiscal_year: int) -> int:
    """The next number of an office in a 年度. Holds that counter's lock until commit."""
    number: int = await tx.fetchval(
        "insert into receipt_counter as c values ($1, $2, 1) on conflict (office_mark, fiscal_year)"
        " do update set last_number = c.last_number + 1 returning last_number",
        *(office_mark, fiscal_year),
    )
    return number


async def get_own_consultation(tx: Connection, actor: Actor, consultation_id: UUID) -> asyncpg.Record:
    """The consultation of one's own unit, suspended or not (`refuse_withheld`); NotFound when absent or not yours."""
    row = await tx.fetchrow(
        f"select * from consultation c where c.consultation_id = $1 and c.unit_id = any($2::text[]) and {NOT_KEPT_OFF}",
        *(consultation_id, actor.units_as(*OWNING_ROLES), actor.id),
    )
    return found(row)


async def find_withheld(tx: Connection, actor: Actor, ids: Sequence[UUID]) -> Sequence[asyncpg.Record]:
    """`id`s among these that name a sheet, or a handoff of one: `consultation_id`, and whether its own words about that sheet
    are kept from the actor (`is_withheld`): its use is suspended, or they are kept off it."""
    return await tx.fetch(
        f"select asked.id, c.consultation_id, not ({NOT_WITHHELD}) as is_withheld from unnest($1::uuid[]) asked (id)"
        " left join handoff h on h.handoff_id = asked.id"
        " join consultation c on c.consultation_id = coalesce(h.consultation_id, asked.id) limit $2",
        *(ids, len(ids), actor.id),
    )


async def find_kept_off(tx: Connection, actor: Actor, consultation_id: UUID) -> Sequence[UUID]:
    """Everybody kept off this consultation by any of its handoffs; two at once wait for each other until commit."""
    await lock(tx, consultation_id)
    kept_off: list[UUID] = await tx.fetchval(
        f"select {ALL_KEPT_OFF} from consultation c where c.consultation_id = $1 and $2::uuid is not null",
        *(consultation_id, actor.id),
    )
    return kept_off


async def find_consultations(tx: Connection, actor: Actor, limit: int) -> Sequence[asyncpg.Record]:
    """Sheets of one's own unit, newest first: the codes, and the caller's name for "anonymous or not"."""
    return await tx.fetch(
        "select c.*, t.caller_name from consultation c join consultation_told t using (consultation_id)"
        f" where c.unit_id = any($1::text[]) and {NOT_WITHHELD} order by c.opened_at desc limit $2",
        *(actor.units_as(*OWNING_ROLES), limit, actor.id),
    )


async def get_consultation(tx: Connection, actor: Actor, consultation_id: UUID) -> asyncpg.Record:
    """A sheet of one's own unit, or of the receiving unit while a handoff is open."""
    row = await tx.fetchrow(
        f"select c.*, t.*, {AMENDMENTS} from consultation c join consultation_told t using (consultation_id)"
        f" where c.consultation_id = $4 and {NOT_WITHHELD} and (c.unit_id = any($1::text[]) or exists ("
        " select 1 from handoff h where h.consultation_id = c.consultation_id and h.status = 'open'"
        " and h.to_unit = any($2::text[])))",
        *(actor.units_as(*OWNING_ROLES), actor.units_as(*ANSWERING_ROLES), actor.id, consultation_id),
    )
    return found(row)
