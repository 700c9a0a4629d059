"""The GraphQL types of 居場所."""

import strawberry

from gateway.graphql.types import DateTime, Staff


@strawberry.type
class IbashoSession:
    id: strawberry.ID
    place: str
    programme: str
    place_id: strawberry.ID
    programme_id: strawberry.ID
    starts_at: DateTime
    ends_at: DateTime
    style: str
    capacity: int | None
    status: str
    staff: list[Staff]
    visits: int
    people: int
    at_door: int


@strawberry.type
class BoardParticipant:
    id: strawberry.ID
    nickname: str
    code: str


@strawberry.type
class AttendanceFact:
    id: strawberry.ID
    kind: str
    participant_id: strawberry.ID | None
    at: DateTime
    recorded_by: Staff
    voided: bool


@strawberry.type
class SessionBoard:
    session: IbashoSession
    participants: list[BoardParticipant]
    attendance: list[AttendanceFact]
    closing_lines: list[str]


@strawberry.type
class IbashoProgramme:
    id: strawberry.ID
    name: str


@strawberry.type
class IbashoPlace:
    id: strawberry.ID
    name: str
    unit_id: strawberry.ID
    programmes: list[IbashoProgramme]
