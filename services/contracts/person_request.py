"""The language of 本人からの請求: 開示・訂正・利用停止・消去, spoken by コーディネート (個人情報保護法76条・90条・98条)."""

from uuid import UUID

from pydantic import ConfigDict, Field

from services.contracts.base import Command, EventData, Line, Model, Reason, Said, Text, UnitId
from services.contracts.birth import BirthAsTold
from services.contracts.codes import Holder, RequestDecision, RequestKind


class OpenPersonRequest(Command):
    """請求を受ける. Subject = the case. By its team or a manager of its unit, for the person."""

    request_id: UUID
    kind: RequestKind
    asked: Text = ""


class DecidePersonRequest(Command):
    """請求を決める. Subject = the case. By a manager of its unit; what erases, by another one than who opened it.

    The note goes with the words when the decision erases them."""

    request_id: UUID
    decision: RequestDecision
    note: Line = ""


class LiftSuspension(Command):
    """利用停止をやめる. Subject = the case. By a manager of its unit, with the reason; used again from its commit on."""

    request_id: UUID
    reason: Reason


class Correction(Command):
    """訂正する (90条): what is given replaces what stood there."""

    request_id: UUID
    person_name: Line | None = None
    person_kana: Line | None = None
    birth: BirthAsTold | None = None
    person_address: Line | None = None
    person_phone: Line | None = None


class VisitAmendment(Model):
    """訂正の付記 (92条, 追加): what is wrong in a visit, or missing, and what is right. The visit stays as it was recorded."""

    model_config = ConfigDict(extra="forbid")
    visit_id: UUID
    words: Said


class CorrectPerson(Correction):
    """訂正する. Subject = the case. By the team or its lead, once approved; `amendment` stands with its visit from then on."""

    amendment: VisitAmendment | None = None


class PersonRequestOpened(EventData):
    """A request waits for a manager of the case's unit; whoever is `kept_off` the case is told nothing of it."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    opened_by: UUID
    kept_off: list[UUID] = Field(default_factory=list)


class PersonRequestDecided(EventData):
    """A manager decided a request. `opened_by`: who received it, and is to be told."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    decision: RequestDecision
    decided_by: UUID
    opened_by: UUID | None = None  # not said before 2026-11-29, nor of whoever is kept off


class SuspensionLifted(EventData):
    """The use of a record is no longer suspended. That it was: `PersonRequestDecided`, approved, of the kind `suspension`."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId
    lifted_by: UUID


class PersonCorrected(EventData):
    """An approved correction was made: that it was, nothing of what stood there or stands there now."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId


class RecordErased(EventData):
    """Coordination erased every word of a case; each of `holders` does the same and says `ErasureDone`.

    It carries all ids of the request and of what the case began from, so that it can be done again after a restore."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    consultation_id: UUID
    opened_by: UUID
    decided_by: UUID
    holders: list[Holder]


COMMANDS: tuple[type[Command], ...] = (OpenPersonRequest, DecidePersonRequest, LiftSuspension, CorrectPerson)
EVENTS: tuple[type[EventData], ...] = (
    *(PersonRequestOpened, PersonRequestDecided, SuspensionLifted, PersonCorrected, RecordErased),
)
