"""Reads of 本人からの請求. Each owner answers for what it holds; the gateway puts the answers side by side."""

import asyncio
from typing import Any

import strawberry
from strawberry import ID

from gateway import request_types as types
from gateway.context import Context, Ctx, uuid_of
from services.kernel.errors import BansoError, NotFound

HOLDERS = ("coordination", "intake")
"""Who holds words of a case. notify and reporting keep ids; 居場所 knows no case, the link to a token is coordination's."""


@strawberry.type
class RequestQuery:
    """What a screen may read of requests and of what is held."""

    @strawberry.field
    async def person_requests(self, info: Ctx) -> list[types.PersonRequest]:
        """Of my cases and of my unit's; what waits comes first."""
        return await info.context.ask("coordination", "/views/requests")  # type: ignore[no-any-return]

    @strawberry.field
    async def holdings(self, info: Ctx, case_id: ID) -> types.Holdings | None:
        """What each owner holds of a case, counted; for the managers who answer for it."""
        return await compose_holdings(info.context, str(case_id))  # type: ignore[return-value]

    @strawberry.field
    async def retention_proposals(self, info: Ctx) -> list[types.RetentionProposal]:
        """Closed cases of my units whose 保存期間 is over."""
        return await info.context.ask("coordination", "/views/retention")  # type: ignore[no-any-return]


async def compose_holdings(context: Context, case_id: str) -> dict[str, Any] | None:
    """Nothing unless an owner finds it, also while another is away; each authorises and records its own part."""
    path = f"/views/cases/{uuid_of(case_id)}/holdings"
    asked = (context.ask(owner, path) for owner in HOLDERS)
    answers = dict(zip(HOLDERS, await asyncio.gather(*asked, return_exceptions=True), strict=True))
    held: list[dict[str, Any]] = []
    unavailable = []
    for owner, answer in answers.items():
        if isinstance(answer, BansoError) and not isinstance(answer, NotFound):
            unavailable.append(owner)
        elif isinstance(answer, BaseException) and not isinstance(answer, NotFound):
            raise answer
        elif not isinstance(answer, NotFound):
            held += [{"owner": owner, **line} for line in answer]
    if all(isinstance(answer, BansoError) for answer in answers.values()):
        return None
    return {"caseId": case_id, "held": held, "unavailable": unavailable}
