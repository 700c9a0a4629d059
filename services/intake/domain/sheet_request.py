"""本人からの請求 about a sheet: what may be asked, and what may be erased here. Pure; what is the same for a case is in
services/person_request.py."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import RequestDecision, RequestKind
from services.kernel.errors import Refusal
from services.person_request import ERASING, Request, decide_decision, is_kept_long_enough

_OF_THE_CASE = ERASING | {RequestKind.SUSPENSION}
"""What is asked where the case is kept, once there is one: the sheet follows from there."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as its rows say, read under its lock. `last_at`: when it was opened, or a handoff of it answered last."""

    unit_id: str
    last_at: datetime
    is_waiting: bool
    became_case: bool


def decide_open(kind: RequestKind, sheet: Sheet, now: datetime, years: int) -> None:
    """What erases or suspends is asked here only of a sheet that never became a case, and the end of the retention period only
    when it is over. Anything else may be asked at any time."""
    if kind in _OF_THE_CASE and sheet.became_case:
        raise Refusal("sheet_became_case", "a case is erased or suspended by its own request")
    ended_at = None if sheet.is_waiting else sheet.last_at
    if kind is RequestKind.RETENTION and not is_kept_long_enough(ended_at, now, years):
        raise Refusal(
            "sheet_retention_not_reached", f"a handoff waits, or the last of it is less than {years} years ago"
        )


def decide(request: Request, decision: RequestDecision, sheet: Sheet, decided_by: UUID) -> bool:
    """Whether the decision erases. What was taken meanwhile is in another unit's hands; so is what waits for an answer, and
    nobody can give one while it is suspended."""
    decide_decision(request, decision, decided_by)
    if decision is not RequestDecision.APPROVE or request.kind not in _OF_THE_CASE:
        return False
    if sheet.became_case:
        raise Refusal("sheet_became_case", "a case is erased or suspended by its own request")
    if request.kind not in ERASING:
        return False
    if sheet.is_waiting:
        raise Refusal("handoff_is_open", "a handoff of this sheet waits for its answer")
    return True
