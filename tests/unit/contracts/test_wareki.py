"""和暦: what is typed at the window, exact era days, and dates that cannot be. `forms.md` §4."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.wareki import (
    Birth,
    DateRefusedError,
    age_on,
    birth_text,
    eras,
    fiscal_year,
    parse_birth,
    to_wareki,
)

TODAY = date(2026, 11, 24)
FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.mark.parametrize(
    ("typed", "year"),
    [
        ("昭50", 1975),
        ("S50", 1975),
        ("s50", 1975),
        ("Ｓ５０", 1975),
        ("昭和50年", 1975),
        ("昭和 50 年", 1975),
        ("㍼50", 1975),
        ("1975", 1975),
        ("１９７５年", 1975),
        ("昭和64", 1989),
        ("平成元年", 1989),
        ("平31", 2019),
        ("令和元", 2019),
        ("R8", 2026),
        ("大15", 1926),
        ("明45", 1912),
        ("T1", 1912),
    ],
)
def test_years_as_typed(typed: str, year: int) -> None:
    assert parse_birth(typed, "", "", TODAY) == Birth(year, None, True)


@pytest.mark.parametrize("typed", ["昭和50年ごろ", "S50頃", "1975年くらい", "昭50位"])
def test_about_a_year_stays_approximate_even_with_a_day(typed: str) -> None:
    assert parse_birth(typed, "4", "3", TODAY) == Birth(1975, date(1975, 4, 3), True)


def test_a_full_date_is_exact() -> None:
    assert parse_birth("昭50", "４月", "３日", TODAY) == Birth(1975, date(1975, 4, 3), False)
    assert parse_birth("昭50", "4", "", TODAY) == Birth(1975, None, True)


def test_nothing_typed_is_nothing_said() -> None:
    assert parse_birth("", " ", "　", TODAY) is None


@pytest.mark.parametrize(
    ("typed", "field", "code"),
    [
        (("昭和65", "", ""), "year", "era_year_out_of_range"),
        (("S０", "", ""), "year", "era_year_out_of_range"),
        (("大16", "", ""), "year", "era_year_out_of_range"),
        (("令和9", "", ""), "year", "era_year_out_of_range"),
        (("昭和64", "1", "8"), "year", "era_day_out_of_range"),
        (("昭和64", "2", ""), "year", "era_day_out_of_range"),
        (("平成元", "1", "7"), "year", "era_day_out_of_range"),
        (("令和元", "4", "30"), "year", "era_day_out_of_range"),
        (("昭50", "2", "29"), "day", "date_invalid"),
        (("昭50", "4", "31"), "day", "date_invalid"),
        (("昭50", "0", ""), "month", "date_invalid"),
        (("昭50", "13", "1"), "month", "date_invalid"),
        (("昭50", "", "3"), "month", "date_invalid"),
        (("昭50", "4", "x"), "day", "date_invalid"),
        (("昭50", "4", "9" * 40), "day", "date_invalid"),
        (("", "4", "3"), "year", "date_invalid"),
        (("50", "", ""), "year", "date_invalid"),
        (("1867", "", ""), "year", "date_invalid"),
        (("X50", "", ""), "year", "date_invalid"),
        (("わからない", "", ""), "year", "date_invalid"),
        (("2027", "", ""), "year", "date_in_future"),
        (("2026", "11", "25"), "day", "date_in_future"),
        (("R8", "12", ""), "month", "date_in_future"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(typed: tuple[str, str, str], field: str, code: str) -> None:
    with pytest.raises(DateRefusedError) as refused:
        parse_birth(*typed, TODAY)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_a_birth_today_is_no_future() -> None:
    assert parse_birth("R8", "11", "24", TODAY) == Birth(2026, TODAY, False)


def test_eras_follow_each_other_without_gap_or_overlap() -> None:
    for before, after in zip(eras(), eras()[1:], strict=False):
        assert before.end is not None
        assert (after.start - before.end).days == 1
    assert eras()[-1].end is None


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1989, 1, 8), "平成元年1月8日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1912, 7, 29), "明治45年7月29日"),
        (date(2026, 11, 24), "令和8年11月24日"),
    ],
)
def test_dates_are_written_in_their_era(day: date, written: str) -> None:
    assert to_wareki(day) == written


def test_before_the_first_era_nothing_is_written() -> None:
    with pytest.raises(ValueError, match="era"):
        to_wareki(date(1868, 1, 24))


DAYS = st.dates(min_value=eras()[0].start, max_value=TODAY)


@given(DAYS, st.booleans(), st.sampled_from(["name", "short", "letter"]))
def test_any_day_survives_being_written_in_its_era_and_read_again(day: date, wide: bool, form: str) -> None:
    era = next(era for era in reversed(eras()) if day >= era.start)
    parts = (f"{getattr(era, form)}{day.year - era.start.year + 1}", str(day.month), str(day.day))
    typed = [part.translate(FULL_WIDTH) if wide else part for part in parts]
    assert parse_birth(typed[0], typed[1], typed[2], TODAY) == Birth(day.year, day, False)


@given(DAYS)
def test_to_wareki_agrees_with_parse(day: date) -> None:
    year, rest = to_wareki(day).split("年")
    month, last = rest.split("月")
    assert parse_birth(year, month, last, TODAY) == Birth(day.year, day, False)


@given(st.text(max_size=20), st.text(max_size=6), st.text(max_size=6))
def test_any_text_is_read_or_refused_with_a_known_code(year: str, month: str, day: str) -> None:
    try:
        found = parse_birth(year, month, day, TODAY)
    except DateRefusedError as refused:
        assert refused.field in {"year", "month", "day"}
        assert refused.code in {"era_year_out_of_range", "era_day_out_of_range", "date_invalid", "date_in_future"}
    else:
        assert found is None or 1868 <= found.year <= TODAY.year


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("", "", ""), ""),
        (("平3", "", ""), "平成3年（1991年）"),
        (("昭50ごろ", "", ""), "昭和50年（1975年）ごろ"),
        (("H3", "５月", ""), "平成3年（1991年）5月"),
        (("1998", "", ""), "平成10年（1998年）"),
        (("1989", "", ""), "1989年"),
        (("平元", "2", ""), "平成元年（1989年）2月"),
        (("平3頃", "5", "2"), "平成3年（1991年）5月2日ごろ"),
        (("平3", "5", "2"), "平成3年5月2日"),
    ],
)
def test_what_was_told_of_a_birth_is_written_for_a_paper(typed: tuple[str, str, str], said: str) -> None:
    assert birth_text(*typed, TODAY) == said


def test_fiscal_years_begin_in_april_and_ages_on_the_birthday() -> None:
    assert [fiscal_year(date(2026, 3, 31)), fiscal_year(date(2026, 4, 1))] == [2025, 2026]
    assert [age_on(date(1998, 11, 24), day) for day in (date(2026, 11, 23), TODAY)] == [27, 28]
