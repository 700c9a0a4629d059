"""ケースの終了と再開."""

from uuid import UUID

from services.contracts.closing import CaseClosed, CaseReopened, CloseCase, ReopenCase
from services.contracts.codes import Role
from services.contracts.tokyo import tokyo_day
from services.coordination import basis_store, closing_store, store
from services.coordination.domain.closing import decide_close, decide_reopen, decide_who
from services.coordination.domain.visit import CaseState
from services.kernel.commands import Refs, Work


async def close_case(command: CloseCase, case_id: UUID, work: Work) -> Refs:
    """It leaves every list and every device and stays readable; an open promise must be settled first."""
    c, today = command, tokyo_day(work.now)
    case = await _lock(case_id, work)
    promise = await closing_store.get_promise(work.tx, work.actor, case_id, work.now)
    decide_close(case, promise, today, is_settled=c.promise_settled)
    await closing_store.close(work.tx, work.actor, case_id, c, work.now)
    closed = CaseClosed(
        case_id=case_id, closing_id=c.closing_id, unit_id=case.unit_id, reason=c.reason, closed_by=work.actor.id
    )
    await work.emit(case_id, closed)
    return {"caseId": str(case_id), "closingId": str(c.closing_id)}


async def reopen_case(command: ReopenCase, case_id: UUID, work: Work) -> Refs:
    """A new period: what was promised in the one before does not come due again."""
    case = await _lock(case_id, work)
    decide_reopen(case)
    closing_id = await closing_store.reopen(work.tx, work.actor, case_id, command.note, work.now)
    reopened = CaseReopened(case_id=case_id, closing_id=closing_id, unit_id=case.unit_id, reopened_by=work.actor.id)
    await work.emit(case_id, reopened)
    return {"caseId": str(case_id), "closingId": str(closing_id)}


async def _lock(case_id: UUID, work: Work) -> CaseState:
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    owner_id, _ = await basis_store.get_team(work.tx, case_id, tokyo_day(work.now))
    decide_who(owner_id, case, work.actor.id, work.actor.units_as(Role.MANAGER))
    return case
