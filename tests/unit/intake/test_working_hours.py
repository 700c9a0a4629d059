"""Clocks run only while the office is open."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.tokyo import TOKYO
from services.intake.domain.working_hours import ANSWER_WITHIN_MINUTES, due_at, is_working_day, minutes_between


def at(text: str) -> datetime:
    """A moment in Tokyo, e.g. 2026-11-24 12:46."""
    return datetime.fromisoformat(text).replace(tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("day", "open_"),
    [
        (date(2026, 11, 20), True),
        (date(2026, 11, 21), False),
        (date(2026, 11, 23), False),  # 勤労感謝の日
        (date(2026, 11, 24), True),
        (date(2026, 12, 28), True),
        (date(2026, 12, 29), False),
        (date(2026, 12, 31), False),
        (date(2027, 1, 3), False),
        (date(2027, 1, 4), True),
        (date(2026, 9, 22), False),  # 国民の休日 between two holidays
        (date(2026, 5, 6), False),  # 振替休日
    ],
)
def test_days_the_office_opens(day: date, open_: bool) -> None:
    assert is_working_day(day) is open_


@pytest.mark.parametrize(
    ("start", "end", "minutes"),
    [
        ("2026-11-24 12:00", "2026-11-24 13:30", 90),
        ("2026-11-24 08:00", "2026-11-24 08:31", 1),
        ("2026-11-24 17:14", "2026-11-25 08:31", 2),
        ("2026-11-20 16:10", "2026-11-24 12:46", 65 + 256),
        ("2026-11-21 10:00", "2026-11-23 20:00", 0),
        ("2026-12-28 17:00", "2027-01-04 08:45", 30),
        ("2026-11-24 13:00", "2026-11-24 12:00", 0),
    ],
)
def test_minutes_of_working_time(start: str, end: str, minutes: int) -> None:
    assert minutes_between(at(start), at(end)) == minutes


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ("2026-11-24 12:46", "2026-11-26 12:46"),
        ("2026-11-20 16:10", "2026-11-25 16:10"),
        ("2026-11-24 08:30", "2026-11-25 17:15"),
        ("2026-11-24 07:00", "2026-11-25 17:15"),
        ("2026-11-24 17:15", "2026-11-26 17:15"),
        ("2026-11-21 10:00", "2026-11-25 17:15"),
        ("2026-12-28 09:00", "2027-01-05 09:00"),
    ],
)
def test_an_answer_is_due_two_working_days_later(start: str, due: str) -> None:
    assert due_at(at(start)) == at(due)
    assert due_at(at(start)).tzinfo is UTC


MOMENTS = st.integers(0, 60 * 24 * 1700).map(lambda n: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=n))


@given(MOMENTS)
def test_until_it_is_due_exactly_the_allowed_minutes_pass(start: datetime) -> None:
    due = due_at(start)
    assert ANSWER_WITHIN_MINUTES - 1 <= minutes_between(start, due) <= ANSWER_WITHIN_MINUTES
    assert minutes_between(start, due - timedelta(minutes=1)) < ANSWER_WITHIN_MINUTES


@given(MOMENTS, st.timedeltas(timedelta(), timedelta(days=20)), st.timedeltas(timedelta(), timedelta(days=20)))
def test_time_adds_up(start: datetime, first: timedelta, second: timedelta) -> None:
    middle, end = start + first, start + first + second
    parts = minutes_between(start, middle) + minutes_between(middle, end)
    assert 0 <= minutes_between(start, end) - parts <= 1
