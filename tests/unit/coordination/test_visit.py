"""Rules of 訪問, and what each relation sees. Pure."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.codes import VisitOutcome, WithWhom
from services.contracts.coordination import NextPromise, RecordVisit
from services.contracts.tokyo import tokyo_day
from services.coordination.domain.visit import CLOCK_TOLERANCE, CaseState, decide_record
from services.coordination.domain.who_may import EVERYTHING, OWN, Relation, visible_groups
from services.kernel.errors import Refusal

OPENED = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 24, 3, 46, tzinfo=UTC)
CASE = CaseState("hikikomori-support", OPENED, None)
MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 20), timezones=st.just(UTC))  # noqa: DTZ001


def recorded(at: datetime, promised: date | None = None) -> RecordVisit:
    return RecordVisit(
        visit_id=uuid4(), visited_at=at, outcome=VisitOutcome.ABSENT, next_promise=NextPromise(on=promised)
    )


def code_of(case: CaseState, command: RecordVisit, now: datetime = NOW, captured_at: datetime = NOW) -> str | None:
    try:
        decide_record(case, command, now, captured_at)
    except Refusal as refusal:
        return refusal.code
    return None


@given(at=MOMENTS, promised=st.none() | st.dates(date(2026, 11, 1), date(2026, 12, 31)))
def test_every_moment_and_promise_has_one_verdict(at: datetime, promised: date | None) -> None:
    if at > NOW + CLOCK_TOLERANCE:
        expected = "visit_in_future"
    elif tokyo_day(at) < tokyo_day(OPENED):
        expected = "visit_before_case"
    elif promised is not None and promised < tokyo_day(at):
        expected = "promise_before_visit"
    else:
        expected = None
    assert code_of(CASE, recorded(at, promised)) == expected


def test_a_visit_met_the_person_and_nobody() -> None:
    met = recorded(NOW).model_copy(update={"with_whom": [WithWhom.PERSON, WithWhom.NOBODY]})
    assert code_of(CASE, met) == "with_whom_contradicts"
    assert code_of(CASE, recorded(NOW).model_copy(update={"with_whom": [WithWhom.NOBODY]})) is None


def test_spaces_were_kept_as_somebody_s_words() -> None:
    words = {"person_words": "　　　", "family_words": " \n", "memo": " 手紙 "}
    command = RecordVisit(visit_id=uuid4(), visited_at=NOW, outcome=VisitOutcome.ABSENT, **words)
    assert (command.person_words, command.family_words, command.memo) == ("", "", " 手紙 ")


@given(at=MOMENTS, minutes=st.integers(0, 60 * 24))
def test_a_closed_case_takes_no_visit_whenever_it_was_but_one_written_before(at: datetime, minutes: int) -> None:
    """What was written on a device before the closing is judged as on an open case."""
    closed = CaseState(CASE.unit_id, CASE.opened_at, OPENED + timedelta(days=1))
    assert closed.closed_at
    away = timedelta(minutes=minutes)
    assert code_of(closed, recorded(at), captured_at=closed.closed_at + away) == "case_is_closed"
    before = closed.closed_at - away - timedelta(microseconds=1)
    assert code_of(closed, recorded(at), captured_at=before) == code_of(CASE, recorded(at))


@pytest.mark.parametrize(
    ("at", "code"),
    [
        (NOW + timedelta(minutes=5), None),
        (NOW + timedelta(minutes=5, microseconds=1), "visit_in_future"),
        (datetime(2026, 11, 19, 15, 0, tzinfo=UTC), None),
        (datetime(2026, 11, 19, 14, 59, 59, tzinfo=UTC), "visit_before_case"),
    ],
    ids=["tolerance", "beyond tolerance", "midnight in Tokyo of the first day", "a second before"],
)
def test_the_edges(at: datetime, code: str | None) -> None:
    assert code_of(CASE, recorded(at)) == code


def test_a_promise_may_fall_on_the_day_of_the_visit_itself() -> None:
    late = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # already the 24th in Tokyo
    assert code_of(CASE, recorded(late, date(2026, 11, 24))) is None
    assert code_of(CASE, recorded(late, date(2026, 11, 23))) == "promise_before_visit"


@pytest.mark.parametrize("outcome", VisitOutcome)
def test_no_outcome_is_a_failure(outcome: VisitOutcome) -> None:
    decide_record(CASE, recorded(NOW).model_copy(update={"outcome": outcome}), NOW, NOW)


@pytest.mark.parametrize("relation", OWN)
def test_team_and_lead_see_the_whole_case(relation: Relation) -> None:
    assert visible_groups(relation) == EVERYTHING
