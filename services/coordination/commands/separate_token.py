"""つないだ札をはなす. As silent as joining it was."""

from uuid import UUID

from services.contracts.coordination import SeparateToken
from services.coordination import token_store
from services.kernel.commands import Refs, Work


async def separate_token(command: SeparateToken, case_id: UUID, work: Work) -> Refs:
    """What came in with the token goes, also from a closed case."""
    await token_store.lock_case_of_team(work.tx, work.actor, case_id, work.now)
    await token_store.lock_token(work.tx, command.participant_id)
    await token_store.separate(work.tx, case_id, command.participant_id)
    return {"caseId": str(case_id)}
