"""開庁時間. Clocks of handoffs run only while the office is open.

Open = 8:30–17:15 on days that are neither weekends, national holidays, nor 12/29–1/3 (`ux.md` §3: a working value where
the paper is silent).
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

import jpholiday

from services.contracts.tokyo import TOKYO

OPENS, CLOSES = time(8, 30), time(17, 15)
MINUTES_A_DAY = 525
ANSWER_WITHIN_DAYS = 2
ANSWER_WITHIN_MINUTES = ANSWER_WITHIN_DAYS * MINUTES_A_DAY


@cache
def is_working_day(day: date) -> bool:
    """True on days the office opens."""
    new_year = (day.month, day.day) >= (12, 29) or (day.month, day.day) <= (1, 3)
    return day.weekday() < 5 and not new_year and not jpholiday.is_holiday(day)


def _span(day: date) -> tuple[datetime, datetime]:
    return datetime.combine(day, OPENS, TOKYO), datetime.combine(day, CLOSES, TOKYO)


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole working minutes from start to end (0 when end is earlier)."""
    if end <= start:
        return 0
    day, last = start.astimezone(TOKYO).date(), end.astimezone(TOKYO).date()
    total = timedelta()
    while day <= last:
        if is_working_day(day):
            opens, closes = _span(day)
            total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return int(total.total_seconds() // 60)


def due_at(start: datetime, minutes: int = ANSWER_WITHIN_MINUTES) -> datetime:
    """The moment when `minutes` of working time have passed since start."""
    left, day = timedelta(minutes=minutes), start.astimezone(TOKYO).date()
    while True:
        if is_working_day(day):
            opens, closes = _span(day)
            available = max(timedelta(), closes - max(start, opens))
            if available >= left:
                return (max(start, opens) + left).astimezone(UTC)
            left -= available
        day += timedelta(days=1)
