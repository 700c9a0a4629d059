"""The GraphQL types of writing: envelopes in, outcomes out, drafts."""

from enum import Enum

import strawberry

from gateway.graphql.types import DateTime


@strawberry.enum
class OutcomeStatus(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RETRY = "retry"


@strawberry.type
class FieldError:
    path: str
    code: str
    message: str


@strawberry.type
class CommandOutcome:
    id: strawberry.ID
    status: OutcomeStatus
    code: str | None
    message: str | None
    reason: str | None
    fields: list[FieldError]
    refs: strawberry.scalars.JSON
    incarnation: strawberry.ID | None


@strawberry.input
class CommandEnvelope:
    id: strawberry.ID
    type: str
    v: int
    author: strawberry.ID
    subject: strawberry.ID
    device_seq: float
    captured_at: DateTime
    payload: strawberry.scalars.JSON
    base_version: int | None = None


@strawberry.input
class DraftInput:
    """`author`: who typed it. Another person's session never takes it, whoever signed in meanwhile."""

    id: strawberry.ID
    author: strawberry.ID
    kind: str
    seq: float
    body: strawberry.scalars.JSON
    known: list[float] | None = None


@strawberry.type
class DraftSaved:
    """What is stored now. `saved` false: something newer was there that this screen did not know, and it stays."""

    id: strawberry.ID
    kind: str
    seq: float
    saved_at: DateTime
    saved: bool
    body: strawberry.scalars.JSON
