"""Counting: by the month it happened, by the window it came from, for managers."""

from datetime import UTC, datetime, timedelta

import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from services.reporting.views import months_between
from tests.support.person import Person, consultation_payload, open_case, wait_until


def count(manager: Person, month: str, unit: str = "tanashi-window", measure: str = "consultations") -> int:
    rows = manager.ask("Statistics", fromMonth=month, toMonth=month)["statistics"]["rows"]
    return next((row["total"] for row in rows if row["unit"]["id"] == unit and row["measure"] == measure), 0)


def test_a_late_record_counts_in_the_month_it_happened(city: Stack) -> None:
    clerk, manager = Person(city.url, "yoshida"), Person(city.url, "sasaki")
    long_ago = datetime(2026, 3, 31, 15, 30, tzinfo=UTC)  # already April in Tokyo
    before = count(manager, "2026-04"), count(manager, "2026-03")
    clerk.do("OpenConsultation", new_id(), consultation_payload("tanashi-window", openedAt=long_ago.isoformat()))
    wait_until(lambda: (count(manager, "2026-04"), count(manager, "2026-03")) == (before[0] + 1, before[1]))
    earlier = (long_ago - timedelta(minutes=31)).isoformat()
    clerk.do("OpenConsultation", new_id(), consultation_payload("tanashi-window", openedAt=earlier))
    wait_until(lambda: (count(manager, "2026-04"), count(manager, "2026-03")) == (before[0] + 1, before[1] + 1))


def test_a_closing_counts_with_its_reason_and_stays_counted_when_the_case_is_taken_up_again(city: Stack) -> None:
    """「相談・情報提供のみで終了」 and 「他機関へのつなぎ」 are asked for by the state (forms.md §2); the other reasons only together."""
    clerk, member, manager = (Person(city.url, login) for login in ("watanabe", "takahashi", "sasaki"))
    month = f"{datetime.now(UTC) + timedelta(hours=9):%Y-%m}"
    measures = ("closings", "closings_linked", "closings_information_only", "closings_concluded")

    def counts() -> list[int]:
        return [count(manager, month, "hoya-window", measure) for measure in measures]

    before = counts()
    for reason in ("linked", "information_only", "concluded"):
        case = open_case(clerk, member)
        member.do("CloseCase", case, {"closingId": str(new_id()), "reason": reason, "promiseSettled": True})
        member.do("ReopenCase", case, {})
    expected = [before[0] + 3, before[1] + 1, before[2] + 1, 0]
    wait_until(lambda: counts() == expected)


@pytest.mark.parametrize(
    ("first", "last"), [("2026-13", "2026-12"), ("x", "2026-01"), ("2026-02", "2026-01"), ("2000-01", "2026-01")]
)
def test_impossible_periods_are_refused_with_their_field(city: Stack, first: str, last: str) -> None:
    error = Person(city.url, "sasaki").post("Statistics", fromMonth=first, toMonth=last).json()["errors"][0]
    assert error["extensions"]["code"] == "malformed_request"


def test_months_run_over_the_turn_of_the_year() -> None:
    from datetime import date

    assert months_between(date(2025, 11, 1), date(2026, 2, 1)) == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
        date(2026, 2, 1),
    ]
