"""和暦. One era table (`eras.json`) for Python and TypeScript; exact days from `forms.md` §4.

A birth date comes as typed: 「S50」「昭50」「昭和50年」「昭和50年ごろ」「1975」, with month and day possibly unknown.
"""

import json
import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

_TYPED = re.compile(r"(?P<era>[A-Za-z]|[^\W\d_A-Za-z]{1,2})?(?P<year>\d{1,4}|元)年?(?P<about>ごろ|頃|くらい|位)?")
_EARLIEST_YEAR = 1868


@dataclass(frozen=True)
class Era:
    """One era with its first and last day (none: still running)."""

    name: str
    letter: str
    short: str
    start: date
    end: date | None


@dataclass(frozen=True)
class Birth:
    """What a typed birth date says: the year, the day when all three are known, and whether it is approximate."""

    year: int
    day: date | None
    is_approximate: bool


class DateRefusedError(ValueError):
    """`field` is year, month or day; `code` one of date_invalid, date_in_future, era_year_out_of_range,
    era_day_out_of_range (that day belonged to another era)."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(code)
        self.field, self.code = field, code


@cache
def eras() -> tuple[Era, ...]:
    """All eras, oldest first."""
    rows = json.loads(Path(__file__).with_name("eras.json").read_text(encoding="utf8"))
    parse = date.fromisoformat
    return tuple(
        Era(row["era"], row["letter"], row["short"], parse(row["start"]), parse(row["end"]) if row["end"] else None)
        for row in rows
    )


def parse_birth(year: str, month: str, day: str, today: date) -> Birth | None:
    """The birth date in three typed fields, or nothing when all are blank. Raises DateRefusedError."""
    year, month, day = (unicodedata.normalize("NFKC", part).strip().replace(" ", "") for part in (year, month, day))
    if not (year or month or day):
        return None
    found = _TYPED.fullmatch(year)
    if found is None:
        raise DateRefusedError("year", "date_invalid")
    western = _western_year(found["era"] or "", 1 if found["year"] == "元" else int(found["year"]), today)
    first, last = _span(western, month.removesuffix("月"), day.removesuffix("日"))
    if found["era"] and month:
        _check_era_holds(found["era"], first, last)
    if first > today:
        raise DateRefusedError("day" if day else "month", "date_in_future")
    exact = first if first == last else None
    return Birth(western, exact, bool(found["about"]) or exact is None)


def birth_text(year: str, month: str, day: str, today: date) -> str:
    """What was told of a birth date, as a paper says it: 平成3年5月2日; 平成3年（1991年）5月; 昭和50年（1975年）ごろ.
    Empty when all is blank. Raises DateRefusedError."""
    birth = parse_birth(year, month, day, today)
    if birth is None:
        return ""
    if birth.day and not birth.is_approximate:
        return to_wareki(birth.day)
    year, month, day = (unicodedata.normalize("NFKC", part).strip() for part in (year, month, day))
    typed = _TYPED.fullmatch(year.replace(" ", ""))
    first, last = date(birth.year, 1, 1), date(birth.year, 12, 31)
    whole = [one for one in eras() if one.start <= first and (one.end is None or one.end >= last)]
    era = _find_era(typed["era"]) if typed and typed["era"] else next(iter(whole), None)
    said = f"{_era_year(era, birth.year)}（{birth.year}年）" if era else f"{birth.year}年"
    said += "".join(f"{int(part.rstrip(unit))}{unit}" for part, unit in ((month, "月"), (day, "日")) if part)
    return said + ("ごろ" if typed and typed["about"] else "")


def _era_year(era: Era, year: int) -> str:
    number = year - era.start.year + 1
    return f"{era.name}{'元' if number == 1 else number}年"


def _find_era(typed: str) -> Era:
    for era in eras():
        if typed.upper() == era.letter or typed in {era.short, era.name}:
            return era
    raise DateRefusedError("year", "date_invalid")


def _western_year(typed_era: str, number: int, today: date) -> int:
    if not typed_era:
        if not _EARLIEST_YEAR <= number <= today.year:
            raise DateRefusedError("year", "date_in_future" if number > today.year else "date_invalid")
        return number
    era = _find_era(typed_era)
    western = era.start.year + number - 1
    last = era.end.year if era.end else today.year
    if number < 1 or western > last:
        raise DateRefusedError("year", "era_year_out_of_range")
    return western


def _span(year: int, month: str, day: str) -> tuple[date, date]:
    """The first and last day that the typed parts allow."""
    if not month:
        if day:
            raise DateRefusedError("month", "date_invalid")
        return date(year, 1, 1), date(year, 12, 31)
    if not month.isdecimal() or not 1 <= int(month) <= 12:
        raise DateRefusedError("month", "date_invalid")
    if not day:
        return date(year, int(month), 1), date(year, int(month), monthrange(year, int(month))[1])
    if not day.isdecimal():
        raise DateRefusedError("day", "date_invalid")
    try:
        exact = date(year, int(month), int(day))
    except (ValueError, OverflowError):
        raise DateRefusedError("day", "date_invalid") from None
    return exact, exact


def _check_era_holds(typed_era: str, first: date, last: date) -> None:
    era = _find_era(typed_era)
    if last < era.start or (era.end is not None and first > era.end):
        raise DateRefusedError("year", "era_day_out_of_range")


def to_wareki(day: date) -> str:
    """令和8年11月24日. Days before 明治 have no era here and raise ValueError."""
    for era in reversed(eras()):
        if day >= era.start:
            return f"{_era_year(era, day.year)}{day.month}月{day.day}日"
    raise ValueError("before the first era of the table")


def weekday(day: date) -> str:
    """火. Always derived, never stored."""
    return "月火水木金土日"[day.weekday()]


def fiscal_year(day: date) -> int:
    """年度: April to March, named by the year it begins in."""
    return day.year if day.month >= 4 else day.year - 1


def age_on(birth: date, day: date) -> int:
    """Full years lived on `day`."""
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
