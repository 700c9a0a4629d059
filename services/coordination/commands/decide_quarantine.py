"""確認待ちの記録を決める."""

from uuid import UUID

from services.contracts.codes import QuarantineDecision
from services.contracts.coordination import DecideQuarantine
from services.coordination import quarantine_store, store
from services.coordination.commands.record_visit import visit_recorded
from services.kernel.commands import Refs, Work


async def decide_quarantine(command: DecideQuarantine, case_id: UUID, work: Work) -> Refs:
    """Admit: the visit is on the case as its author's. Decline: the words stay here, with the note."""
    row = await quarantine_store.lock_waiting(work.tx, work.actor, case_id, command.quarantine_id)
    await quarantine_store.decide(work.tx, work.actor, command.quarantine_id, command.decision, command.note, work.now)
    if command.decision is QuarantineDecision.ADMIT:
        visit = quarantine_store.visit_of(row)
        await store.insert_visit(work.tx, row["author_id"], case_id, visit, work.now, row["captured_at"])
        said = visit_recorded(visit, case_id, row["unit_id"], row["author_id"])
        await work.emit(case_id, said, time=visit.visited_at)
    return {"caseId": str(case_id), "visitId": str(command.quarantine_id)}
