"""The language of 終了 and 再開, spoken by コーディネート. Only a person closes a case; silence never does."""

from uuid import UUID

from services.contracts.base import Command, EventData, Line, UnitId
from services.contracts.codes import ClosingReason


class CloseCase(Command):
    """ケースを終える. Subject = the case. By its owner or a manager of its unit.

    `promise_settled`: what was promised next was called off with the person, or somebody else keeps it."""

    closing_id: UUID
    reason: ClosingReason
    note: Line = ""
    promise_settled: bool = False


class ReopenCase(Command):
    """再開する. Subject = the case. By its owner or a manager of its unit; a new period begins."""

    note: Line = ""


class CaseClosed(EventData):
    """A case was closed, and why as a code."""

    SERVICE = "coordination"
    case_id: UUID
    closing_id: UUID
    unit_id: UnitId
    reason: ClosingReason
    closed_by: UUID


class CaseReopened(EventData):
    """A new period of a closed case began; `closing_id` is the closing that it ended."""

    SERVICE = "coordination"
    case_id: UUID
    closing_id: UUID
    unit_id: UnitId
    reopened_by: UUID


COMMANDS: tuple[type[Command], ...] = (CloseCase, ReopenCase)
EVENTS: tuple[type[EventData], ...] = (CaseClosed, CaseReopened)
