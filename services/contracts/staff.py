"""The language of the gateway's staff register: ids, units and roles, for routing only. No decision waits for it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.contracts.base import Command, EventData, Line, Model, Text, UnitId, date
from services.contracts.codes import Role


class RegisterStaff(Command):
    """職員を登録する. Subject = the member of staff. They sign in once something is assigned and a set-up code was used."""

    login: Annotated[Line, Field(min_length=1, max_length=100)]
    name: Annotated[Line, Field(min_length=1, max_length=40)]


class NoteHomeStreet(Command):
    """住んでいる町を書きとめる, 町名 and 丁目 only (empty: none). Subject = the member of staff. Reads of records of the same
    street are then shown first to who looks after 記録の閲覧, also after it was changed.
    Nobody takes one back: it is kept as long as the log tells of what its person read, here or gone."""

    home_street: Annotated[Line, Field(max_length=60)]


class OpenedUnit(Model):
    """新しい係. A unit of another agency (関係機関) names the unit of the city whose managers answer for its accounts."""

    unit_id: UnitId
    name: Annotated[Line, Field(min_length=1, max_length=60)]
    answered_by: UnitId | None = None


class ClosedUnit(Model):
    """係を閉じる: from `closed_on` on its successor answers for what it had. Its assignments end the day before."""

    unit_id: UnitId
    closed_on: date
    successor: UnitId


class EndedAssignment(Model):
    """担当の終わり. `until` is the last day; yesterday ends it at once."""

    assignment_id: UUID
    until: date


class BegunAssignment(Model):
    """担当の始まり. `until` is the last day, or open."""

    assignment_id: UUID
    staff_id: UUID
    unit_id: UnitId
    role: Role
    from_date: date
    until: date | None = None


class ChangeAssignments(Command):
    """担当を変える, for one person or for a whole 4月1日: everything or nothing. Subject = the change itself."""

    note: Text = ""
    opens: Annotated[tuple[OpenedUnit, ...], Field(max_length=50)] = ()
    closes: Annotated[tuple[ClosedUnit, ...], Field(max_length=50)] = ()
    ends: Annotated[tuple[EndedAssignment, ...], Field(max_length=500)] = ()
    begins: Annotated[tuple[BegunAssignment, ...], Field(max_length=500)] = ()


class StaffEvent(EventData):
    SERVICE = "staff"


class ErasureDone(StaffEvent):
    """What was handed in to the gateway about an erased case is gone. Subject = the case."""

    request_id: UUID
    case_id: UUID


class StaffAssigned(StaffEvent):
    """A dated assignment began or changed. Subject = the member of staff. `until` is the last day, or open."""

    assignment_id: UUID
    staff_id: UUID
    unit_id: UnitId
    role: Role
    from_date: date
    until: date | None = None


class UnitClosed(StaffEvent):
    """A unit closes, from that day on its successor answers for what it had. Subject = the change itself."""

    unit_id: UnitId
    closed_on: date
    successor: UnitId


COMMANDS: tuple[type[Command], ...] = (RegisterStaff, NoteHomeStreet, ChangeAssignments)
EVENTS: tuple[type[EventData], ...] = (StaffAssigned, UnitClosed, ErasureDone)
