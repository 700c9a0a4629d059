"""Reads of 本人からの請求. Each owner answers for what it holds; the gateway puts the answers side by side."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID

from gateway import request_types as types
from gateway.context import Context, Ctx, uuid_of
from services.contracts.codes import RequestState

HOLDERS = ("coordination", "intake")
"""Who holds words of a person and answers requests. notify and reporting keep ids; 居場所 knows no case, the link to a token is
coordination's."""


@strawberry.type
class RequestQuery:
    """What a screen may read of requests and of what is held."""

    @strawberry.field
    async def person_requests(self, info: Ctx) -> types.PersonRequests:
        """Of my cases, of my unit's, and of my unit's sheets; what waits comes first."""
        answers, unavailable = await info.context.ask_each(HOLDERS, "/views/requests")
        found = [each for answer in answers.values() for each in answer]
        found.sort(key=lambda each: datetime.fromisoformat(each["openedAt"]), reverse=True)
        found.sort(key=lambda each: each["state"] != RequestState.WAITING)
        return {"requests": found, "unavailable": unavailable}  # type: ignore[return-value]

    @strawberry.field
    async def holdings(
        self, info: Ctx, case_id: ID | None = None, consultation_id: ID | None = None
    ) -> types.Holdings | None:
        """What each owner holds of a case or a sheet, counted; for the managers who answer for it."""
        return await compose_holdings(info.context, case_id, consultation_id)  # type: ignore[return-value]

    @strawberry.field
    async def retention_proposals(self, info: Ctx) -> list[types.RetentionProposal]:
        """Closed cases and sheets of my units whose 保存期間 is over. Who is away is said by `personRequests`, beside it."""
        answers, _ = await info.context.ask_each(HOLDERS, "/views/retention")
        found = [each for answer in answers.values() for each in answer]
        return sorted(found, key=lambda each: datetime.fromisoformat(each["closedAt"]))


async def compose_holdings(context: Context, case_id: str | None, consultation_id: str | None) -> dict[str, Any] | None:
    """Nothing unless an owner finds it, also while another is away; each authorises and records its own part. A sheet is
    intake's alone."""
    about = f"cases/{uuid_of(case_id)}" if case_id else f"consultations/{uuid_of(consultation_id or '')}"
    answers, unavailable = await context.ask_each(HOLDERS if case_id else ["intake"], f"/views/{about}/holdings")
    if not answers:
        return None
    held = [{"owner": owner, **line} for owner, answer in answers.items() for line in answer]
    return {"held": held, "unavailable": unavailable}
