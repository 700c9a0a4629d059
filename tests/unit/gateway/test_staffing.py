"""The rules of changed assignments, without a database."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from gateway.staff.staffing import Assignment, Register, Unit, change
from services.contracts.codes import Role
from services.contracts.staff import ChangeAssignments
from services.kernel.errors import Refusal
from services.kernel.ids import new_id
from services.kernel.token import Actor

TODAY = date(2026, 3, 20)
APRIL = date(2026, 4, 1)
BOSS, CLERK, NEW, OWN = new_id(), new_id(), new_id(), new_id()
BOSS_HELD, CLERK_HELD, FOREIGN_HELD, AUDITOR_HELD, AGENCY_HELD = (new_id() for _ in range(5))


def register() -> Register:
    held = [
        Assignment(BOSS_HELD, BOSS, "support", Role.MANAGER, date(2024, 4, 1)),
        Assignment(CLERK_HELD, CLERK, "support", Role.COORDINATOR, date(2024, 4, 1)),
        Assignment(FOREIGN_HELD, CLERK, "window", Role.WINDOW_STAFF, date(2024, 4, 1)),
        Assignment(AGENCY_HELD, new_id(), "agency", Role.PARTNER, date(2024, 4, 1)),
        Assignment(AUDITOR_HELD, new_id(), "audit", Role.AUDITOR, date(2024, 4, 1), date(2025, 3, 31)),
    ]
    units = {name: Unit(name) for name in ("support", "window", "audit")} | {
        "old": Unit("old", date(2025, 4, 1), "support"),
        "agency": Unit("agency", answered_by="support"),
        "agency-2": Unit("agency-2", answered_by="window"),
    }
    return Register(units, {each.assignment_id: each for each in held}, {BOSS: None, CLERK: None, NEW: None, OWN: BOSS})


def run(managed: set[str] | None = None, **act: Any) -> dict[UUID, Assignment]:
    boss = Actor(BOSS, "staff", tuple((unit, "manager") for unit in ({"support"} if managed is None else managed)))
    return dict(change(ChangeAssignments(**act), register(), boss, TODAY))


def begun(**changes: Any) -> dict[str, Any]:
    said = {"assignment_id": new_id(), "staff_id": NEW, "unit_id": "support", "role": "coordinator"}
    return {**said, "from_date": APRIL, **changes}


OPENS = [{"unit_id": "new", "name": "新しい係"}]
CLOSES = [{"unit_id": "support", "closed_on": APRIL, "successor": "new"}]


def test_one_april_the_unit_closes_its_successor_opens_and_everybody_moves() -> None:
    boss, clerk = begun(staff_id=BOSS, unit_id="new", role="manager"), begun(staff_id=CLERK, unit_id="new")
    changed = run(
        opens=OPENS,
        closes=CLOSES,
        begins=[boss, clerk],
    )
    assert {(each.unit_id, each.role, each.from_date, each.until) for each in changed.values()} == {
        ("support", Role.MANAGER, date(2024, 4, 1), date(2026, 3, 31)),
        ("support", Role.COORDINATOR, date(2024, 4, 1), date(2026, 3, 31)),
        ("new", Role.MANAGER, APRIL, None),
        ("new", Role.COORDINATOR, APRIL, None),
    }


AGENCY = [{"unit_id": "new", "name": "新しい関係機関", "answered_by": "support"}]


def test_another_agency_is_succeeded_by_whichever_its_manager_names() -> None:
    for successor in ("agency-2", "window"):
        [ended] = run(closes=[{**CLOSES[0], "unit_id": "agency", "successor": successor}]).values()
        assert (ended.role, ended.until) == (Role.PARTNER, APRIL - timedelta(days=1))


def test_an_agency_begins_with_partners_and_whoever_manages_the_unit_that_answers_for_it_begins_and_ends_them() -> None:
    for act in ({"opens": AGENCY, "begins": [begun(unit_id="new", role="partner")]}, {"opens": AGENCY}):
        assert {each.role for each in run(**act).values()} <= {Role.PARTNER}
    begins = begun(unit_id="agency", role="partner")
    assert [each.unit_id for each in run(begins=[begins]).values()] == ["agency"]
    ends = [{"assignment_id": AGENCY_HELD, "until": APRIL}]
    assert [each.until for each in run(ends=ends).values()] == [APRIL]
    with pytest.raises(Refusal) as refused:
        run({"window"}, ends=ends)
    assert refused.value.code == "not_found"


def test_who_answered_for_an_agency_is_succeeded_in_that_too() -> None:
    """The heir's manager has the closed unit in their token, and with it what it answered for."""
    held = register()
    held.units["support"] = Unit("support", date(2026, 3, 1), "window")
    heir = Actor(BOSS, "staff", (("window", "manager"), ("support", "manager")), heir_of=("support",))
    act = ChangeAssignments(begins=[begun(unit_id="agency", role="partner")])
    assert [each.unit_id for each in change(act, held, heir, TODAY).values()] == ["agency"]


