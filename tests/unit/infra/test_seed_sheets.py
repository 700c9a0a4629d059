"""The demo never contradicts itself: who calls, how, about whom, what binds, and when."""

from datetime import UTC, date, datetime, time
from uuid import uuid4

import pytest

from infra.seed import CONSULTATIONS, moments
from infra.seed_sheets import consultation, package, story_of, visit, visit_moments
from services.contracts.contact import contradicts
from services.contracts.tokyo import TOKYO, tokyo_day
from services.intake.domain.working_hours import is_working_day

DAYS = [date(2026, 11, 24), date(2027, 1, 4), date(2026, 5, 7)]
NUMBERS = range(CONSULTATIONS)
AT = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_sheet_fits_together(number: int) -> None:
    sheet, told = consultation(number, AT, "hoya-window"), consultation(number, AT, "hoya-window")["told"]
    assert sheet == consultation(number, AT, "hoya-window")
    assert not contradicts(sheet["contactRules"])
    assert (sheet["callerRelation"] is not None) == (sheet["callerKind"] == "family")
    if sheet["callerKind"] == "person":
        assert sheet["personKnows"] == "knows"
    assert ("メールでの相談" in told["memo"]) <= (sheet["channel"] == "mail")
    assert ("来所" in told["memo"]) <= (sheet["channel"] == "visit")
    who = {"母": "mother", "父": "father", "祖母": "grandparent", "妻": "spouse"}
    for word, relation in who.items():
        if told["contactNote"].startswith(f"{word}の携帯"):
            assert sheet["callerRelation"] == relation
    assert bool(told["callerPhone"]) == story_of(number).way.has_phone
    assert "mail_only" not in sheet["contactRules"] or not told["callerPhone"]


@pytest.mark.parametrize("day", DAYS)
def test_calls_visits_and_promises_fall_on_working_days_at_varied_hours(day: date) -> None:
    now = datetime.combine(day, time(0), TOKYO).astimezone(UTC)
    hours = set()
    for number, at in enumerate(moments(day)):
        assert is_working_day(tokyo_day(at))
        sheet = consultation(number, at, "hoya-window")
        due = datetime.fromisoformat(package(number, uuid4(), sheet, at)["nextAppointment"]["at"])
        assert is_working_day(tokyo_day(due)) and due > at
        visits = visit_moments(number, at, now)
        assert not visits or not {"mail_only", "no_visit"} & {*sheet["contactRules"]}
        for count, visited in enumerate(visits):
            assert is_working_day(tokyo_day(visited)) and at < visited < now
            hours.add(visited.astimezone(TOKYO).time())
            said = visit(number, count, visited, day)
            assert sheet["callerKind"] == "family" or not said["familyWords"]
            assert "no_letter" not in sheet["contactRules"] or said["outcome"] != "letter_left"
    assert len(hours) > 12


def test_a_seed_with_nothing_running_says_so_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from infra.ports import free_ports
    from infra.seed import main

    [port] = free_ports(1)
    monkeypatch.setenv("DATABASE_URL", f"postgresql://nobody@127.0.0.1:{port}/none")
    with pytest.raises(SystemExit, match="make run"):
        asyncio.run(main())
