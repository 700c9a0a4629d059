"""Who may do what with a handoff or a sheet, and which field groups each relation shows. Pure; the SQL picks the rows."""

from enum import StrEnum
from uuid import UUID

from services.contracts.codes import HandoffStatus, Role
from services.kernel.token import Actor

OWNING_ROLES = (Role.WINDOW_STAFF, Role.COORDINATOR, Role.MANAGER)
"""Who of a unit opens, sees and hands off its consultations. Not 居場所スタッフ, not 監査."""
ANSWERING_ROLES = (Role.COORDINATOR, Role.MANAGER)
"""Who of a receiving unit sees and returns what waits there."""
ACCEPTING_ROLES = (Role.COORDINATOR,)
"""Who takes a handoff: the one who will walk along."""


class Relation(StrEnum):
    """Why somebody may see a record; written into the access row as its basis."""

    OWN_UNIT = "own_unit"
    RECEIVING_UNIT = "receiving_unit"
    ANSWERED_BY_ME = "answered_by_me"


class Group(StrEnum):
    """Groups of fields that are shown or withheld together."""

    CODES = "codes"
    PACKAGE_WORDS = "package_words"
    ANSWER_WORDS = "answer_words"


_SHOWN: dict[Relation, frozenset[Group]] = {
    Relation.OWN_UNIT: frozenset(Group),
    Relation.RECEIVING_UNIT: frozenset({Group.CODES, Group.PACKAGE_WORDS}),
    Relation.ANSWERED_BY_ME: frozenset({Group.CODES, Group.ANSWER_WORDS}),
}


def shown_to(relation: Relation) -> frozenset[Group]:
    """Field groups of a handoff for a relation. After the answer the receiver keeps codes and the own answer, no words."""
    return _SHOWN[relation]


def find_relation(actor: Actor, from_unit: str, to_unit: str, status: str, answered_by: UUID | None) -> Relation | None:
    """The strongest relation of an actor to a handoff, or none. Kept-off staff are already left out by the SQL."""
    if from_unit in actor.units_as(*OWNING_ROLES):
        return Relation.OWN_UNIT
    if to_unit in actor.units_as(*ANSWERING_ROLES):
        if status == HandoffStatus.OPEN:
            return Relation.RECEIVING_UNIT
        if answered_by == actor.id:
            return Relation.ANSWERED_BY_ME
    return None
