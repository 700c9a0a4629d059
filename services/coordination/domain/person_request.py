"""本人からの請求: what may be asked and decided. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from services.contracts.codes import RequestDecision, RequestKind
from services.contracts.person_request import CorrectPerson
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import DateRefusedError, parse_birth
from services.coordination.domain.visit import CaseState
from services.kernel.errors import FieldError, Refusal

ERASING = frozenset({RequestKind.ERASURE, RequestKind.RETENTION})
"""What deletes words. Two people, always: one asks, another decides."""


@dataclass(frozen=True)
class Request:
    """A request as its rows say, read behind its locked case."""

    request_id: UUID
    kind: RequestKind
    unit_id: str
    consultation_id: UUID
    opened_by: UUID
    is_decided: bool
    closed_at: datetime | None


def is_kept_long_enough(closed_at: datetime | None, now: datetime, years: int) -> bool:
    """保存期間: whole years from the day a case was closed; an open case has none."""
    if closed_at is None:
        return False
    closed, today = tokyo_day(closed_at), tokyo_day(now)
    return (today.year - closed.year, today.month, today.day) >= (years, closed.month, closed.day)


def decide_open(kind: RequestKind, case: CaseState, now: datetime, years: int) -> None:
    """The end of the retention period is brought up only when it is over. Anything else may be asked at any time."""
    if kind is RequestKind.RETENTION:
        decide_retention(case.closed_at, now, years)


def decide_retention(closed_at: datetime | None, now: datetime, years: int) -> None:
    """Closed, and kept since for as long as the rule asks."""
    if not is_kept_long_enough(closed_at, now, years):
        raise Refusal("retention_not_reached", f"not closed, or closed less than {years} years ago")


def decide_decision(request: Request, decision: RequestDecision, decided_by: UUID, now: datetime, years: int) -> None:
    """Once; what erases, by another person than who opened it; by its age, nothing that was taken up again since."""
    if request.is_decided:
        raise Refusal("already_decided", "somebody decided this request before")
    if request.kind in ERASING and request.opened_by == decided_by:
        raise Refusal("second_person_needed", "another manager decides what erases")
    if request.kind is RequestKind.RETENTION and decision is RequestDecision.APPROVE:
        decide_retention(request.closed_at, now, years)


def decide_correction(command: CorrectPerson, today: date) -> dict[str, object]:
    """The columns to be replaced. A birth is replaced whole: what is blank is not known any more."""
    names = ("person_name", "person_kana", "person_address", "person_phone")
    columns: dict[str, object] = {name: getattr(command, name) for name in names if getattr(command, name) is not None}
    if command.birth is not None:
        told = command.birth
        try:
            birth = parse_birth(told.year, told.month, told.day, today)
        except DateRefusedError as error:
            fields = [FieldError(f"birth.{error.field}", error.code)]
            raise Refusal(error.code, f"birth.{error.field}", fields=fields) from None
        columns |= {"birth_year_told": told.year, "birth_month_told": told.month, "birth_day_told": told.day}
        columns |= {"birth_year": birth.year if birth else None, "birth_date": birth.day if birth else None}
    if not columns:
        raise Refusal("correction_empty", "nothing is given to be corrected")
    return columns
