"""Reads of 共有と同意. Each asks coordination, who authorises and records it; not found there is null here."""

import strawberry
from strawberry import ID

from gateway.context import Ctx
from gateway.graphql import sharing_types as types
from gateway.graphql.types import Staff
from services.kernel.errors import NotFound


@strawberry.type
class SharingQuery:
    """What a screen may read of who sees a case, and why."""

    @strawberry.field
    async def sharing(self, info: Ctx, case_id: ID) -> types.Sharing | None:
        """Every basis a case ever had, for its team and its lead; while its use is suspended, those they can end."""
        try:
            return await info.context.ask("coordination", f"/views/cases/{case_id}/sharing")  # type: ignore[no-any-return]
        except NotFound:
            return None

    @strawberry.field
    async def staff_of(self, info: Ctx, unit_id: ID, for_team: bool = False) -> list[Staff]:
        """Everybody of a unit, to be called to a meeting or kept off a case; or whom its team could take in."""
        return await info.context.staff_of(unit_id, for_team=for_team)  # type: ignore[return-value]

    @strawberry.field
    async def conferences(self, info: Ctx) -> list[types.Conference]:
        """支援会議 that call me."""
        return await info.context.ask("coordination", "/views/conferences")  # type: ignore[no-any-return]
