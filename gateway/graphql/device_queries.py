"""Reads of a device and of those who look after devices."""

import strawberry

from gateway import store
from gateway.context import Ctx
from gateway.devices import devices, left_queues
from gateway.devices.sync import sync
from gateway.graphql import device_types, staff_types, sync_types
from gateway.graphql.queries import Query as Screens
from gateway.graphql.types import DateTime
from gateway.sign_in import passkeys, sessions
from gateway.staff import staff_page


@strawberry.type
class Query(Screens):
    """Everything a screen may read, and what a device takes along."""

    @strawberry.field
    async def sync(self, info: Ctx, have: list[sync_types.Held], waiting: int) -> sync_types.Sync:
        """What the device must put in and take out. `waiting`: commands not yet received by their owners."""
        return await sync(info.context, have, waiting)  # type: ignore[return-value]

    @strawberry.field
    async def devices(self, info: Ctx) -> list[device_types.Device]:
        """My devices, and those of people in units I manage, also after they left."""
        return await devices.find_visible(info.context)  # type: ignore[return-value]

    @strawberry.field
    async def sign_ins(self, info: Ctx) -> list[device_types.SignIn]:
        """My living sessions, and those of people in units I manage."""
        return await sessions.find_visible(info.context)  # type: ignore[return-value]

    @strawberry.field
    async def passkeys(self, info: Ctx) -> list[device_types.Passkey]:
        """My passkeys."""
        return await passkeys.find_mine(info.context)  # type: ignore[return-value]

    @strawberry.field
    async def password_set_at(self, info: Ctx) -> DateTime | None:
        """When my password was set, by me or with a set-up code: whoever did not set it finds that out here."""
        async with info.context.service.db.transaction("read") as tx:
            return await store.find_password_set_at(tx, info.context.session.staff_id)  # type: ignore[return-value]

    @strawberry.field
    async def staffing(self, info: Ctx) -> staff_types.Staffing | None:
        """職員と担当, for whoever manages a unit today."""
        return await staff_page.compose(info.context)  # type: ignore[return-value]

    @strawberry.field
    async def handed_in(self, info: Ctx) -> list[device_types.HandedIn]:
        """My own commands that somebody handed in, waiting for my decision."""
        return await devices.find_handed_in(info.context)  # type: ignore[return-value]

    @strawberry.field
    async def left_queues(self, info: Ctx) -> list[device_types.LeftCommand]:
        """What was handed in by people of units I manage who work here no more."""
        return await left_queues.find(info.context)  # type: ignore[return-value]

    @strawberry.field
    async def quarantine(self, info: Ctx) -> list[sync_types.Quarantined]:
        """Records that wait: of the units I manage, and my own."""
        return await info.context.ask("coordination", "/views/quarantine")  # type: ignore[no-any-return]
