"""回: what may be scheduled and logged, when two nicknames are one, and where a session stands. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from services.contracts.codes import AttendanceKind, SessionStatus
from services.contracts.ibasho import LogAttendance, ScheduleSession
from services.kernel.errors import FieldError, Refusal

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class SessionState:
    """A session as its locked row says."""

    session_id: UUID
    place_id: UUID
    programme_id: UUID
    closed_at: datetime | None


def decide_schedule(command: ScheduleSession) -> None:
    """A session ends after it began. Past ones may be written down too."""
    if command.ends_at <= command.starts_at:
        fields = [FieldError("endsAt", "before_start")]
        raise Refusal("session_ends_before_start", "endsAt is not after startsAt", fields=fields)


def decide_attendance(command: LogAttendance, now: datetime) -> None:
    """Who came or left is somebody; ＋1 is nobody in particular; nothing lies ahead. Closing forbids nothing."""
    needs_somebody = command.kind in {AttendanceKind.ARRIVED, AttendanceKind.LEFT} or command.new_participant
    if needs_somebody and command.participant_id is None:
        fields = [FieldError("participantId", "required")]
        raise Refusal("participant_needed", "participantId is missing", fields=fields)
    if command.kind is AttendanceKind.PLUS_ONE and command.participant_id is not None:
        raise Refusal("participant_not_expected", "plus_one is about nobody in particular")
    if command.at > now + CLOCK_TOLERANCE:
        fields = [FieldError("at", "date_in_future")]
        raise Refusal("attendance_in_future", "at is ahead", fields=fields)


def nickname_key(nickname: str) -> str:
    """Two spellings of one nickname have one key: width, case and spaces do not make another person."""
    return " ".join(unicodedata.normalize("NFKC", nickname).split()).casefold()


def code_key(typed: str) -> str:
    """A token's code as it may be typed: width, case, spaces, dashes and look-alikes do not matter (pwa, tokenCode.ts)."""
    plain = re.sub(r"[\s\-‐–ー−]", "", unicodedata.normalize("NFKC", typed)).upper()
    return plain.translate(str.maketrans("OIL", "011"))


def status_of(opened_at: datetime | None, closed_at: datetime | None, has_facts: bool) -> SessionStatus:
    """Derived, never stored: the first fact opens a session that nobody opened."""
    if closed_at is not None:
        return SessionStatus.CLOSED
    return SessionStatus.OPEN if opened_at is not None or has_facts else SessionStatus.SCHEDULED
