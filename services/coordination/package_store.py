"""SQL of what coordination does by itself: opening a case from an event, and storing the fetched package."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.contracts.codes import CallerKind
from services.contracts.intake import HandoffAccepted, HandoffPackage
from services.contracts.tokyo import tokyo_day
from services.kernel.db import Connection
from services.kernel.ids import derived_id


async def insert_case(
    tx: Connection, accepted: HandoffAccepted, opened_at: datetime, event_id: UUID, now: datetime
) -> None:
    """A case with its dated team, its kept-off list, and the request for its package."""
    a = accepted
    await tx.execute(
        "insert into case_file (case_id, handoff_id, consultation_id, from_unit, unit_id, owner_id, handed_off_by,"
        " opened_at, accepted_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $6)",
        *(
            a.case_id,
            a.handoff_id,
            a.consultation_id,
            a.from_unit,
            a.to_unit,
            a.accepted_by,
            a.handed_off_by,
            opened_at,
        ),
    )
    team = [a.accepted_by, *a.colleague_ids]
    await tx.executemany(
        "insert into case_member (case_id, staff_id, from_date) values ($1, $2, $3) on conflict do nothing",
        [(a.case_id, staff_id, tokyo_day(opened_at)) for staff_id in team],
    )
    await tx.executemany("insert into case_kept_off values ($1, $2)", [(a.case_id, staff) for staff in set(a.kept_off)])
    await tx.execute(  # of a case that is erased already, as after a restore, nothing is asked for
        "insert into package_fetch (case_id, handoff_id, event_id, asked_at, fetched_at) values ($1, $2, $3, $4,"
        " (select erased_at from erasure where case_id = $1))",
        *(a.case_id, a.handoff_id, event_id, now),
    )
    await tx.execute("select pg_notify('package_fetch', '')")


async def find_pending(tx: Connection) -> Sequence[asyncpg.Record]:
    """Packages not yet here: the least tried first, so that some that never come cannot keep others waiting."""
    return await tx.fetch("select * from package_fetch where fetched_at is null order by attempts, asked_at limit 50")


async def count_attempt(tx: Connection, case_id: UUID) -> None:
    """One more try."""
    await tx.execute("update package_fetch set attempts = attempts + 1 where case_id = $1", case_id)


async def store_package(tx: Connection, case_id: UUID, package: HandoffPackage, now: datetime) -> bool:
    """Store a package once; False when it was here already, or the case is erased. The caller's words go to the person's
    table or the family's."""
    await tx.execute(
        "select 1 from case_file where case_id = $1 for update", case_id
    )  # as every act on a case: it first
    taken = await tx.execute(
        "update package_fetch set fetched_at = $2 where case_id = $1 and fetched_at is null", case_id, now
    )
    if taken != "UPDATE 1":
        return False
    await _store_person(tx, case_id, package, now)
    await _store_contact_safety(tx, case_id, package)
    p, told = package, package.told
    await tx.execute(
        "insert into handoff_package values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *(case_id, p.receipt_number, p.opened_at, p.opened_by, p.caller_kind, p.caller_relation, p.channel, p.concerns),
        *(p.main_concern, p.is_hikikomori, p.urgency, p.person_knows, p.next_appointment.at),
    )
    is_own = p.caller_kind is CallerKind.PERSON
    await tx.execute(
        "insert into handoff_package_private values ($1, $2, $3, $4, $5)",
        *(case_id, p.promised, p.next_appointment.note, told.memo if is_own else ""),
        [one.model_dump(mode="json") for one in p.amendments],
    )
    await tx.execute(
        "insert into handoff_package_family_private values ($1, $2, $3, $4)",
        *(case_id, told.caller_name, told.caller_phone, "" if is_own else told.memo),
    )
    return True


async def _store_person(tx: Connection, case_id: UUID, package: HandoffPackage, now: datetime) -> None:
    person_id, told = derived_id(case_id, "person"), package.told
    await tx.execute("insert into person values ($1, $2, $3)", person_id, package.residence, now)
    await tx.execute(
        "insert into person_private values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        *(person_id, told.person_name, told.person_kana, told.birth.year, told.birth.month, told.birth.day),
        *(package.birth_year, package.birth_date, told.person_phone, told.person_address),
    )
    await tx.execute("update case_file set person_id = $2 where case_id = $1", case_id, person_id)


async def _store_contact_safety(tx: Connection, case_id: UUID, package: HandoffPackage) -> None:
    await tx.execute(
        "insert into contact_safety values ($1, $2, $3)", case_id, package.contact_rules, package.opened_at
    )
    await tx.execute(
        "insert into contact_safety_private values ($1, $2, $3)",
        *(case_id, package.safe_contact, package.told.contact_note),
    )
