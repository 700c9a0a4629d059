"""The language of コーディネート: cases and visits."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from services.contracts import closing, person_request
from services.contracts.base import Command, EventData, Instant, Line, Model, Reason, Text, UnitId, date
from services.contracts.codes import (
    Article69Item,
    BasisKind,
    FieldGroup,
    QuarantineDecision,
    VisitOutcome,
    WithWhom,
)

Groups = Annotated[list[FieldGroup], Field(min_length=1, max_length=len(FieldGroup))]
Units = Annotated[list[UnitId], Field(min_length=1, max_length=20)]


class NextPromise(Model):
    """次の約束 agreed on a visit: a civil date with an optional time of day in words, or words alone."""

    on: date | None = None
    note: Line = ""


Words = Annotated[Text, AfterValidator(lambda text: text if text.strip() else "")]
"""Spaces alone are nobody's words."""


class RecordVisit(Command):
    """訪問を記録. Subject = the case. A fact: it appends and never conflicts. 本人 and 家族 words never share a field."""

    visit_id: UUID
    visited_at: Instant
    outcome: VisitOutcome
    with_whom: list[WithWhom] = Field(default_factory=list, max_length=4)
    person_words: Words = ""
    family_words: Words = ""
    memo: Words = ""
    next_promise: NextPromise = NextPromise()


class ViewedOffline(Command):
    """端末で見た: a case was opened on the device without the network. Subject = the case. A line of the access log."""

    viewed_at: Instant


class DecideQuarantine(Command):
    """確認待ちの記録を決める: by a manager of the case's unit. Subject = the case."""

    quarantine_id: UUID
    decision: QuarantineDecision
    note: Line = ""


class JoinToken(Command):
    """札をケースにつなぐ. Subject = the case. The person's own choice, kept with the case, told to nobody."""

    participant_id: UUID


class SeparateToken(Command):
    """つないだ札をはなす. Subject = the case. What came in with the token goes with it."""

    participant_id: UUID


class ChangeTeam(Command):
    """担当を変える. Subject = the case. Who joins, who leaves after today, and (when it changes) whose case it is."""

    join: list[UUID] = Field(default_factory=list, max_length=20)
    leave: list[UUID] = Field(default_factory=list, max_length=20)
    owner_id: UUID | None = None


class KeepOff(Command):
    """担当から外す (親戚・近所の職員). Subject = the case. Stronger than every relation and basis. By a manager of
    the case's unit, never of themself; whoever is of the team keeps off nobody but themself."""

    staff_id: UUID


class LetIn(Command):
    """外すのをやめる, by a manager of the case's unit. Subject = the case. Gives no relation by itself."""

    staff_id: UUID


class GiveConsent(Command):
    """本人の同意を記録. Subject = the case. To which agencies, which parts, until when; noted by the team."""

    basis_id: UUID
    field_groups: Groups
    unit_ids: Units
    until: Instant
    note: Line = ""


class ConveneConference(Command):
    """支援会議をひらく (社会福祉法106条の6). Subject = the case. Members see nothing before each has pledged secrecy."""

    basis_id: UUID
    field_groups: Groups
    member_ids: list[UUID] = Field(min_length=1, max_length=40)
    from_at: Instant
    until: Instant
    reason: Reason


class PledgeSecrecy(Command):
    """守秘を約束する. Subject = the case; only a member of the meeting, for themself."""

    basis_id: UUID


class ShareByLaw(Command):
    """69条2項による提供. Subject = the case; by a manager of its unit, the item named."""

    basis_id: UUID
    item: Article69Item
    field_groups: Groups
    unit_ids: Units
    until: Instant
    reason: Reason


class UseEmergency(Command):
    """緊急に見る. Subject = the case. The reason typed, at most 4 hours, the supervisor told at once."""

    basis_id: UUID
    minutes: int = Field(ge=1, le=240)
    reason: Reason


class UseEmergencyByNumber(Command):
    """緊急に見る, by whoever knows a 受付番号 alone. Subject = the basis. A number that leads nowhere, or to what is kept from
    them, is not found, and that it was tried stays in the log."""

    receipt_number: Annotated[Line, Field(min_length=1)]
    minutes: int = Field(ge=1, le=240)
    reason: Reason


class EndBasis(Command):
    """同意の撤回・根拠の終わり. Subject = the case. Effective at its commit; never refused for lateness."""

    basis_id: UUID


