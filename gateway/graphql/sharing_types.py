"""The GraphQL types of 共有と同意."""

import strawberry

from gateway.graphql.types import DateTime, Staff, Unit


@strawberry.type
class Basis:
    """What opened parts of a case to whoever is not on its team, and why. Of a suspended case no more than ending it takes."""

    id: strawberry.ID
    kind: str
    item: str | None
    field_groups: list[str]
    given_to: list[Unit]
    members: list[Staff]
    pledged: list[Staff]
    reason: str
    given_by: Staff | None
    given_at: DateTime
    from_at: DateTime
    until: DateTime
    ended_at: DateTime | None
    ended_by: Staff | None
    in_force: bool


@strawberry.type
class Sharing:
    case_id: strawberry.ID
    bases: list[Basis]
    kept_off: list[Staff]


@strawberry.type
class Conference:
    """A 支援会議 that calls me. Its case opens once I have pledged."""

    id: strawberry.ID
    case_id: strawberry.ID
    from_at: DateTime
    until: DateTime
    pledged: bool
