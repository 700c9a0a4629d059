"""The language of 相談受付: consultations as told that day, and the handoff ledger."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.contracts import sheet_request
from services.contracts.base import Command, EventData, Instant, Line, Model, Text, UnitId, date
from services.contracts.birth import BirthAsTold
from services.contracts.codes import (
    CallerKind,
    CallerRelation,
    Channel,
    Concern,
    ContactRule,
    HandoffKind,
    HeardFrom,
    OtherIssue,
    PersonKnows,
    Residence,
    ReturnReason,
    Urgency,
    YesNoUnclear,
)


class AsTold(Model):
    """Personal words of a consultation, kept in a table of their own. Every field may be empty."""

    person_name: Line = ""
    person_kana: Line = ""
    birth: BirthAsTold = BirthAsTold()
    person_phone: Line = ""
    person_address: Line = ""
    caller_name: Line = ""
    caller_phone: Line = ""
    contact_note: Text = ""
    memo: Text = ""


class OpenConsultation(Command):
    """相談を開く. Subject = the consultation. Only who called and how is required (domain.md §5: anonymous is fine)."""

    unit_id: UnitId
    opened_at: Instant
    caller_kind: CallerKind
    channel: Channel
    caller_relation: CallerRelation | None = None
    residence: Residence | None = None
    person_knows: PersonKnows | None = None
    contact_rules: list[ContactRule] = Field(default_factory=list, max_length=20)
    concerns: list[Concern] = Field(default_factory=list, max_length=20)
    main_concern: Concern | None = None
    heard_from: list[HeardFrom] = Field(default_factory=list, max_length=20)
    is_hikikomori: YesNoUnclear | None = None
    other_issues: list[OtherIssue] = Field(default_factory=list, max_length=20)
    urgency: Urgency | None = None
    told: AsTold = AsTold()


class NextAppointment(Model):
    """次の約束: a moment, or in words why none was made. One of the two."""

    at: Instant | None = None
    note: Line = ""


class HandOff(Command):
    """引継ぎ. Subject = the handoff. The package is refused field by field when a promise, what 本人 knows,
    the safe way of contact or the next appointment is missing; so those are optional here and judged by the rule."""

    consultation_id: UUID
    to_unit: UnitId
    kind: HandoffKind = HandoffKind.LEAD
    promised: Text = ""
    person_knows: PersonKnows | None = None
    contact_rules: list[ContactRule] = Field(default_factory=list, max_length=20)
    safe_contact: Text = ""
    next_appointment: NextAppointment = NextAppointment()
    kept_off: list[UUID] = Field(default_factory=list, max_length=50)


class AcceptHandoff(Command):
    """受ける. Subject = the handoff; `case_id` is made by the client that accepts."""

    case_id: UUID
    colleague_ids: list[UUID] = Field(default_factory=list, max_length=10)


class ReturnHandoff(Command):
    """返す. Subject = the handoff."""

    reason: ReturnReason
    note: Text = ""


class WithdrawHandoff(Command):
    """取り下げる. Subject = the handoff; only the sending unit, only while it is open."""

    note: Text = ""


class IntakeEvent(EventData):
    SERVICE = "intake"


class ConsultationOpened(IntakeEvent):
    """A consultation was written down. `time` is when the caller was heard."""

    consultation_id: UUID
    unit_id: UnitId
    opened_by: UUID
    caller_kind: CallerKind
    channel: Channel
    residence: Residence | None = None
    person_knows: PersonKnows | None = None
    concerns: list[Concern] = Field(default_factory=list)
    main_concern: Concern | None = None
    heard_from: list[HeardFrom] = Field(default_factory=list)
    is_hikikomori: YesNoUnclear | None = None
    other_issues: list[OtherIssue] = Field(default_factory=list)
    urgency: Urgency | None = None


class HandedOff(IntakeEvent):
    """A package waits for an answer until `answer_due_at` (working hours of the receiving unit)."""

    handoff_id: UUID
    consultation_id: UUID
    kind: HandoffKind
    from_unit: UnitId
    to_unit: UnitId
    handed_off_by: UUID
    kept_off: list[UUID] = Field(default_factory=list)
    answer_due_at: Instant


class HandoffAccepted(IntakeEvent):
    """One person took it; a case with the given id is to be opened."""

    handoff_id: UUID
    consultation_id: UUID
    case_id: UUID
    kind: HandoffKind
    from_unit: UnitId
    to_unit: UnitId
    handed_off_by: UUID
    accepted_by: UUID
    colleague_ids: list[UUID] = Field(default_factory=list)
    kept_off: list[UUID] = Field(default_factory=list)


class HandoffReturned(IntakeEvent):
    """The receiving unit gave it back with a reason; the words stay with intake."""

    handoff_id: UUID
    consultation_id: UUID
    from_unit: UnitId
    to_unit: UnitId
    handed_off_by: UUID
    returned_by: UUID
    reason: ReturnReason


class HandoffWithdrawn(IntakeEvent):
    """The sending unit took it back before anyone answered."""

    handoff_id: UUID
    consultation_id: UUID
    from_unit: UnitId
    to_unit: UnitId
    handed_off_by: UUID
    withdrawn_by: UUID


class ErasureDone(IntakeEvent):
    """What intake held of an erased case is gone. Subject = the case."""

    request_id: UUID
    case_id: UUID


class Amendment(Model):
    """訂正の付記 at a sheet: when it was noted, and what."""

    at: Instant
    words: Text


class HandoffPackage(Model):
    """The claim check's answer: what coordination fetches once at `HandoffAccepted`. Personal; never in an event."""

    handoff_id: UUID
    consultation_id: UUID
    receipt_number: Line
    opened_at: Instant
    unit_id: UnitId
    opened_by: UUID
    caller_kind: CallerKind
    channel: Channel
    caller_relation: CallerRelation | None = None
    residence: Residence | None = None
    concerns: list[Concern]
    main_concern: Concern | None = None
    is_hikikomori: YesNoUnclear | None = None
    urgency: Urgency | None = None
    person_knows: PersonKnows
    contact_rules: list[ContactRule]
    safe_contact: Text
    promised: Text
    next_appointment: NextAppointment
    birth_date: date | None = None
    birth_year: Annotated[int, Field(ge=1868, le=2200)] | None = None
    told: AsTold
    amendments: list[Amendment] = Field(default_factory=list)


COMMANDS: tuple[type[Command], ...] = (
    *(OpenConsultation, HandOff, AcceptHandoff, ReturnHandoff, WithdrawHandoff),
    *sheet_request.COMMANDS,
)
EVENTS: tuple[type[EventData], ...] = (
    *(ConsultationOpened, HandedOff, HandoffAccepted, HandoffReturned, HandoffWithdrawn, ErasureDone),
    *sheet_request.EVENTS,
)
