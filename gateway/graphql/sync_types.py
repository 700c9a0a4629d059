"""The GraphQL types of what a device takes along, and of records that wait for a manager."""

import strawberry

from gateway.graphql.ibasho_types import SessionBoard
from gateway.graphql.types import Case, CaseCard, DateTime, Staff, Today


@strawberry.input
class Held:
    """One thing the device holds. `kind` is case or session."""

    kind: str
    id: strawberry.ID
    etag: str


@strawberry.type
class HeldCase:
    id: strawberry.ID
    etag: str
    card: CaseCard
    record: Case


@strawberry.type
class HeldSession:
    id: strawberry.ID
    etag: str
    board: SessionBoard


@strawberry.type
class Quarantined:
    id: strawberry.ID
    case_id: strawberry.ID
    label: str
    author: Staff
    visited_at: DateTime
    captured_at: DateTime
    outcome: str
    memo: str
    person_words: str
    family_words: str
    state: str
    note: str


@strawberry.type
class Standing:
    """Where one of my own visits stands that is not on its case: waiting or decline."""

    id: strawberry.ID
    case_id: strawberry.ID
    state: str


@strawberry.type
class Sync:
    """`drop`: not mine any more, the record goes. `erased`: of the cases named, and every word about them goes."""

    cases: list[HeldCase]
    sessions: list[HeldSession]
    drop: list[strawberry.ID]
    erased: list[strawberry.ID]
    today: Today
    confirming: list[Standing] | None
    incarnations: list[strawberry.ID]
    server_time: DateTime
    readable_hours: int
    unavailable: list[str]
