"""本人からの請求: received by the team or its lead, decided by a manager of the unit, and what a decision does at once."""

from uuid import UUID

from services.contracts.codes import RequestDecision
from services.contracts.person_request import (
    CorrectPerson,
    DecidePersonRequest,
    LiftSuspension,
    OpenPersonRequest,
    PersonCorrected,
    PersonRequestDecided,
    PersonRequestOpened,
    RecordErased,
    SuspensionLifted,
)
from services.contracts.tokyo import tokyo_day
from services.coordination import basis_store, erasure_store, request_store, store
from services.coordination.domain.person_request import decide_decision, decide_open
from services.kernel.commands import Refs, Work
from services.person_request import ERASING, RetentionSettings, decide_correction


def _refs(case_id: UUID, request_id: UUID) -> Refs:
    return {"caseId": str(case_id), "requestId": str(request_id)}


async def open_person_request(command: OpenPersonRequest, case_id: UUID, work: Work) -> Refs:
    """For the person, on an open case or a closed one; it waits for a manager."""
    c = command
    case = await store.lock_case(work.tx, work.actor, case_id, work.now, even_suspended=True)
    decide_open(c.kind, case, work.now, RetentionSettings().retention_years)
    await request_store.insert(work.tx, work.actor, case_id, c, work.now)
    opened = PersonRequestOpened(
        case_id=case_id,
        request_id=c.request_id,
        unit_id=case.unit_id,
        kind=c.kind,
        opened_by=work.actor.id,
        kept_off=await basis_store.find_kept_off(work.tx, case_id),
    )
    await work.emit(case_id, opened)
    return _refs(case_id, c.request_id)


async def decide_person_request(command: DecidePersonRequest, case_id: UUID, work: Work) -> Refs:
    """What is approved to be erased is gone at this commit, here; the other holders follow from the event. What is approved
    to be suspended is withheld from this commit on: the decision itself is what every relation asks for."""
    c = command
    request = await request_store.lock(work.tx, work.actor, case_id, c.request_id)
    decide_decision(request, c.decision, work.actor.id, work.now, RetentionSettings().retention_years)
    await request_store.decide(work.tx, work.actor, c, work.now)
    is_kept_off = request.opened_by in await basis_store.find_kept_off(work.tx, case_id)
    decided = PersonRequestDecided(
        case_id=case_id,
        request_id=c.request_id,
        unit_id=request.unit_id,
        kind=request.kind,
        decision=c.decision,
        decided_by=work.actor.id,
        opened_by=None if is_kept_off else request.opened_by,
    )
    await work.emit(case_id, decided)
    if c.decision is RequestDecision.APPROVE and request.kind in ERASING:
        erased = RecordErased(
            case_id=case_id,
            request_id=c.request_id,
            unit_id=request.unit_id,
            kind=request.kind,
            consultation_id=request.consultation_id,
            opened_by=request.opened_by,
            decided_by=work.actor.id,
            holders=list(erasure_store.EXPECTED),
        )
        await erasure_store.erase(work.tx, erased, work.now)
        await work.emit(case_id, erased)
    return _refs(case_id, c.request_id)


async def lift_suspension(command: LiftSuspension, case_id: UUID, work: Work) -> Refs:
    """By a manager of the case's unit, with the reason; what each relation opens, it opens again."""
    request = await request_store.lock(work.tx, work.actor, case_id, command.request_id)
    await request_store.lift(work.tx, work.actor, command, work.now)
    lifted = SuspensionLifted(
        case_id=case_id, request_id=command.request_id, unit_id=request.unit_id, lifted_by=work.actor.id
    )
    await work.emit(case_id, lifted)
    return _refs(case_id, command.request_id)


async def correct_person(command: CorrectPerson, case_id: UUID, work: Work) -> Refs:
    """An approved 訂正 is made by whoever walks along, or their lead; the request is closed by it."""
    case = await store.lock_case(work.tx, work.actor, case_id, work.now)
    columns = decide_correction(command, tokyo_day(work.now), amends=command.amendment is not None)
    await request_store.correct(work.tx, case_id, command.request_id, columns, work.now)
    if command.amendment is not None:
        await request_store.amend(work.tx, case_id, command.request_id, command.amendment)
    corrected = PersonCorrected(case_id=case_id, request_id=command.request_id, unit_id=case.unit_id)
    await work.emit(case_id, corrected)
    return _refs(case_id, command.request_id)
