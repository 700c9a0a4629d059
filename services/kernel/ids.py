"""Ids. Clients make UUIDv7; events derive theirs, so a resend recreates the same event."""

from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

_EVENTS = UUID("6f1f0f0a-5c1e-5d0e-9d5a-62616e736f00")

new_id = uuid7
"""A fresh time-ordered id."""


def event_id(cause: UUID, n: int) -> UUID:
    """The id of the n-th event that a command or event causes: always the same."""
    return uuid5(_EVENTS, f"{cause}:{n}")


def derived_id(cause: UUID, *parts: object) -> UUID:
    """A stable id for a thing that exists because of `cause`, e.g. one message to one recipient."""
    return uuid5(cause, ":".join(str(part) for part in parts))
