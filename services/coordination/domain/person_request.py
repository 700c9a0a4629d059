"""本人からの請求 about a case: what may be asked. Pure; what a sheet shares with a case is in services/person_request.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import RequestKind
from services.coordination.domain.visit import CaseState
from services.kernel.errors import Refusal
from services.person_request import is_kept_long_enough


@dataclass(frozen=True)
class Request:
    """A request as its rows say, read behind its locked case."""

    request_id: UUID
    kind: RequestKind
    unit_id: str
    consultation_id: UUID
    opened_by: UUID
    is_decided: bool


def decide_open(kind: RequestKind, case: CaseState, now: datetime, years: int) -> None:
    """The end of the retention period is brought up only when it is over. Anything else may be asked at any time."""
    if kind is RequestKind.RETENTION and not is_kept_long_enough(case.closed_at, now, years):
        raise Refusal("retention_not_reached", f"not closed, or closed less than {years} years ago")