def test_one_may_be_of_the_city_after_one_was_of_an_agency() -> None:
    leaves = {"until": date(2026, 3, 31)}
    act = [begun(unit_id="agency", role="partner", from_date=TODAY, **leaves), begun()]
    assert {each.role for each in run(begins=act).values()} == {Role.PARTNER, Role.COORDINATOR}


@pytest.mark.parametrize("unit", ["audit", "new"])
def test_an_auditor_begins_where_was_one_or_in_what_succeeds_it(unit: str) -> None:
    moves = {"opens": OPENS, "closes": [{**CLOSES[0], "unit_id": "audit"}]} if unit == "new" else {}
    leads = [begun(staff_id=CLERK, unit_id="new", role="manager")] if unit == "new" else []
    *_, begins = run({"audit"}, **moves, begins=[*leads, begun(unit_id=unit, role="auditor")]).values()
    assert (begins.unit_id, begins.role) == (unit, Role.AUDITOR)


def test_the_first_auditor_of_all_begins_anywhere() -> None:
    nobody_audits = register()
    del nobody_audits.assignments[AUDITOR_HELD]
    boss = Actor(BOSS, "staff", (("support", "manager"),))
    act = ChangeAssignments(begins=[begun(role="auditor")])
    assert [each.role for each in change(act, nobody_audits, boss, TODAY).values()] == [Role.AUDITOR]


def test_no_unit_is_left_to_a_manager_who_goes_later() -> None:
    """Two managers, one of them for a time: the other may not end today without a third."""
    held = register()
    leaves = Assignment(new_id(), CLERK, "support", Role.MANAGER, TODAY, APRIL)
    held.assignments[leaves.assignment_id] = leaves
    boss = Actor(BOSS, "staff", (("support", "manager"),))
    ends: dict[str, Any] = {"ends": [{"assignment_id": BOSS_HELD, "until": TODAY}]}
    with pytest.raises(Refusal) as refused:
        change(ChangeAssignments(**ends), held, boss, TODAY)
    assert refused.value.code == "no_manager_left"


def test_yesterday_ends_an_assignment_at_once() -> None:
    [ended] = run(ends=[{"assignment_id": CLERK_HELD, "until": TODAY - timedelta(days=1)}]).values()
    assert not ended.holds_on(TODAY) and ended.holds_on(TODAY - timedelta(days=1))


