"""訪問: what may be recorded. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.codes import WithWhom
from services.contracts.coordination import RecordVisit
from services.contracts.tokyo import tokyo_day
from services.kernel.errors import FieldError, Refusal

CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class CaseState:
    """The case as its locked row says."""

    unit_id: str
    opened_at: datetime
    closed_at: datetime | None


def decide_record(case: CaseState, command: RecordVisit, now: datetime, captured_at: datetime) -> None:
    """The case is open, or was when this was written on a device; the visit lies neither ahead nor before the day the case
    began; nobody was met, or somebody; a promise lies not before the visit."""
    if case.closed_at is not None and captured_at >= case.closed_at:
        raise Refusal("case_is_closed", "closed cases take no visits")
    if command.visited_at > now + CLOCK_TOLERANCE:
        raise Refusal("visit_in_future", "visitedAt is ahead", fields=[FieldError("visitedAt", "date_in_future")])
    if tokyo_day(command.visited_at) < tokyo_day(case.opened_at):
        fields = [FieldError("visitedAt", "before_case")]
        raise Refusal("visit_before_case", "visitedAt lies before the case was opened", fields=fields)
    if WithWhom.NOBODY in command.with_whom and len(set(command.with_whom)) > 1:
        fields = [FieldError("withWhom", "contradicts_nobody")]
        raise Refusal("with_whom_contradicts", "withWhom says nobody and somebody", fields=fields)
    promised = command.next_promise.on
    if promised is not None and promised < tokyo_day(command.visited_at):
        fields = [FieldError("nextPromise.on", "before_visit")]
        raise Refusal("promise_before_visit", "nextPromise.on lies before visitedAt", fields=fields)
