"""記録の閲覧: which reads somebody should look at first. Pure. A mark is a question, never an accusation."""

from dataclasses import dataclass
from enum import StrEnum

MANY_IN_A_ROW = 20
"""Pages of different cases opened by one person within ten minutes. A working value."""
DAY_BEGINS, DAY_ENDS = 7, 21
"""Hours in Tokyo; outside of them it is night. Working values."""


class Odd(StrEnum):
    """Why a read comes first, the weightiest first."""

    NO_RELATION = "no_relation"
    OWN_SURNAME = "own_surname"
    CLOSED_CASE = "closed_case"
    MANY = "many"
    NIGHT = "night"


@dataclass(frozen=True)
class Read:
    """What is known of one read of one case."""

    basis: str
    tokyo_hour: int
    is_after_close: bool
    has_own_surname: bool
    run: int


def odd_marks(read: Read) -> list[Odd]:
    """Every reason to look, weightiest first. An emergency stands for no relation: it was all there was."""
    relations = set(read.basis.split(","))
    facts = {
        Odd.NO_RELATION: relations <= {"emergency", "none"},
        Odd.OWN_SURNAME: read.has_own_surname,
        Odd.CLOSED_CASE: read.is_after_close,
        Odd.MANY: read.run >= MANY_IN_A_ROW,
        Odd.NIGHT: not DAY_BEGINS <= read.tokyo_hour < DAY_ENDS,
    }
    return [mark for mark in Odd if facts[mark]]


def weight(marks: list[Odd]) -> int:
    """Greater comes first."""
    order = list(Odd)
    return sum(1 << (len(order) - order.index(mark)) for mark in marks)
