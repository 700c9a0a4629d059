"""The GraphQL types of 職員と担当."""

import strawberry

from gateway.graphql.types import CaseCard, Date, DateTime, Staff, Unit


@strawberry.type
class StaffUnit:
    """`is_mine`: whoever asks looks after its accounts today. `audits`: an auditor may begin there. `is_agency`: of another
    agency, whose people are partners and nothing else."""

    unit: Unit
    closed_on: Date | None
    successor: Unit | None
    is_mine: bool
    audits: bool
    is_agency: bool


@strawberry.type
class StaffAssignment:
    id: strawberry.ID
    staff: Staff
    unit: Unit
    role: str
    from_date: Date
    until: Date | None


@strawberry.type
class StaffMember:
    """Somebody on the register, whether assigned or not. `is_mine`: longest in a unit of whoever asks, who gives them a
    set-up code; of nobody else is there a `home_street`."""

    staff: Staff
    login: str
    is_mine: bool
    home_street: str


@strawberry.type
class StaffChangeLine:
    """What one act changed in a unit: `kind` is opens, closes (on `from_date`, for its `successor`), begins or ends."""

    kind: str
    unit: Unit
    successor: Unit | None
    staff: Staff | None
    role: str | None
    from_date: Date | None
    until: Date | None


@strawberry.type
class StaffChange:
    """One act of a manager, and of what it changed the lines of the units that whoever asks manages."""

    id: strawberry.ID
    by: Staff
    at: DateTime
    note: str
    lines: list[StaffChangeLine]


@strawberry.type
class CaseWithoutOwner:
    """A case whose owner is assigned to none of the units any more (`owner_until` null), or soon no more."""

    card: CaseCard
    owner_until: Date | None


@strawberry.type
class CaseWithFormer:
    """A case with colleagues on its team who worked in the units once and do so no more."""

    card: CaseCard
    former: list[Staff]


@strawberry.type
class Staffing:
    """`cases_without_owner` and `cases_with_former` are null while coordination does not answer."""

    units: list[StaffUnit]
    assignments: list[StaffAssignment]
    directory: list[StaffMember]
    changes: list[StaffChange]
    cases_without_owner: list[CaseWithoutOwner] | None
    cases_with_former: list[CaseWithFormer] | None


@strawberry.type
class SetUpCode:
    code: str
    valid_until: DateTime
