"""Reads of 本人からの請求. Each owner answers for what it holds; the gateway puts the answers side by side."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry import ID

from gateway.context import Context, Ctx, uuid_of
from gateway.graphql import request_types as types
from services.contracts.codes import RequestState

HOLDERS = ("coordination", "intake", "ibasho")
"""Who holds words of a person and answers requests. notify and reporting keep ids."""
_HELD_OF_CASE = ["coordination", "intake"]
"""居場所 knows no case: the link to a token is coordination's, and a nickname is asked for where the person comes."""


@strawberry.type
class RequestQuery:
    """What a screen may read of requests and of what is held."""

    @strawberry.field
    async def person_requests(self, info: Ctx) -> types.PersonRequests:
        """Of my cases, of my unit's, of its sheets and of who comes to its places; what waits comes first."""
        found, unavailable = await _of_each(info.context, "/views/requests")
        found.sort(key=lambda each: datetime.fromisoformat(each["openedAt"]), reverse=True)
        found.sort(key=lambda each: each["state"] != RequestState.WAITING)
        return {"requests": found, "unavailable": unavailable}  # type: ignore[return-value]

    @strawberry.field
    async def holdings(
        self, info: Ctx, case_id: ID | None = None, consultation_id: ID | None = None, participant_id: ID | None = None
    ) -> types.Holdings | None:
        """What each owner holds of a case, a sheet or a participant, counted; for the managers who answer for it. Nothing unless
        an owner finds it, also while another is away; each authorises and records its own part."""
        if case_id:
            owners, about = _HELD_OF_CASE, f"cases/{uuid_of(case_id)}"
        elif participant_id:
            owners, about = ["ibasho"], f"participants/{uuid_of(participant_id)}"
        else:
            owners, about = ["intake"], f"consultations/{uuid_of(consultation_id or '')}"
        answers, unavailable = await info.context.ask_each(owners, f"/views/{about}/holdings")
        held = [{"owner": owner, **line} for owner, answer in answers.items() for line in answer]
        return {"held": held, "unavailable": unavailable} if answers else None  # type: ignore[return-value]

    @strawberry.field
    async def retention_proposals(self, info: Ctx) -> list[types.RetentionProposal]:
        """What my units hold whose 保存期間 is over. Who is away is said by `personRequests`, beside it."""
        found, _ = await _of_each(info.context, "/views/retention")
        return sorted(found, key=lambda each: datetime.fromisoformat(each["closedAt"]))

    @strawberry.field
    async def participant(self, info: Ctx, place_id: ID, called: str) -> types.FoundParticipant | None:
        """Who stands at the table of my unit's place: by all of a token's code, or of a nickname at the place."""
        sought = {"placeId": place_id, "called": called}
        said = await info.context.ask("ibasho", "/views/participants/find", method="POST", body=sought)
        return said["participant"]  # type: ignore[no-any-return]


async def _of_each(context: Context, path: str) -> tuple[list[Any], list[str]]:
    """The lines of every owner, and who is away. Only 居場所 knows a participant."""
    answers, unavailable = await context.ask_each(HOLDERS, path)
    return [{"participantId": None, **each} for answer in answers.values() for each in answer], unavailable
