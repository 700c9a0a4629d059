"""引継ぎ: state, decisions, refusals. Pure: the moment and the ids come from outside."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.contracts.codes import HandoffKind, HandoffStatus
from services.contracts.intake import AcceptHandoff, HandOff
from services.intake.domain.who_may import ACCEPTING_ROLES, ANSWERING_ROLES, OWNING_ROLES
from services.kernel.errors import FieldError, NotFound, Refusal
from services.kernel.token import Actor


@dataclass(frozen=True)
class Handoff:
    """A handoff as its row says, read under the row's lock. `kept_off` holds for the whole consultation."""

    handoff_id: UUID
    consultation_id: UUID
    kind: HandoffKind
    status: HandoffStatus
    from_unit: str
    to_unit: str
    handed_off_by: UUID
    handed_off_at: datetime
    kept_off: tuple[UUID, ...]
    answered_by: UUID | None


def check_package(package: HandOff) -> None:
    """A package needs the promise, what 本人 knows, the safe way of contact and the next appointment (domain.md §5)."""
    appointment = package.next_appointment
    given = {
        "promised": package.promised.strip(),
        "personKnows": package.person_knows,
        "safeContact": package.safe_contact.strip(),
        "nextAppointment": appointment.at or appointment.note.strip(),
    }
    missing = [FieldError(path, "required") for path, value in given.items() if not value]
    if missing:
        raise Refusal("package_incomplete", "missing: " + ", ".join(f.path for f in missing), fields=missing)


def check_receiver(from_unit: str, to_unit: str) -> None:
    """A unit cannot hand off to itself."""
    if from_unit == to_unit:
        raise Refusal("same_unit", "from_unit equals to_unit", fields=[FieldError("toUnit", "same_unit")])


def _check_open(handoff: Handoff) -> None:
    match handoff.status:
        case HandoffStatus.OPEN:
            return
        case HandoffStatus.ACCEPTED:
            raise Refusal("already_accepted", "accepted earlier", refs={"acceptedBy": str(handoff.answered_by)})
        case HandoffStatus.RETURNED | HandoffStatus.WITHDRAWN:
            raise Refusal("handoff_is_closed", f"it was {handoff.status}", refs={"status": str(handoff.status)})
        case _ as never:
            assert_never(never)


def decide_accept(handoff: Handoff, command: AcceptHandoff, actor: Actor) -> None:
    """受ける: a coordinator of the receiving unit of today, not kept off. The first one wins."""
    if handoff.to_unit not in actor.units_as(*ACCEPTING_ROLES) or actor.id in handoff.kept_off:
        raise NotFound
    _check_open(handoff)
    impossible = {actor.id, *handoff.kept_off}
    places = [n for n, colleague in enumerate(command.colleague_ids) if colleague in impossible]
    if places:
        fields = [FieldError(f"colleagueIds.{n}", "colleague_not_possible") for n in places]
        raise Refusal("colleague_not_possible", "the acting person or somebody kept off", fields=fields)


def decide_return(handoff: Handoff, actor: Actor) -> None:
    """返す: a coordinator or manager of the receiving unit, not kept off."""
    if handoff.to_unit not in actor.units_as(*ANSWERING_ROLES) or actor.id in handoff.kept_off:
        raise NotFound
    _check_open(handoff)


def decide_withdraw(handoff: Handoff, actor: Actor) -> None:
    """取り下げる: staff of the sending unit, before somebody answered."""
    if handoff.from_unit not in actor.units_as(*OWNING_ROLES) or actor.id in handoff.kept_off:
        raise NotFound
    _check_open(handoff)
