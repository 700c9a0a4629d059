"""訪問を記録. Judged by the relation now or at capturedAt; a fact without one waits for the manager, as does
every fact while the use of the record is suspended (98条)."""

from datetime import datetime
from uuid import UUID

from services import drafts
from services.contracts.coordination import RecordVisit, VisitQuarantined, VisitRecorded
from services.contracts.tokyo import tokyo_day
from services.coordination import basis_store, quarantine_store, store
from services.coordination.domain.visit import CaseState, decide_record
from services.kernel.commands import Refs, Work
from services.kernel.errors import NotFound


async def record_visit(command: RecordVisit, case_id: UUID, work: Work) -> Refs:
    """Append a visit to a case one is related to today, or was when it was captured on the device."""
    captured_at = min(work.captured_at or work.now, work.now)
    await drafts.finish(work, command.visit_id)
    case = await _find_related(case_id, work, captured_at)
    if case is None:
        known = await quarantine_store.lock_case_once_known(work.tx, work.actor, case_id, tokyo_day(work.now))
        case = await _find_related(case_id, work, captured_at)  # the case may have been opened between the two looks
        if case is None:
            return await _wait_for_the_manager(command, case_id, known, work, captured_at)
    if await store.find_suspended_at(work.tx, case_id) is not None:  # not lost, and not used; capturedAt is only said
        return await _wait_for_the_manager(command, case_id, case, work, captured_at)
    decide_record(case, command, work.now, captured_at)
    await store.insert_visit(work.tx, work.actor.id, case_id, command, work.now, captured_at)
    await work.emit(case_id, visit_recorded(command, case_id, case.unit_id, work.actor.id), time=command.visited_at)
    return {"caseId": str(case_id), "visitId": str(command.visit_id)}


async def _find_related(case_id: UUID, work: Work, captured_at: datetime) -> CaseState | None:
    for moment in (work.now, captured_at):
        then = tokyo_day(moment) < tokyo_day(work.now)
        try:
            return await store.lock_case(work.tx, work.actor, case_id, moment, even_suspended=True, then=then)
        except NotFound:
            continue
    return None


async def _wait_for_the_manager(
    command: RecordVisit, case_id: UUID, case: CaseState, work: Work, captured_at: datetime
) -> Refs:
    decide_record(case, command, work.now, captured_at)
    await quarantine_store.insert(work.tx, work.actor, case_id, command, work.now, captured_at)
    waits = VisitQuarantined(
        case_id=case_id,
        quarantine_id=command.visit_id,
        unit_id=case.unit_id,
        recorded_by=work.actor.id,
        kept_off=await basis_store.find_kept_off(work.tx, case_id),
    )
    await work.emit(case_id, waits)
    return {"caseId": str(case_id), "visitId": str(command.visit_id), "confirming": True}


def visit_recorded(command: RecordVisit, case_id: UUID, unit_id: str, author_id: UUID) -> VisitRecorded:
    """The event of a visit: ids and codes."""
    return VisitRecorded(
        case_id=case_id,
        visit_id=command.visit_id,
        unit_id=unit_id,
        recorded_by=author_id,
        visited_at=command.visited_at,
        outcome=command.outcome,
        with_whom=command.with_whom,
        next_promised_on=command.next_promise.on,
    )
