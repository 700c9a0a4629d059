"""相談: what may be written down, by whom, and what is derived from it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.contracts.codes import Concern
from services.contracts.contact import contradicts
from services.contracts.intake import OpenConsultation
from services.contracts.tokyo import tokyo_day
from services.contracts.wareki import DateRefusedError, fiscal_year, parse_birth
from services.intake.domain.who_may import OWNING_ROLES
from services.kernel.errors import FieldError, Refusal
from services.kernel.token import Actor

CLOCK_TOLERANCE = timedelta(minutes=5)
OFFICE_MARKS = {"hoya-window": "保", "tanashi-window": "田"}
OTHER_OFFICE_MARK = "支"
"""One mark for all other units: a receipt number can reach a family, so it never names ひきこもり支援."""


@dataclass(frozen=True)
class Derived:
    """What follows from the typed words."""

    concerns: tuple[Concern, ...]
    birth_year: int | None
    birth_date: date | None


def decide_open(command: OpenConsultation, actor: Actor, now: datetime) -> Derived:
    """Who called and how is enough. The unit must be one's own; ◎ counts as ○ too; a birth date must exist."""
    if command.unit_id not in actor.units_as(*OWNING_ROLES):
        raise Refusal(
            "not_your_unit", "the actor has no role there today", fields=[FieldError("unitId", "not_your_unit")]
        )
    if command.opened_at > now + CLOCK_TOLERANCE:
        raise Refusal("opened_in_future", "openedAt is ahead", fields=[FieldError("openedAt", "date_in_future")])
    check_rules(command.contact_rules)
    told = command.told.birth
    try:
        birth = parse_birth(told.year, told.month, told.day, tokyo_day(now))
    except DateRefusedError as error:
        fields = [FieldError(f"told.birth.{error.field}", error.code)]
        raise Refusal(error.code, f"told.birth.{error.field}", fields=fields) from None
    main = [command.main_concern] if command.main_concern else []
    concerns = tuple(dict.fromkeys([*command.concerns, *main]))
    return Derived(concerns, birth.year if birth else None, birth.day if birth else None)


def check_rules(chosen: Sequence[str], bound: Sequence[str] = ()) -> None:
    """「どの方法でもよい」 stands alone: not beside another rule chosen, nor against one that binds already."""
    if contradicts(chosen) or ("any_way" in chosen and contradicts([*chosen, *bound])):
        fields = [FieldError("contactRules", "contradicts")]
        raise Refusal("contact_rules_contradict", "any_way beside another rule", fields=fields)


def office_mark(unit_id: str) -> str:
    """The mark of the office in a 受付番号; numbers run per mark."""
    return OFFICE_MARKS.get(unit_id, OTHER_OFFICE_MARK)


def receipt_number(unit_id: str, opened_at: datetime, number: int) -> str:
    """受付番号, e.g. 保2026-0042: office, 年度, running number. It says nothing about anyone."""
    return f"{office_mark(unit_id)}{fiscal_year(tokyo_day(opened_at))}-{number:04d}"
