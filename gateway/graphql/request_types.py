"""The GraphQL types of 本人からの請求."""

import strawberry

from gateway.graphql.types import Date, DateTime, Staff


@strawberry.type
class PersonRequest:
    """A request of the person, about a case, a sheet or who takes part in 居場所. Once erased, nothing but that it is, and who
    still owes its part."""

    id: strawberry.ID
    case_id: strawberry.ID | None
    consultation_id: strawberry.ID | None
    participant_id: strawberry.ID | None
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
class PersonRequests:
    """Of cases, of sheets and of 居場所. An owner that does not answer is named in `unavailable`."""

    requests: list[PersonRequest]
    unavailable: list[str]


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
    """What is held of a case, a sheet or a participant. An owner that does not answer is named in `unavailable`."""

    held: list[HeldOf]
    unavailable: list[str]


@strawberry.type
class RetentionProposal:
    """A closed case, a sheet that became none, or a participant, kept as long as the rule asks; of a sheet, since anything
    happened last, of a participant, since they came last."""

    case_id: strawberry.ID | None
    consultation_id: strawberry.ID | None
    participant_id: strawberry.ID | None
    label: str
    receipt_number: str | None
    closed_at: DateTime
    years: int


@strawberry.type
class FoundParticipant:
    """Whose token or nickname it is."""

    id: strawberry.ID
    nickname: str
