"""The staff register: units, members, dated assignments. Speaks `banso.staff` through the outbox."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from gateway.sign_in import passwords
from services.contracts.codes import Role
from services.contracts.staff import StaffAssigned
from services.kernel.clock import utc_now
from services.kernel.commands import Work
from services.kernel.db import Connection
from services.kernel.ids import derived_id
from services.kernel.outbox import Cause
from services.kernel.token import service_actor


@dataclass(frozen=True)
class Member:
    """Somebody who works here."""

    staff_id: UUID
    login: str
    name: str


def same_login(typed: str) -> str:
    """職員ID as it is stored: full-width letters, capitals and spaces around it are the same login."""
    return unicodedata.normalize("NFKC", typed).strip().casefold()


async def register_unit(tx: Connection, unit_id: str, name: str, answered_by: str | None = None) -> None:
    """A unit; one of another agency has the unit that answers for it. Again is fine."""
    query = "insert into unit (unit_id, name, answered_by) values ($1, $2, $3) on conflict do nothing"
    await tx.execute(query, unit_id, name, answered_by)


async def register_member(tx: Connection, member: Member, password: str) -> None:
    """A member of staff with a password. Again changes nothing."""
    exists = await tx.fetchval("select 1 from staff where staff_id = $1", member.staff_id)
    if exists:
        return
    password_hash = await passwords.hash_of(password)
    await tx.execute("insert into staff values ($1, $2)", member.staff_id, same_login(member.login))
    await tx.execute("insert into staff_private values ($1, $2)", member.staff_id, member.name)
    await tx.execute("insert into credential_private values ($1, $2, $3)", member.staff_id, password_hash, utc_now())


async def assign(tx: Connection, staff_id: UUID, unit_id: str, role: Role, from_date: date) -> None:
    """A dated assignment, spoken as StaffAssigned in the same transaction. Again changes nothing."""
    assignment_id = derived_id(staff_id, unit_id, role, from_date)
    done = await tx.execute(
        "insert into assignment values ($1, $2, $3, $4, $5) on conflict do nothing",
        *(assignment_id, staff_id, unit_id, role, from_date),
    )
    if done == "INSERT 0 0":
        return
    work = Work(tx, utc_now(), service_actor("gateway"), Cause(assignment_id, assignment_id))
    event = StaffAssigned(
        assignment_id=assignment_id, staff_id=staff_id, unit_id=unit_id, role=role, from_date=from_date
    )
    await work.emit(staff_id, event)
