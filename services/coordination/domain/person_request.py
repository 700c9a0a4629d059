"""本人からの請求 about a case: what may be asked. Pure; what a sheet shares with a case is in services/person_request.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services import person_request
from services.contracts.codes import RequestDecision, RequestKind
from services.coordination.domain.visit import CaseState
from services.kernel.errors import Refusal


@dataclass(frozen=True)
class Request(person_request.Request):
    """With what else is known of its case."""

    unit_id: str
    consultation_id: UUID
    closed_at: datetime | None


def decide_open(kind: RequestKind, case: CaseState, now: datetime, years: int) -> None:
    """The end of the retention period is brought up only when it is over. Anything else may be asked at any time."""
    if kind is RequestKind.RETENTION:
        decide_retention(case.closed_at, now, years)


def decide_retention(closed_at: datetime | None, now: datetime, years: int) -> None:
    """Closed, and kept since for as long as the rule asks."""
    if not person_request.is_kept_long_enough(closed_at, now, years):
        raise Refusal("retention_not_reached", f"not closed, or closed less than {years} years ago")


def decide_decision(request: Request, decision: RequestDecision, decided_by: UUID, now: datetime, years: int) -> None:
    """As about a sheet; and by its age nothing goes that was taken up again since."""
    person_request.decide_decision(request, decision, decided_by)
    if request.kind is RequestKind.RETENTION and decision is RequestDecision.APPROVE:
        decide_retention(request.closed_at, now, years)
