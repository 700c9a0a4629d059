"""Every SQL statement of 相談受付. The relation is part of each statement; the acting person is a required argument."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.contracts.codes import HandoffKind, HandoffStatus
from services.contracts.intake import HandOff, OpenConsultation
from services.intake.domain.consultation import Derived
from services.intake.domain.handoff import Handoff
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
_NOT_WITHHELD = f"""{NOT_KEPT_OFF} and not exists (
    select 1 from suspension s where s.consultation_id = c.consultation_id)"""
# 訂正の付記 at the sheet `c`, in their order.
AMENDMENTS = """(select coalesce(jsonb_agg(jsonb_build_object('at', q.done_at, 'words', a.words)
    order by q.done_at, request_id), '[]') from sheet_amendment_told a join sheet_request q using (request_id)
    where a.consultation_id = c.consultation_id) as amendments"""
_ALL_KEPT_OFF = """(select coalesce(array_agg(distinct person), '{}') from handoff k, unnest(k.kept_off) person
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


def _found(row: asyncpg.Record | None) -> asyncpg.Record:
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
    return _found(row)


async def find_withheld(tx: Connection, actor: Actor, ids: Sequence[UUID]) -> Sequence[asyncpg.Record]:
    """`id`s among these that name a sheet, or a handoff of one: `consultation_id`, and whether its own words about that sheet
    are kept from the actor (`is_withheld`): its use is suspended, or they are kept off it."""
    return await tx.fetch(
        f"select asked.id, c.consultation_id, not ({_NOT_WITHHELD}) as is_withheld from unnest($1::uuid[]) asked (id)"
        " left join handoff h on h.handoff_id = asked.id"
        " join consultation c on c.consultation_id = coalesce(h.consultation_id, asked.id) limit $2",
        *(ids, len(ids), actor.id),
    )


async def find_kept_off(tx: Connection, actor: Actor, consultation_id: UUID) -> Sequence[UUID]:
    """Everybody kept off this consultation by any of its handoffs; two at once wait for each other until commit."""
    await lock(tx, consultation_id)
    kept_off: list[UUID] = await tx.fetchval(
        f"select {_ALL_KEPT_OFF} from consultation c where c.consultation_id = $1 and $2::uuid is not null",
        *(consultation_id, actor.id),
    )
    return kept_off


async def insert_handoff(
    tx: Connection, actor: Actor, handoff_id: UUID, command: HandOff, from_unit: str, moments: Any
) -> None:
    """A new open handoff with its package. `moments` are (handed_off_at, answer_due_at)."""
    c, appointment = command, command.next_appointment
    try:
        await tx.execute(
            "insert into handoff (handoff_id, consultation_id, kind, status, from_unit, to_unit, handed_off_by,"
            " handed_off_at, answer_due_at, person_knows, contact_rules, next_appointment_at, kept_off)"
            " values ($1, $2, $3, 'open', $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            *(handoff_id, c.consultation_id, c.kind, from_unit, c.to_unit, actor.id, *moments),
            *(c.person_knows, c.contact_rules, appointment.at, c.kept_off),
        )
    except asyncpg.UniqueViolationError as error:
        raise refusal_of(error) from None
    await tx.execute(
        "insert into handoff_told (handoff_id, promised, safe_contact, next_appointment_note) values ($1, $2, $3, $4)",
        *(handoff_id, c.promised, c.safe_contact, appointment.note),
    )


async def lock_handoff(tx: Connection, actor: Actor, handoff_id: UUID) -> Handoff:
    """The handoff between the actor's units, locked; NotFound when absent or not yours. All transitions pass here."""
    row = _found(
        await tx.fetchrow(
            f"select c.*, {_ALL_KEPT_OFF} as all_kept_off from handoff c where c.handoff_id = $1 and {NOT_KEPT_OFF}"
            " and (c.from_unit = any($2::text[]) or c.to_unit = any($4::text[])) for update of c",
            *(handoff_id, actor.units_as(*OWNING_ROLES), actor.id, actor.units_as(*ANSWERING_ROLES)),
        )
    )
    await refuse_withheld(tx, row["consultation_id"])
    return Handoff(
        row["handoff_id"],
        row["consultation_id"],
        HandoffKind(row["kind"]),
        HandoffStatus(row["status"]),
        row["from_unit"],
        row["to_unit"],
        row["handed_off_by"],
        row["handed_off_at"],
        tuple(row["all_kept_off"]),
        row["answered_by"],
    )


async def answer_handoff(
    tx: Connection, actor: Actor, handoff_id: UUID, status: HandoffStatus, now: datetime, **columns: object
) -> None:
    """Close an open handoff. The `status = 'open'` in the statement is the last guard of "exactly one wins"."""
    try:
        done = await tx.execute(
            "update handoff set status = $2, answered_by = $3, answered_at = $4, case_id = $5, return_reason = $6"
            " where handoff_id = $1 and status = 'open'",
            *(handoff_id, status, actor.id, now, columns.get("case_id"), columns.get("return_reason")),
        )
    except asyncpg.UniqueViolationError as error:
        raise refusal_of(error) from None
    assert done == "UPDATE 1"
    await tx.execute(
        "update handoff_told set return_note = $2, withdraw_note = $3 where handoff_id = $1",
        *(handoff_id, columns.get("return_note", ""), columns.get("withdraw_note", "")),
    )


# Parameters of every read: $1 own units, $2 receiving units, $3 the actor, $4 since when own answers are still shown.
_CARD = f"""
select h.*, t.promised, t.safe_contact, t.next_appointment_note, t.return_note, c.receipt_number, c.caller_kind,
       c.caller_relation, c.concerns, c.main_concern, c.urgency, ct.caller_name, ct.person_name, ct.person_kana
from handoff h join handoff_told t using (handoff_id)
join consultation c using (consultation_id) join consultation_told ct using (consultation_id)
where {_NOT_WITHHELD}
"""
_SENDS = "h.from_unit = any($1::text[])"
_RECEIVES = """(h.to_unit = any($2::text[])
    and (h.status = 'open' or (h.answered_by = $3::uuid and h.answered_at > $4::timestamptz)))"""


def _reader(actor: Actor, since: datetime) -> tuple[object, ...]:
    return actor.units_as(*OWNING_ROLES), actor.units_as(*ANSWERING_ROLES), actor.id, since


async def find_received(tx: Connection, actor: Actor, answered_since: datetime) -> Sequence[asyncpg.Record]:
    """届いたもの: open ones for my units, what must be done today first, and those I answered since. Only for who may
    accept or return."""
    return await tx.fetch(
        f"{_CARD} and {_RECEIVES} and $1::text[] is not null order by h.status = 'open' desc,"
        " c.urgency = 'today' desc nulls last, h.answer_due_at",
        *_reader(actor, answered_since),
    )


async def find_sent(tx: Connection, actor: Actor, sent_since: datetime) -> Sequence[asyncpg.Record]:
    """送ったもの: of my unit, open or sent since."""
    return await tx.fetch(
        f"{_CARD} and {_SENDS} and (h.status = 'open' or h.handed_off_at > $4) and $2::text[] is not null"
        " order by h.handed_off_at desc",
        *_reader(actor, sent_since),
    )


async def get_handoff(tx: Connection, actor: Actor, handoff_id: UUID, answered_since: datetime) -> asyncpg.Record:
    """One handoff of the sending unit, or of the receiving unit while it is open or lately answered by me."""
    row = await tx.fetchrow(
        f"{_CARD} and h.handoff_id = $5 and ({_SENDS} or {_RECEIVES})", *_reader(actor, answered_since), handoff_id
    )
    return _found(row)


async def find_handoffs_of(
    tx: Connection, actor: Actor, consultation_ids: Sequence[UUID], answered_since: datetime
) -> Sequence[asyncpg.Record]:
    """The handoffs of these consultations that the actor may see, newest first."""
    return await tx.fetch(
        f"{_CARD} and h.consultation_id = any($5::uuid[]) and ({_SENDS} or {_RECEIVES}) order by h.handed_off_at desc",
        *(*_reader(actor, answered_since), consultation_ids),
    )


async def find_consultations(tx: Connection, actor: Actor, limit: int) -> Sequence[asyncpg.Record]:
    """Sheets of one's own unit, newest first: the codes, and the caller's name for "anonymous or not"."""
    return await tx.fetch(
        "select c.*, t.caller_name from consultation c join consultation_told t using (consultation_id)"
        f" where c.unit_id = any($1::text[]) and {_NOT_WITHHELD} order by c.opened_at desc limit $2",
        *(actor.units_as(*OWNING_ROLES), limit, actor.id),
    )


async def get_consultation(tx: Connection, actor: Actor, consultation_id: UUID) -> asyncpg.Record:
    """A sheet of one's own unit, or of the receiving unit while a handoff is open."""
    row = await tx.fetchrow(
        f"select c.*, t.*, {AMENDMENTS} from consultation c join consultation_told t using (consultation_id)"
        f" where c.consultation_id = $4 and {_NOT_WITHHELD} and (c.unit_id = any($1::text[]) or exists ("
        " select 1 from handoff h where h.consultation_id = c.consultation_id and h.status = 'open'"
        " and h.to_unit = any($2::text[])))",
        *(actor.units_as(*OWNING_ROLES), actor.units_as(*ANSWERING_ROLES), actor.id, consultation_id),
    )
    return _found(row)


async def get_package(tx: Connection, handoff_id: UUID, event_id: UUID) -> asyncpg.Record:
    """The claim check: an accepted handoff whose HandoffAccepted event is named, unless it is erased. For coordination's
    service token."""
    row: asyncpg.Record | None = await tx.fetchrow(
        f"select c.*, t.*, h.*, ht.*, {AMENDMENTS} from handoff h join handoff_told ht using (handoff_id)"
        " join consultation c using (consultation_id) join consultation_told t using (consultation_id)"
        " where h.handoff_id = $1 and h.status = 'accepted' and exists (select 1 from outbox o"
        " where o.event_id = $2 and o.subject = $1 and o.type = 'banso.intake.HandoffAccepted.v1')",
        *(handoff_id, event_id),
    )
    if row is None:
        of_it = "select consultation_id from handoff where handoff_id = $1"
        await refuse_erased(tx, await tx.fetchval(of_it, handoff_id))
    return _found(row)


async def put_kept_off(tx: Connection, case_id: UUID, kept_off: Sequence[UUID]) -> None:
    """Who is kept off the case, and nobody else, is kept off its sheet. Whoever was let in again is let in by the answered
    handoffs that led there too; what another case says, or a handoff that still waits, stands."""
    await tx.execute(
        "with was as (select consultation_id, kept_off from handoff where case_id = $1)"
        " update handoff h set kept_off = case when h.case_id = $1 then $2::uuid[] else"
        " array(select one from unnest(h.kept_off) one where one <> all(was.kept_off) or one = any($2::uuid[])) end"
        " from was where h.consultation_id = was.consultation_id"
        " and (h.case_id = $1 or h.status in ('returned', 'withdrawn'))",
        *(case_id, list(kept_off)),
    )


async def put_suspension(tx: Connection, case_id: UUID, request_id: UUID, *, stands: bool) -> None:
    """Withhold what a case began from, or give it back when no other request suspends it. Again changes nothing."""
    query = "update handoff set suspensions = array_remove(suspensions, $2::uuid) || $3::uuid[] where case_id = $1"
    await tx.execute(query, case_id, request_id, [request_id] if stands else [])
