"""The language of 本人からの請求 about who takes part in 居場所, spoken by 居場所 (個人情報保護法76条・90条・98条).

A nickname is used for nothing but to be called by: whoever wants it used no more (利用停止) has it erased.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from services.contracts.base import Command, EventData, Line, Text, UnitId
from services.contracts.codes import RequestDecision, RequestKind
from services.contracts.person_request import DecidePersonRequest

Nickname = Annotated[Line, StringConstraints(min_length=1, max_length=40)]


class OpenParticipantRequest(Command):
    """請求を受ける. Subject = the participant. By whoever works at the place, or a manager of its unit, for the person."""

    request_id: UUID
    kind: Literal[RequestKind.DISCLOSURE, RequestKind.CORRECTION, RequestKind.ERASURE, RequestKind.RETENTION]
    asked: Text = ""


class DecideParticipantRequest(DecidePersonRequest):
    """請求を決める. Subject = the participant. By a manager of the place's unit; what erases, by another one than who opened it.

    The note goes with the words when the decision erases them."""


class CorrectNickname(Command):
    """訂正する (90条). Subject = the participant. By whoever works at the place, once approved."""

    request_id: UUID
    nickname: Nickname


class ParticipantRequestOpened(EventData):
    """A request waits for a manager of the place's unit."""

    SERVICE = "ibasho"
    participant_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    opened_by: UUID


class ParticipantRequestDecided(EventData):
    """A manager decided a request. `opened_by`: who received it, and is to be told."""

    SERVICE = "ibasho"
    participant_id: UUID
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    decision: RequestDecision
    decided_by: UUID
    opened_by: UUID | None = None  # not said before 2026-11-29


class NicknameCorrected(EventData):
    """An approved correction was made: that it was, nothing of what stood there or stands there now."""

    SERVICE = "ibasho"
    participant_id: UUID
    request_id: UUID
    unit_id: UnitId


class ParticipantErased(EventData):
    """Nickname, token and every line with the nickname are gone; who came how often stays, as nobody's. Coordination undoes
    the link of the token, should there be one, and says `ErasureDone`.

    It carries all ids of the person, of the request and of the lines, so that it can be done again after a restore."""

    SERVICE = "ibasho"
    participant_id: UUID
    also_known_as: list[UUID]
    lines: list[UUID]
    request_id: UUID
    unit_id: UnitId
    kind: RequestKind
    opened_by: UUID
    decided_by: UUID


COMMANDS: tuple[type[Command], ...] = (OpenParticipantRequest, DecideParticipantRequest, CorrectNickname)
EVENTS: tuple[type[EventData], ...] = (
    *(ParticipantRequestOpened, ParticipantRequestDecided, NicknameCorrected, ParticipantErased),
)
