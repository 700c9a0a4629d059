"""The language of 本人からの請求 about a sheet, spoken by 相談受付 (個人情報保護法76条・90条・98条),
and of looking after its log."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.contracts.base import Command, EventData, Line, Said, UnitId
from services.contracts.codes import RequestDecision, RequestKind
from services.contracts.person_request import Correction, DecidePersonRequest, LiftSuspension, OpenPersonRequest


class OpenSheetRequest(OpenPersonRequest):
    """請求を受ける. Subject = the consultation. By its own unit, for the person."""


class DecideSheetRequest(DecidePersonRequest):
    """請求を決める. Subject = the consultation. By a manager of its unit; what erases, by another one than who opened it.
    Only what never became a case is erased or suspended by it: a case is where it is kept.

    The note goes with the words when the decision erases them."""


class LiftSheetSuspension(LiftSuspension):
    """利用停止をやめる. Subject = the consultation. By a manager of its unit, with the reason; used again from its commit on."""


class CorrectSheet(Correction):
    """訂正する. Subject = the consultation. By its own unit, once approved; `amendment` (訂正の付記, 92条) stands with the sheet
    from then on, of which what was told stays as it was heard."""

    amendment: Said | None = None


class ReviewSheetAccess(Command):
    """閲覧を確認済にする. Subject = the consultation. By whoever looks after the log, never for one's own read."""

    access_id: UUID
    note: Annotated[Line, Field(min_length=1)]


class SheetRequestOpened(EventData):
    """A request waits for a manager of the sheet's unit."""

    SERVICE = "intake"
    consultation_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    opened_by: UUID


class SheetRequestDecided(EventData):
    """A manager decided a request. `opened_by`: who received it, and is to be told."""

    SERVICE = "intake"
    consultation_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    decision: RequestDecision
    decided_by: UUID
    opened_by: UUID | None = None  # not said before 2026-11-29, nor of whoever is kept off


class SheetSuspensionLifted(EventData):
    """The use of a sheet is no longer suspended. That it was: `SheetRequestDecided`, approved, of the kind `suspension`."""

    SERVICE = "intake"
    consultation_id: UUID
    request_id: UUID
    unit_id: UnitId
    lifted_by: UUID


class SheetCorrected(EventData):
    """An approved correction was made: that it was, nothing of what stood there or stands there now."""

    SERVICE = "intake"
    consultation_id: UUID
    request_id: UUID
    unit_id: UnitId


class SheetErased(EventData):
    """Every word of a sheet that never became a case is gone; nobody else held any.

    It carries all ids of the request, so that it can be done again after a restore."""

    SERVICE = "intake"
    consultation_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    opened_by: UUID
    decided_by: UUID


COMMANDS: tuple[type[Command], ...] = (
    *(OpenSheetRequest, DecideSheetRequest, LiftSheetSuspension, CorrectSheet, ReviewSheetAccess),
)
EVENTS: tuple[type[EventData], ...] = (
    *(SheetRequestOpened, SheetRequestDecided, SheetSuspensionLifted, SheetCorrected, SheetErased),
)
