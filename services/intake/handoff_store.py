"""SQL of the handoffs of 相談受付: the ledger between two desks, its packages, and who is kept off them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.contracts.codes import HandoffKind, HandoffStatus
from services.contracts.intake import HandOff
from services.intake.domain.handoff import Handoff
from services.intake.domain.who_may import ANSWERING_ROLES, OWNING_ROLES
from services.intake.store import (
    ALL_KEPT_OFF,
    AMENDMENTS,
    NOT_KEPT_OFF,
    NOT_WITHHELD,
    found,
    refusal_of,
    refuse_erased,
    refuse_withheld,
)
from services.kernel.db import Connection
from services.kernel.token import Actor


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
    row = found(
        await tx.fetchrow(
            f"select c.*, {ALL_KEPT_OFF} as all_kept_off from handoff c where c.handoff_id = $1 and {NOT_KEPT_OFF}"
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
where {NOT_WITHHELD}
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
    return found(row)


async def find_handoffs_of(
    tx: Connection, actor: Actor, consultation_ids: Sequence[UUID], answered_since: datetime
) -> Sequence[asyncpg.Record]:
    """The handoffs of these consultations that the actor may see, newest first."""
    return await tx.fetch(
        f"{_CARD} and h.consultation_id = any($5::uuid[]) and ({_SENDS} or {_RECEIVES}) order by h.handed_off_at desc",
        *(*_reader(actor, answered_since), consultation_ids),
    )


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
    return found(row)


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
