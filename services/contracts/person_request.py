"""The language of 本人からの請求: 開示・訂正・利用停止・消去, spoken by コーディネート (個人情報保護法76条・90条・98条)."""

from uuid import UUID

from services.contracts.base import Command, EventData, Line, Text, UnitId
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


class PersonRequestOpened(EventData):
    """A request waits for a manager of the case's unit."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    opened_by: UUID


class PersonRequestDecided(EventData):
    """A manager decided a request."""

    SERVICE = "coordination"
    case_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    decision: RequestDecision
    decided_by: UUID


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


COMMANDS: tuple[type[Command], ...] = (OpenPersonRequest, DecidePersonRequest)
EVENTS: tuple[type[EventData], ...] = (PersonRequestOpened, PersonRequestDecided, RecordErased)
