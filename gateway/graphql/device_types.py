"""The GraphQL types of devices, sealed commands, and commands handed in."""

import strawberry

from gateway.graphql.types import DateTime, Staff, Unit


@strawberry.input
class DeviceInput:
    id: strawberry.ID
    name: str


@strawberry.type
class DeviceRegistered:
    kid: str
    server_key: str
    secret: str
    readable_hours: int


@strawberry.type
class Device:
    id: strawberry.ID
    name: str
    staff: Staff
    registered_at: DateTime
    last_contact_at: DateTime
    waiting: int
    revoked_at: DateTime | None


@strawberry.input
class SealedCommand:
    id: strawberry.ID
    kid: str
    blob: str


@strawberry.type
class HandedIn:
    id: strawberry.ID
    type: str
    captured_at: DateTime
    received_at: DateTime
    payload: strawberry.scalars.JSON


@strawberry.type
class LeftCommand:
    """What waits for somebody who works here no more: whose, of what kind and of when, and whom a handoff lets in; no word of
    it."""

    id: strawberry.ID
    staff: Staff
    type: str
    to_unit: Unit | None
    captured_at: DateTime
    received_at: DateTime


@strawberry.type
class SignIn:
    """A living session. `device`: the name of the registered device it belongs to."""

    id: strawberry.ID
    staff: Staff
    device: str | None
    began_at: DateTime
    last_seen_at: DateTime
    is_this_one: bool


@strawberry.type
class Passkey:
    id: strawberry.ID
    name: str
    added_at: DateTime
    last_used_at: DateTime | None
