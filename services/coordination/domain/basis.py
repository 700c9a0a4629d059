"""共有の根拠: what may be given. Pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from services.coordination.domain.visit import CaseState
from services.kernel.errors import FieldError, NotFound, Refusal

CONFERENCE_AT_MOST = timedelta(days=31)
"""A 支援会議 is bound to its meeting: papers before it, decisions after it. A working value."""
SHARED_AT_MOST = timedelta(days=366)
"""A consent or a 69条2項 is looked at again within a year. A working value."""


def decide_basis(case: CaseState, from_at: datetime, until: datetime, at_most: timedelta, now: datetime) -> None:
    """An open case, an end ahead, and no longer than the kind allows."""
    if case.closed_at is not None:
        raise Refusal("case_is_closed", "nothing new is opened of a closed case")
    if until <= max(now, from_at) or until > max(now, from_at) + at_most:
        fields = [FieldError("until", "until_out_of_range")]
        raise Refusal("until_out_of_range", f"until lies ahead, by at most {at_most.days} days", fields=fields)


def decide_team(
    join: Collection[UUID], leave: Collection[UUID], owner_id: UUID | None, kept_off: Collection[UUID]
) -> None:
    """Nobody both joins and leaves; nobody kept off joins."""
    wrong = {*join, *([owner_id] if owner_id else [])} & {*leave, *kept_off}
    if wrong:
        fields = [FieldError("join", "colleague_not_possible")]
        raise Refusal("colleague_not_possible", "somebody who is kept off, or who also leaves", fields=fields)


def decide_team_left(owner_id: UUID, team: Collection[UUID]) -> None:
    """A case keeps an owner who is on its team."""
    if owner_id not in team:
        raise Refusal(
            "owner_not_on_team", "name an owner who stays on the team", fields=[FieldError("ownerId", "required")]
        )


def decide_keep_off(staff_id: UUID, actor_id: UUID, *, is_manager: bool) -> None:
    """Oneself, or by a manager of the unit who stays. Coordination knows no other's role, and whoever is kept off may be the
    one who answers for the case: so nobody else shuts them out, and with each act there is a manager left to let in again."""
    if is_manager and staff_id == actor_id:
        raise Refusal("keep_off_needs_another", "a manager is kept off by another manager of the unit")
    if not is_manager and staff_id != actor_id:
        raise Refusal("keep_off_needs_manager", "somebody else is kept off by a manager of the unit")


def decide_emergency(units: Collection[str]) -> None:
    """Somebody who works for the city itself. To anybody else the case does not exist."""
    if not units:
        raise NotFound
