"""The language of 居場所: sessions and who came, by nickname or paper token. 居場所 asks nothing else of anybody."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from services.contracts import participant_request
from services.contracts.base import Command, EventData, Instant, Model, Text, UnitId
from services.contracts.codes import AttendanceKind, SessionStyle
from services.contracts.participant_request import Nickname

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def check_character(code: str) -> str:
    """The sixth character of a token's code: odd weights modulo 32, so one wrong character is always noticed."""
    return _ALPHABET[sum(_ALPHABET.index(each) * (2 * index + 1) for index, each in enumerate(code)) % 32]


def _checked(code: str) -> str:
    if check_character(code[:5]) != code[5]:
        raise PydanticCustomError("code_mistyped", "the check character does not fit")
    return code


TokenCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{6}$"), AfterValidator(_checked)]


class ScheduleSession(Command):
    """回を予定に入れる. Subject = the session. `staff_ids` see it from then on."""

    place_id: UUID
    programme_id: UUID
    starts_at: Instant
    ends_at: Instant
    style: SessionStyle
    capacity: Annotated[int, Field(ge=1, le=1000)] | None = None
    staff_ids: list[UUID] = Field(default_factory=list, max_length=20)


class OpenSession(Command):
    """回を開く. Subject = the session. Twice is fine; the first fact opens it as well."""


class NewParticipant(Model):
    """Somebody this device made: a nickname and a token's code. Who has either of them here already is that person."""

    nickname: Nickname
    code: TokenCode


class LogAttendance(Command):
    """出入りの記録. Subject = the session. A fact: it appends and never conflicts, also after closing.

    `new_participant` may ride along whenever the device does not know that the owner has the participant; again is fine.
    """

    attendance_id: UUID
    kind: Literal[AttendanceKind.ARRIVED, AttendanceKind.LEFT, AttendanceKind.PLUS_ONE, AttendanceKind.AT_DOOR]
    participant_id: UUID | None = None
    new_participant: NewParticipant | None = None
    at: Instant


class CorrectAttendance(Command):
    """出入りの記録の取消し. Subject = the session. The fact stays readable and counts no more."""

    attendance_id: UUID
    note: Text = ""


class CloseSession(Command):
    """回を閉じる, with one line. Subject = the session. A second closing adds its line and changes nothing else."""

    line: Text = ""


class ViewedSessionOffline(Command):
    """端末で会を見た: a session was opened on the device without the network. Subject = the session. A line of the access log."""

    viewed_at: Instant


class IbashoEvent(EventData):
    SERVICE = "ibasho"


class SessionScheduled(IbashoEvent):
    """A session of a programme at a place. `time` is when it was scheduled."""

    session_id: UUID
    place_id: UUID
    programme_id: UUID
    unit_id: UnitId
    starts_at: Instant
    ends_at: Instant
    staff_ids: list[UUID] = Field(default_factory=list)


class AttendanceLogged(IbashoEvent):
    """Somebody came, left, came without a name, or came to the door; `corrected` takes back the fact `corrects`.

    `participant_id` is always the one a person is known by, whichever of their ids the device used.
    """

    session_id: UUID
    attendance_id: UUID
    kind: AttendanceKind
    participant_id: UUID | None = None
    place_id: UUID
    programme_id: UUID
    corrects: UUID | None = None


class SessionClosed(IbashoEvent):
    """A session ended. 延べ and 実 as known then; facts that come later are counted from their own events."""

    session_id: UUID
    visits: int
    people: int


COMMANDS: tuple[type[Command], ...] = (
    *(ScheduleSession, OpenSession, LogAttendance, CorrectAttendance, CloseSession, ViewedSessionOffline),
    *participant_request.COMMANDS,
)
EVENTS: tuple[type[EventData], ...] = (
    *(SessionScheduled, AttendanceLogged, SessionClosed),
    *participant_request.EVENTS,
)
