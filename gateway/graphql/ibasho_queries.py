"""Reads of 居場所. Each asks its owner, who authorises and records it; not found there is null here."""

from typing import Annotated

import strawberry
from strawberry import ID

from gateway.context import Ctx
from gateway.graphql import ibasho_types as types
from gateway.graphql.types import Date
from services.kernel.errors import NotFound


@strawberry.type
class IbashoQuery:
    """What a screen may read of 居場所."""

    @strawberry.field
    async def sessions(
        self, info: Ctx, from_: Annotated[Date, strawberry.argument(name="from")], to: Date
    ) -> list[types.IbashoSession]:
        """The timetable of my sessions and my units', both days included."""
        query = {"from": from_, "to": to}
        return await info.context.ask("ibasho", "/views/sessions", **query)  # type: ignore[no-any-return]

    @strawberry.field
    async def session(self, info: Ctx, id: ID) -> types.SessionBoard | None:
        """The board of one session."""
        try:
            return await info.context.ask("ibasho", f"/views/sessions/{id}")  # type: ignore[no-any-return]
        except NotFound:
            return None

    @strawberry.field
    async def ibasho_places(self, info: Ctx) -> list[types.IbashoPlace]:
        """Places of my units, each with its programmes, by today's names."""
        return await info.context.ask("ibasho", "/views/places")  # type: ignore[no-any-return]

    @strawberry.field
    async def token_holder(self, info: Ctx, code: str) -> ID | None:
        """The participant behind a token's code, for whoever was shown the token."""
        said = await info.context.ask("ibasho", "/views/token-holder", method="POST", body={"code": code})
        return said["participantId"]  # type: ignore[no-any-return]
