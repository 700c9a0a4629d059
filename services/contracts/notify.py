"""The language of 通知: notices for one recipient and signals that say "fetch again"."""

from uuid import UUID

from pydantic import Field

from services.contracts.base import Command, EventData
from services.contracts.codes import NoticeKind, SignalHint


class ReadNotice(Command):
    """お知らせを読んだ. Subject = the notice; only its recipient."""


class NotifyEvent(EventData):
    SERVICE = "notify"


class NoticeRaised(NotifyEvent):
    """A notice stands for one member of staff. Where it leads is an id; its words are a fixed sentence per kind."""

    notice_id: UUID
    recipient_id: UUID
    kind: NoticeKind
    handoff_id: UUID | None = None
    case_id: UUID | None = None


class SignalRaised(NotifyEvent):
    """A hint for open screens of the named recipients. Losing one costs at most a minute (the screen's own refresh)."""

    recipient_ids: list[UUID] = Field(min_length=1)
    hint: SignalHint
    about: UUID | None = None


COMMANDS: tuple[type[Command], ...] = (ReadNotice,)
EVENTS: tuple[type[EventData], ...] = (NoticeRaised, SignalRaised)