class ReviewAccess(Command):
    """閲覧を確認済にする, of this case alone. Subject = the case. By whoever looks after the log, never for one's own read."""

    access_id: UUID
    note: Annotated[Line, Field(min_length=1)]


class CoordinationEvent(EventData):
    """`kept_off`, where an event has it: who was kept off the case at that moment, and is told nothing of it."""

    SERVICE = "coordination"


class CaseOpened(CoordinationEvent):
    """A case began from an accepted handoff. `team` are the members of that moment, owner first."""

    case_id: UUID
    handoff_id: UUID
    consultation_id: UUID
    from_unit: UnitId
    unit_id: UnitId
    owner_id: UUID
    team: list[UUID]


class VisitRecorded(CoordinationEvent):
    """A visit happened (or was left out by the person's wish)."""

    case_id: UUID
    visit_id: UUID
    unit_id: UnitId
    recorded_by: UUID
    visited_at: Instant
    outcome: VisitOutcome
    with_whom: list[WithWhom] = Field(default_factory=list)
    next_promised_on: date | None = None


class VisitQuarantined(CoordinationEvent):
    """A visit waits for a manager: its author had no relation to the case when it was recorded."""

    case_id: UUID
    quarantine_id: UUID
    unit_id: UnitId
    recorded_by: UUID
    kept_off: list[UUID] = Field(default_factory=list)


class TeamChanged(CoordinationEvent):
    """Who is on the team of a case from now on, owner first; and who is kept off it (null: not said, as of old)."""

    case_id: UUID
    unit_id: UnitId
    owner_id: UUID
    team: list[UUID]
    kept_off: list[UUID] | None = None


class ConsentGiven(CoordinationEvent):
    """The person agreed that agencies see parts of the case."""

    case_id: UUID
    basis_id: UUID
    unit_id: UnitId
    given_to: list[UnitId]
    field_groups: list[FieldGroup]
    until: Instant


class ConferenceConvened(CoordinationEvent):
    """支援会議 was called. Its members are asked to pledge secrecy."""

    case_id: UUID
    basis_id: UUID
    unit_id: UnitId
    member_ids: list[UUID]
    from_at: Instant
    until: Instant
    kept_off: list[UUID] = Field(default_factory=list)


class SecrecyPledged(CoordinationEvent):
    """A member of a 支援会議 pledged secrecy."""

    case_id: UUID
    basis_id: UUID
    pledged_by: UUID


class SharedByLaw(CoordinationEvent):
    """Parts of a case were opened by an item of 69条2項."""

    case_id: UUID
    basis_id: UUID
    unit_id: UnitId
    item: Article69Item
    given_to: list[UnitId]
    field_groups: list[FieldGroup]
    until: Instant


class EmergencyUsed(CoordinationEvent):
    """Somebody without a relation opened a case in an emergency. `unit_ids`: the case's and the person's own."""

    case_id: UUID
    basis_id: UUID
    unit_ids: list[UnitId]
    used_by: UUID
    until: Instant
    kept_off: list[UUID] = Field(default_factory=list)


class ConsentWithdrawn(CoordinationEvent):
    """The person took a consent back."""

    case_id: UUID
    basis_id: UUID


class BasisEnded(CoordinationEvent):
    """A basis other than consent was ended before its time."""

    case_id: UUID
    basis_id: UUID
    kind: BasisKind


class ErasureDone(EventData):
    """No link to a participant whom 居場所 erased is left, whether there was one or not: which, nobody is told.
    Subject = the participant."""

    SERVICE = "coordination"
    request_id: UUID
    participant_id: UUID


COMMANDS: tuple[type[Command], ...] = (
    *(RecordVisit, ViewedOffline, DecideQuarantine, JoinToken, SeparateToken, ChangeTeam, KeepOff, LetIn),
    *(GiveConsent, ConveneConference, PledgeSecrecy, ShareByLaw, UseEmergency, UseEmergencyByNumber, EndBasis),
    ReviewAccess,
    *closing.COMMANDS,
    *person_request.COMMANDS,
)
EVENTS: tuple[type[EventData], ...] = (
    *(CaseOpened, VisitRecorded, VisitQuarantined, TeamChanged, ConsentGiven, ConsentWithdrawn),
    *(ConferenceConvened, SecrecyPledged, SharedByLaw, EmergencyUsed, BasisEnded, ErasureDone),
    *closing.EVENTS,
    *person_request.EVENTS,
)
