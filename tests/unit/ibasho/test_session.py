"""Rules of 回 and 出入り, the spelling of nicknames, the check character. Pure."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.contracts.codes import AttendanceKind, SessionStatus
from services.contracts.ibasho import LogAttendance, NewParticipant, ScheduleSession
from services.ibasho.domain.session import (
    CLOCK_TOLERANCE,
    decide_attendance,
    decide_schedule,
    nickname_key,
    status_of,
)
from services.ibasho.domain.who_may import Group, Relation, takes_along, visible_groups
from services.kernel.errors import Refusal
from tests.support.tokens import token_code

NOW = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
KINDS = [kind for kind in AttendanceKind if kind is not AttendanceKind.CORRECTED]
NEW = NewParticipant(nickname="もみじ", code="7K3F2A")


def code_of(kind: AttendanceKind, has_id: bool, is_new: bool, at: datetime) -> str | None:
    command = LogAttendance(
        attendance_id=uuid4(),
        kind=kind,
        participant_id=uuid4() if has_id else None,
        new_participant=NEW if is_new else None,
        at=at,
    )
    try:
        decide_attendance(command, NOW)
    except Refusal as refusal:
        return refusal.code
    return None


@given(kind=st.sampled_from(KINDS), has_id=st.booleans(), is_new=st.booleans(), minutes=st.integers(-600_000, 600_000))
def test_every_fact_has_one_verdict(kind: AttendanceKind, has_id: bool, is_new: bool, minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    if not has_id and (is_new or kind in {"arrived", "left"}):
        expected = "participant_needed"
    elif has_id and kind == "plus_one":
        expected = "participant_not_expected"
    elif at > NOW + CLOCK_TOLERANCE:
        expected = "attendance_in_future"
    else:
        expected = None
    assert code_of(kind, has_id, is_new, at) == expected


@pytest.mark.parametrize(("minutes", "is_fine"), [(-60, False), (0, False), (1, True)])
def test_a_session_ends_after_it_began(minutes: int, is_fine: bool) -> None:
    ends_at = NOW + timedelta(minutes=minutes)
    command = ScheduleSession(place_id=uuid4(), programme_id=uuid4(), starts_at=NOW, ends_at=ends_at, style="free")
    if is_fine:
        decide_schedule(command)
        return
    with pytest.raises(Refusal) as refused:
        decide_schedule(command)
    assert refused.value.code == "session_ends_before_start"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("もみじ", " もみじ　", True),
        ("ＫＡＩ", "kai", True),
        ("ｶｲ", "カイ", True),
        ("ふー さん", "ふー　 さん", True),
        ("カイ", "かい", False),
        ("もみじ", "もみし", False),
    ],
)
def test_spellings_of_a_nickname(one: str, other: str, is_same: bool) -> None:
    assert (nickname_key(one) == nickname_key(other)) is is_same


@given(text=st.text(max_size=40))
def test_a_key_has_the_same_key(text: str) -> None:
    assert nickname_key(nickname_key(text)) == nickname_key(text)


@given(
    number=st.integers(0, 32**5 - 1), at=st.integers(0, 5), wrong=st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
)
def test_one_wrong_character_of_a_code_is_always_noticed(number: int, at: int, wrong: str) -> None:
    code = token_code(number)
    assert NewParticipant(nickname="x", code=code).code == code
    changed = code[:at] + wrong + code[at + 1 :]
    if changed != code:
        with pytest.raises(ValidationError):
            NewParticipant(nickname="x", code=changed)


def test_the_screens_and_the_owner_agree_on_the_check_character() -> None:
    """The same example stands in the client's tests."""
    assert NEW.code == "7K3F2A"


@pytest.mark.parametrize(
    ("opened", "closed", "facts", "status"),
    [
        (None, None, False, SessionStatus.SCHEDULED),
        (NOW, None, False, SessionStatus.OPEN),
        (None, None, True, SessionStatus.OPEN),
        (None, NOW, False, SessionStatus.CLOSED),
        (NOW, NOW, True, SessionStatus.CLOSED),
    ],
)
def test_the_status_is_derived(
    opened: datetime | None, closed: datetime | None, facts: bool, status: SessionStatus
) -> None:
    assert status_of(opened, closed, facts) is status


@pytest.mark.parametrize("relation", Relation)
def test_the_board_is_one_sheet_and_goes_along_with_who_works_at_the_table(relation: Relation) -> None:
    assert visible_groups(relation) == set(Group)
    assert takes_along(relation) is (relation is not Relation.UNIT_LEAD)
