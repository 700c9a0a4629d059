"""Who may see what of a session. One pure function; the relation itself is found in the SQL (architecture.md §7)."""

from enum import StrEnum
from typing import assert_never


class Relation(StrEnum):
    """How a member of staff stands to a session. Staff of the session stay so, whatever their unit is today."""

    SESSION_STAFF = "session_staff"
    UNIT_STAFF = "unit_staff"
    UNIT_LEAD = "unit_lead"


class Group(StrEnum):
    """Field groups of a session."""

    TIMETABLE = "timetable"
    NICKNAMES = "nicknames"
    ATTENDANCE = "attendance"
    CLOSING_LINES = "closing_lines"


def visible_groups(relation: Relation) -> frozenset[Group]:
    """The field groups a relation opens: the board is one sheet of paper on the table."""
    match relation:
        case Relation.SESSION_STAFF | Relation.UNIT_STAFF | Relation.UNIT_LEAD:
            return frozenset(Group)
    assert_never(relation)


def takes_along(relation: Relation) -> bool:
    """Who works at the table has it on the device; who leads the unit reads it with the network."""
    return relation is not Relation.UNIT_LEAD
