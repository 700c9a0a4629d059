"""終了と再開: what may be closed and opened again. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.coordination.domain.visit import CaseState
from services.kernel.errors import FieldError, NotFound, Refusal


@dataclass(frozen=True)
class Promise:
    """The next promise of a case, as it stands."""

    on: date | None
    note: str

    def is_open(self, today: date) -> bool:
        """Whether it still is to be kept: its day has not gone by, or it has none."""
        return self.on >= today if self.on else bool(self.note)


def decide_who(owner_id: UUID, case: CaseState, actor_id: UUID, managed: Collection[str]) -> None:
    """The owner of the case, or a manager of its unit."""
    if actor_id != owner_id and case.unit_id not in managed:
        raise NotFound


def decide_close(case: CaseState, promise: Promise, today: date, *, is_settled: bool) -> None:
    """An open case, whose next promise is settled: nobody waits at home for somebody who does not come."""
    if case.closed_at is not None:
        raise Refusal("case_closed_before", "the case is closed already")
    if promise.is_open(today) and not is_settled:
        fields = [FieldError("promiseSettled", "promise_is_open")]
        raise Refusal("promise_is_open", "the next promise is neither kept nor settled", fields=fields)


def decide_reopen(case: CaseState) -> None:
    """A closed case."""
    if case.closed_at is None:
        raise Refusal("case_is_open", "the case is open")
