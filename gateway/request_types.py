"""The GraphQL types of 本人からの請求."""

import strawberry

from gateway.types import Date, DateTime, Staff


@strawberry.type
class PersonRequest:
    """A request of the person. Of an erased case nothing but that it is erased, and who still owes its part."""

    id: strawberry.ID
    case_id: strawberry.ID
    label: str
    receipt_number: str | None
    kind: str
    state: str
    asked: str
    opened_by: Staff
    opened_at: DateTime
    decided_by: Staff | None
    decided_at: DateTime | None
    note: str
    lifted_by: Staff | None
    lifted_at: DateTime | None
    lift_note: str
    erased_at: DateTime | None
    owed: list[str]
    may_decide: bool
    may_lift: bool


@strawberry.type
class HeldOf:
    """How much of one kind an owner holds, and of which days."""

    owner: str
    kind: str
    count: int
    oldest: Date | None
    newest: Date | None


@strawberry.type
class Holdings:
    """What is held of a case. An owner that does not answer is named in `unavailable`."""

    case_id: strawberry.ID
    held: list[HeldOf]
    unavailable: list[str]


@strawberry.type
class RetentionProposal:
    """A closed case that was kept as long as the rule asks."""

    case_id: strawberry.ID
    label: str
    receipt_number: str | None
    closed_at: DateTime
    years: int