def test_a_manager_may_go_when_another_comes() -> None:
    act = {
        "ends": [{"assignment_id": BOSS_HELD, "until": APRIL - timedelta(days=1)}],
        "begins": [begun(role="manager")],
    }
    assert len(run(**act)) == 2


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("nothing_changes", {}),
        ("no_manager_left", {"opens": OPENS}),
        ("not_found", {"ends": [{"assignment_id": FOREIGN_HELD, "until": APRIL}]}),
        ("not_found", {"ends": [{"assignment_id": new_id(), "until": APRIL}]}),
        ("not_found", {"begins": [begun(unit_id="window")]}),
        ("not_found", {"begins": [begun(unit_id="nowhere")]}),
        ("not_found", {"begins": [begun(staff_id=new_id())]}),
        ("not_found", {"closes": [{"unit_id": "window", "closed_on": APRIL, "successor": "support"}]}),
        ("not_found", {"closes": [{"unit_id": "support", "closed_on": APRIL, "successor": "nowhere"}]}),
        ("unit_exists", {"opens": [{"unit_id": "window", "name": "窓口"}]}),
        ("unit_is_closed", {"closes": [{"unit_id": "support", "closed_on": APRIL, "successor": "support"}]}),
        ("unit_is_closed", {"closes": [{"unit_id": "support", "closed_on": APRIL, "successor": "old"}]}),
        ("successor_is_agency", {"closes": [{"unit_id": "support", "closed_on": APRIL, "successor": "agency"}]}),
        ("successor_is_agency", {"opens": AGENCY, "closes": CLOSES}),
        ("not_found", {"opens": [{**AGENCY[0], "answered_by": "window"}]}),
        ("not_found", {"opens": [{**AGENCY[0], "answered_by": "agency"}]}),
        ("not_found", {"opens": [{**AGENCY[0], "answered_by": "nowhere"}]}),
        ("not_found", {"begins": [begun(unit_id="agency-2", role="partner")]}),
        ("only_partners_in_agency", {"begins": [begun(role="partner")]}),
        ("only_partners_in_agency", {"begins": [begun(unit_id="agency", role="manager")]}),
        ("only_partners_in_agency", {"opens": AGENCY, "begins": [begun(unit_id="new", role="window_staff")]}),
        ("only_partners_in_agency", {"opens": OPENS, "begins": [begun(unit_id="new", role="partner")]}),
        ("partner_and_staff", {"begins": [begun(staff_id=CLERK, unit_id="agency", role="partner")]}),
        ("partner_and_staff", {"begins": [begun(), begun(unit_id="agency", role="partner")]}),
        ("partner_and_staff", {"begins": [begun(unit_id="agency", role="partner", until=APRIL), begun()]}),
        ("ends_in_the_past", {"closes": [{"unit_id": "support", "closed_on": date(2026, 3, 1), "successor": "window"}]}),
        ("ends_in_the_past", {"ends": [{"assignment_id": CLERK_HELD, "until": date(2026, 3, 18)}]}),
        ("begins_in_the_past", {"begins": [begun(from_date=date(2026, 3, 19))]}),
        ("ends_before_it_begins", {"begins": [begun(until=date(2026, 3, 31))]}),
        ("already_assigned", {"begins": [begun(staff_id=CLERK)]}),
        ("own_assignment", {"begins": [begun(staff_id=BOSS)]}),
        ("own_assignment", {"opens": OPENS, "begins": [begun(staff_id=BOSS, unit_id="new", role="manager")]}),
        ("own_assignment", {"opens": OPENS, "closes": CLOSES, "begins": [begun(staff_id=BOSS, unit_id="new")]}),
        (
            "own_assignment",
            {"opens": OPENS, "closes": CLOSES,
             "begins": [begun(staff_id=BOSS, unit_id="new", role="manager", from_date=APRIL + timedelta(days=1))]},
        ),
        ("own_registration", {"begins": [begun(staff_id=OWN, role="manager")]}),
        ("own_registration", {"begins": [begun(staff_id=OWN, role="auditor")]}),
        ("own_registration", {"opens": OPENS, "begins": [begun(staff_id=OWN, unit_id="new", role="manager")]}),
        ("unit_does_not_audit", {"begins": [begun(role="auditor")]}),
        ("unit_does_not_audit", {"opens": OPENS, "closes": CLOSES, "begins": [begun(unit_id="new", role="auditor")]}),
        ("not_found", {"begins": [begun(unit_id="audit", role="auditor")]}),
        ("already_assigned", {"begins": [begun(), begun()]}),
        ("already_assigned", {"begins": [begun(assignment_id=CLERK_HELD)]}),
        ("no_manager_left", {"ends": [{"assignment_id": BOSS_HELD, "until": APRIL}]}),
        (
            "no_manager_left",
            {"ends": [{"assignment_id": BOSS_HELD, "until": APRIL}],
             "begins": [begun(role="manager", from_date=APRIL + timedelta(days=2))]},
        ),
    ],
)  # fmt: skip
def test_what_is_refused(code: str, act: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        run(**act)
    assert refused.value.code == code


def test_whoever_manages_nothing_finds_nothing() -> None:
    for act in ({}, {"opens": [{"unit_id": "own", "name": "自分の係"}]}, {"begins": [begun()]}):
        with pytest.raises(Refusal) as refused:
            run(set(), **act)
        assert refused.value.code == "not_found"
