"""札をケースにつなぐ. The person's own wish, noted by the team; no event, so nobody else ever learns."""

from uuid import UUID

from services.contracts.coordination import JoinToken
from services.coordination import token_store
from services.kernel.commands import Refs, Work
from services.kernel.errors import Refusal


async def join_token(command: JoinToken, case_id: UUID, work: Work) -> Refs:
    """What 居場所 said of the token comes onto the timeline, now and from now on."""
    case = await token_store.lock_case_of_team(work.tx, work.actor, case_id, work.now)
    if case.closed_at is not None:
        raise Refusal("case_is_closed", "closed cases take no tokens")
    await token_store.lock_token(work.tx, command.participant_id)
    await token_store.join(work.tx, work.actor, case_id, command.participant_id, work.now)
    return {"caseId": str(case_id)}
