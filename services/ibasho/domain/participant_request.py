"""本人からの請求 at the table: what may be asked when, and which lines name somebody. Pure; what is the same for a case and for a
sheet is in services/person_request.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import RequestKind
from services.ibasho.domain.session import nickname_key
from services.kernel.errors import Refusal
from services.person_request import is_kept_long_enough


@dataclass(frozen=True)
class Participant:
    """Somebody as their rows say, read under their lock. `last_at`: when they came last."""

    participant_id: UUID
    unit_id: str
    last_at: datetime


def decide_open(kind: RequestKind, participant: Participant, now: datetime, years: int) -> None:
    """The end of the retention period is brought up only when it is over. Anything else may be asked at any time."""
    if kind is RequestKind.RETENTION and not is_kept_long_enough(participant.last_at, now, years):
        raise Refusal("participant_retention_not_reached", f"they came less than {years} years ago")


def names(nickname: str, line: str) -> bool:
    """Whether a line holds the nickname, however it is written. One that is part of another word counts: better a line less."""
    return nickname_key(nickname) in nickname_key(line)
