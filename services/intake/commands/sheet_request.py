"""本人からの請求 about a sheet: received by its unit, decided by a manager of it, and what an erasure does at once."""

from uuid import UUID

from services.contracts.codes import Role
from services.contracts.sheet_request import (
    CorrectSheet,
    DecideSheetRequest,
    LiftSheetSuspension,
    OpenSheetRequest,
    SheetCorrected,
    SheetErased,
    SheetRequestDecided,
    SheetRequestOpened,
    SheetSuspensionLifted,
)
from services.contracts.tokyo import tokyo_day
from services.intake import erasure_store, request_store, store
from services.intake.domain.sheet_request import decide, decide_open
from services.kernel.commands import Refs, Work
from services.person_request import RetentionSettings, decide_correction


def _refs(consultation_id: UUID, request_id: UUID) -> Refs:
    return {"consultationId": str(consultation_id), "requestId": str(request_id)}


async def open_sheet_request(command: OpenSheetRequest, consultation_id: UUID, work: Work) -> Refs:
    """For the person; it waits for a manager."""
    c = command
    sheet = await request_store.lock_sheet(work.tx, work.actor, consultation_id)
    decide_open(c.kind, sheet, work.now, RetentionSettings().retention_years)
    await request_store.insert(work.tx, work.actor, consultation_id, c, work.now)
    about = {"consultation_id": consultation_id, "request_id": c.request_id, "unit_id": sheet.unit_id}
    await work.emit(consultation_id, SheetRequestOpened(**about, kind=c.kind, opened_by=work.actor.id))
    return _refs(consultation_id, c.request_id)


async def decide_sheet_request(command: DecideSheetRequest, consultation_id: UUID, work: Work) -> Refs:
    """What is approved to be erased is gone at this commit; nobody else held it. What is approved to be suspended is withheld
    from this commit on: the decision itself is what every relation asks for."""
    c = command
    sheet = await request_store.lock_sheet(work.tx, work.actor, consultation_id, Role.MANAGER)
    request = await request_store.get(work.tx, consultation_id, c.request_id)
    erases = decide(request, c.decision, sheet, work.actor.id)
    await request_store.decide(work.tx, work.actor, c, work.now)
    about = {"consultation_id": consultation_id, "request_id": c.request_id, "unit_id": sheet.unit_id}
    about |= {"kind": request.kind, "decided_by": work.actor.id}
    is_kept_off = request.opened_by in await store.find_kept_off(work.tx, work.actor, consultation_id)
    opened_by = None if is_kept_off else request.opened_by
    await work.emit(consultation_id, SheetRequestDecided(**about, opened_by=opened_by, decision=c.decision))
    if erases:
        erased = SheetErased(**about, opened_by=request.opened_by)
        await erasure_store.erase_sheet(work.tx, erased, work.now)
        await work.emit(consultation_id, erased)
    return _refs(consultation_id, c.request_id)


async def lift_sheet_suspension(command: LiftSheetSuspension, consultation_id: UUID, work: Work) -> Refs:
    """A manager of the unit answers for the reason; whoever may see the sheet sees it from this commit on."""
    sheet = await request_store.lock_sheet(work.tx, work.actor, consultation_id, Role.MANAGER)
    await request_store.get(work.tx, consultation_id, command.request_id)
    await request_store.lift(work.tx, work.actor, command, work.now)
    about = {"consultation_id": consultation_id, "request_id": command.request_id, "unit_id": sheet.unit_id}
    await work.emit(consultation_id, SheetSuspensionLifted(**about, lifted_by=work.actor.id))
    return _refs(consultation_id, command.request_id)


async def correct_sheet(command: CorrectSheet, consultation_id: UUID, work: Work) -> Refs:
    """An approved 訂正 is made by the sheet's unit; the request is closed by it."""
    sheet = await request_store.lock_sheet(work.tx, work.actor, consultation_id)
    await store.refuse_withheld(work.tx, consultation_id)
    columns = decide_correction(command, tokyo_day(work.now), amends=command.amendment is not None)
    await request_store.correct(work.tx, consultation_id, command.request_id, columns, work.now)
    if command.amendment is not None:
        await request_store.amend(work.tx, consultation_id, command.request_id, command.amendment)
    about = {"consultation_id": consultation_id, "request_id": command.request_id, "unit_id": sheet.unit_id}
    await work.emit(consultation_id, SheetCorrected(**about))
    return _refs(consultation_id, command.request_id)
