"""職員と担当 on the real stack: who changes what, what it does at once, and whose cases need somebody."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.contracts.access_log import DAYS_BACK
from services.contracts.codes import Role
from services.kernel.ids import new_id
from tests.access.rest_of_story import passkey
from tests.access.test_fields import TOLD
from tests.service.gateway.test_sessions import post, stale
from tests.support.hired import FIRST_PASSWORD, Hired, hire, today
from tests.support.person import Person, basis_payload, open_case, wait_until
from tests.support.rows import rows
from tests.support.signals import WITHIN_SECONDS, listening


def yesterday() -> str:
    return str(today() - timedelta(days=1))


@pytest.fixture(scope="module")
def unit(city: Stack) -> str:
    """A unit of this module's own: what happens in it is nobody else's test's matter."""
    unit_id = f"unit-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '試しの係')", unit_id)
    return unit_id


@pytest.fixture
def boss(city: Stack, unit: str) -> Person:
    return Person(city.url, hire(city, unit, Role.MANAGER).login, FIRST_PASSWORD)


def change(person: Person, **act: Any) -> dict[str, Any]:
    return person.submit(person.envelope("ChangeAssignments", new_id(), act))[0]


def assignments_of(person: Person, hired: Hired) -> list[dict[str, Any]]:
    return [a for a in person.ask("Staffing")["staffing"]["assignments"] if a["staff"]["id"] == str(hired.staff_id)]


def begun(hired: Hired, unit: str, role: str = "coordinator", **changes: Any) -> dict[str, Any]:
    said = {"assignmentId": str(new_id()), "staffId": str(hired.staff_id), "unitId": unit, "role": role}
    return {**said, "fromDate": str(today()), **changes}


def test_whoever_leaves_is_signed_out_everywhere_within_a_second(city: Stack, unit: str, boss: Person) -> None:
    hired = hire(city, unit)
    desk, tablet = Person(city.url, hired.login, FIRST_PASSWORD), Person(city.url, hired.login, FIRST_PASSWORD)
    [held] = assignments_of(boss, hired)
    with listening(desk) as ear:
        outcome = change(boss, ends=[{"assignmentId": held["id"], "until": yesterday()}], note="退職")
        begun_at = time.monotonic()
        assert outcome["status"] == "ACCEPTED"
        assert tablet.post("Me").json()["code"] == "signed_out"
        seconds = ear.wait_for_end() - begun_at
    print(f"left: stream ended after {seconds:.2f} s (promise: 1 s)")
    assert seconds < WITHIN_SECONDS
    assert post(city, hired.login, FIRST_PASSWORD).json()["code"] == "no_assignment"
    changes = boss.ask("Staffing")["staffing"]["changes"]
    assert ("退職", boss.id) in {(each["note"], each["by"]["id"]) for each in changes}


def lines_of(person: Person, note: str) -> list[tuple[str, ...]]:
    """What the change of this note says it changed: kind, unit, and for whom or what, from when, until when."""
    said = next(each for each in person.ask("Staffing")["staffing"]["changes"] if each["note"] == note)["lines"]
    about = [each["staff"]["name"] + " " + each["role"] if each["staff"] else each["successor"] for each in said]
    names = [one["name"] if isinstance(one, dict) else one for one in about]
    return [
        (each["kind"], each["unit"]["name"], name, each["fromDate"], each["until"])
        for each, name in zip(said, names, strict=True)
    ]


def test_the_record_of_changes_says_what_each_changed_and_goes_on_saying_it(city: Stack) -> None:
    """Another last day later does not rewrite what an earlier change was; other units' lines are other managers'."""
    old, new = f"old-{new_id().hex[-8:]}", f"new-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '閉じる係')", old)
    boss, hired = hire(city, old, Role.MANAGER), hire(city)
    manager = Person(city.url, boss.login, FIRST_PASSWORD)
    day, later, tomorrow = (str(today() + timedelta(days=days)) for days in (30, 60, 1))
    begin = begun(hired, old)
    begin_with_end = {**begun(hired, old, "ibasho_staff"), "until": later}
    for note, act in {
        "加える": {"begins": [begin, begin_with_end]},
        "終える": {"ends": [{"assignmentId": begin["assignmentId"], "until": day}]},
        "延ばす": {"ends": [{"assignmentId": begin["assignmentId"], "until": later}]},
        "閉じる": {
            "opens": [{"unitId": new, "name": "引き継ぐ係"}],
            "closes": [{"unitId": old, "closedOn": tomorrow, "successor": new}],
            "begins": [begun(boss, new, "manager", fromDate=tomorrow)],
        },
    }.items():
        assert change(manager, note=note, **act)["status"] == "ACCEPTED", note
    coordinator, ibasho, first = (f"新任 試 {role}" for role in ("coordinator", "ibasho_staff", "manager"))
    began, ended = (str(today()), None), (None, str(today()))
    assert sorted(lines_of(manager, "加える")) == [
        ("begins", "閉じる係", coordinator, *began),
        ("begins", "閉じる係", ibasho, str(today()), later),
    ]
    assert lines_of(manager, "終える") == [("ends", "閉じる係", coordinator, None, day)]
    assert lines_of(manager, "延ばす") == [("ends", "閉じる係", coordinator, None, later)]
    closing = [("ends", "閉じる係", who, *ended) for who in (coordinator, ibasho, first)]
    assert sorted(lines_of(manager, "閉じる")) == [("closes", "閉じる係", "引き継ぐ係", tomorrow, None), *closing], (
        "the new unit is theirs from tomorrow"
    )
    stranger = Person(city.url, "sasaki").ask("Staffing")["staffing"]["changes"]
    assert not {"加える", "終える", "延ばす", "閉じる"} & {each["note"] for each in stranger}


def street_of(city: Stack, hired: Hired) -> str:
    query = "select home_street, former_streets from staff_private where staff_id = $1"
    [row] = rows(city, "gateway", query, hired.staff_id)
    return "、".join([row["home_street"], *row["former_streets"]])


def test_no_manager_takes_a_street_back_by_changing_it_or_ending_the_last_assignment(
    city: Stack, unit: str, boss: Person
) -> None:
    """The mark of the own street in 記録の閲覧 stays on what was read before."""
    leaves, stays = hire(city, unit), hire(city, unit)
    for hired in (leaves, stays):
        for street in ("南町3丁目", "南町3丁目", "", "南町3丁目", "谷戸町1丁目"):
            boss.do("NoteHomeStreet", hired.staff_id, {"homeStreet": street})
    ends = [{"assignmentId": assignments_of(boss, leaves)[0]["id"], "until": yesterday()}]
    assert change(boss, ends=ends)["status"] == "ACCEPTED"
    assert [street_of(city, hired) for hired in (leaves, stays)] == ["谷戸町1丁目、南町3丁目"] * 2


def test_a_street_is_kept_as_long_as_the_log_tells_of_what_its_person_read_and_goes_by_itself(
    city: Stack, unit: str, boss: Person
) -> None:
    gone, told = hire(city, unit), hire(city, unit)
    for hired in (gone, told):
        for street in ("谷戸町1丁目", "南町3丁目"):
            boss.do("NoteHomeStreet", hired.staff_id, {"homeStreet": street})
    gone.reassign(from_days=-DAYS_BACK - 2, until_days=-DAYS_BACK - 1)
    told.reassign(from_days=-DAYS_BACK - 2, until_days=-DAYS_BACK)
    city.stop(["gateway"])
    city.start(["gateway"])
    wait_until(lambda: street_of(city, gone) == "")
    assert street_of(city, told) == "南町3丁目、谷戸町1丁目", "what was read on the last day can still be told"


def test_several_roles_at_once_and_the_bus_learns_ids_only(city: Stack, unit: str, boss: Person) -> None:
    hired = hire(city, unit)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    envelope = boss.envelope("ChangeAssignments", new_id(), {"begins": [begun(hired, unit, "ibasho_staff")]})
    assert [boss.submit(envelope)[0]["status"] for _ in range(2)] == ["ACCEPTED", "ACCEPTED"]
    roles = {(a["unit"]["id"], a["role"]) for a in person.ask("Me")["me"]["assignments"]}
    assert roles == {(unit, "coordinator"), (unit, "ibasho_staff")}
    said = rows(city, "gateway", "select data from outbox where causation_id = $1", UUID(envelope["id"]))
    assert len(said) == 1 and set(said[0]["data"]) == {"assignmentId", "staffId", "unitId", "role", "fromDate", "until"}


def test_another_manager_s_unit_is_not_found_and_nothing_changes(city: Stack, unit: str, boss: Person) -> None:
    stranger, hired = Person(city.url, "sasaki"), hire(city, unit)
    [held] = assignments_of(boss, hired)
    assert change(stranger, ends=[{"assignmentId": held["id"], "until": yesterday()}])["code"] == "not_found"
    assert change(stranger, begins=[begun(hired, unit, "manager")])["code"] == "not_found"
    assert change(stranger, closes=[{"unitId": unit, "closedOn": str(today()), "successor": "hikikomori-support"}])["code"] == "not_found"  # fmt: skip
    assert assignments_of(stranger, hired) == []
    assert assignments_of(boss, hired) == [held]


def test_everything_of_an_act_or_nothing(city: Stack, unit: str, boss: Person) -> None:
    one, other = hire(city, unit), hire(city, unit)
    [held] = assignments_of(boss, one)
    ends = [{"assignmentId": held["id"], "until": yesterday()}]
    assert change(boss, ends=ends, begins=[begun(other, unit)])["code"] == "already_assigned"
    assert assignments_of(boss, one) == [held]


def test_a_closed_unit_s_people_are_out_and_its_successor_answers_for_it(city: Stack) -> None:
    old, new = f"old-{new_id().hex[-8:]}", f"new-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '閉じる係')", old)
    stays, leaves = hire(city, old, Role.MANAGER), hire(city, old)
    manager, goes = Person(city.url, stays.login, FIRST_PASSWORD), Person(city.url, leaves.login, FIRST_PASSWORD)
    outcome = change(
        manager,
        note="4月1日の組織改正",
        opens=[{"unitId": new, "name": "引き継ぐ係"}],
        closes=[{"unitId": old, "closedOn": str(today()), "successor": new}],
        begins=[begun(stays, new, "manager")],
    )
    assert outcome["status"] == "ACCEPTED", outcome
    assert goes.post("Me").json()["code"] == "signed_out"
    mine = [(a["unit"]["id"], a["role"]) for a in manager.ask("Me")["me"]["assignments"]]
    assert mine == [(new, "manager"), (old, "manager")], "its own unit first, then what it succeeded"
    assert old not in {each["id"] for each in manager.ask("Units", receiving=False)["units"]}
    closed = next(u for u in manager.ask("Staffing")["staffing"]["units"] if u["unit"]["id"] == old)
    assert (closed["closedOn"], closed["successor"]["id"]) == (str(today()), new)
    assert change(manager, begins=[begun(leaves, old)])["code"] == "unit_is_closed"
    assert post(city, leaves.login, FIRST_PASSWORD).json()["code"] == "no_assignment"


def test_staff_are_changed_only_by_who_has_just_shown_who_they_are(city: Stack, unit: str, boss: Person) -> None:
    hired = hire(city, unit)
    stale(city, boss)
    envelope = boss.envelope("ChangeAssignments", new_id(), {"begins": [begun(hired, unit, "ibasho_staff")]})
    refused = boss.submit(envelope)[0]
    assert (refused["status"], refused["code"]) == ("REFUSED", "not_fresh") and refused["message"]
    assert boss.submit(boss.envelope("RegisterStaff", new_id(), {"login": "x", "name": "x"}))[0]["code"] == "not_fresh"
    assert boss.http.post("/session/fresh", json={"password": FIRST_PASSWORD}).status_code == 200
    assert boss.submit(envelope)[0]["status"] == "ACCEPTED", "the same id: nothing had happened"


def test_the_cases_of_whoever_leaves_stand_on_the_manager_s_page(city: Stack) -> None:
    hired, manager = hire(city), Person(city.url, "sasaki")
    owner = Person(city.url, hired.login, FIRST_PASSWORD)
    case = open_case(Person(city.url, "watanabe"), owner)

    def listed() -> dict[str, Any]:
        found = manager.ask("Staffing")["staffing"]["casesWithoutOwner"]
        return {each["card"]["id"]: each["ownerUntil"] for each in found}

    def read_of(case_id: object) -> list[list[str]]:
        query = "select field_groups from access_log where actor_id = $1 and shown -> 'case' ? $2 order by id"
        return [
            sorted(row["field_groups"]) for row in rows(city, "coordination", query, UUID(manager.id), str(case_id))
        ]

    assert str(case) not in listed()
    assert read_of(case) == [], "what needs nobody is not opened by looking at the staff"
    hired.reassign(until_days=7)
    assert listed()[str(case)] == str(today() + timedelta(days=7))
    hired.reassign(until_days=-1)
    assert listed()[str(case)] is None
    screens = "select screen from access_log where actor_id = $1 order by id desc limit 1"
    assert rows(city, "coordination", screens, UUID(manager.id))[0]["screen"] == "Staffing", "a read like any other"
    assert read_of(case) == [["identity", "team"]] * 2, "the name and whose it is, as the page shows"


def test_who_left_the_unit_and_is_still_on_a_team_stands_on_the_manager_s_page(city: Stack, unit: str) -> None:
    stays, moves, lent = hire(city), hire(city), hire(city, unit)
    owner, manager = Person(city.url, stays.login, FIRST_PASSWORD), Person(city.url, "sasaki")
    case = str(open_case(Person(city.url, "watanabe"), owner))
    owner.do("ChangeTeam", case, {"join": [str(moves.staff_id), str(lent.staff_id)]})

    def listed() -> dict[str, Any]:
        found = manager.ask("Staffing")["staffing"]["casesWithFormer"]
        return {each["card"]["id"]: [staff["id"] for staff in each["former"]] for each in found}

    assert case not in listed(), "a colleague of another unit is there on purpose"
    rows(city, "gateway", "update assignment set unit_id = $2 where staff_id = $1", moves.staff_id, unit)
    assert case not in listed(), "this unit never had them"
    rows(
        city,
        "gateway",
        "insert into assignment (assignment_id, staff_id, unit_id, role, from_date, until) values ($1, $2, $3, $4, $5, $6)",
        *(new_id(), moves.staff_id, "hikikomori-support", "coordinator", today() - timedelta(days=9)),
        today() - timedelta(days=2),
    )
    assert listed()[case] == [str(moves.staff_id)]
    owner.do("ChangeTeam", case, {"leave": [str(moves.staff_id)]})
    assert case not in listed()


class Newcomer:
    """Registered and assigned by a manager, without a password yet."""

    def __init__(self, city: Stack, boss: Person, unit: str) -> None:
        self.city, self.boss, self.login = city, boss, f"fresh-{new_id().hex[-10:]}"
        self.hired = Hired(city, new_id(), self.login)
        boss.do("RegisterStaff", self.hired.staff_id, {"login": self.login.upper(), "name": "新任 試"})
        boss.do("ChangeAssignments", new_id(), {"begins": [begun(self.hired, unit)]})

    def code(self) -> str:
        return str(self.boss.ask("IssueSetUpCode", staffId=str(self.hired.staff_id))["issueSetUpCode"]["code"])

    def choose(self, code: str, new: str = FIRST_PASSWORD, id: object = None) -> httpx.Response:
        said = {"id": str(id or new_id()), "login": self.login, "code": code, "new": new}
        return httpx.post(f"{self.city.url}/password/first", json=said, headers={"Origin": self.city.url}, timeout=30)


def test_somebody_new_chooses_a_password_with_a_code_that_counts_once(city: Stack, unit: str, boss: Person) -> None:
    new, id = Newcomer(city, boss, unit), new_id()
    void, code = new.code(), new.code()
    assert new.choose(void).json()["code"] == "set_up_failed", "a new code voids the first"
    assert new.choose(code, "password-2026").json()["code"] == "password_too_common"
    assert new.choose(code.lower().replace("-", " "), id=id).json() == {"changed": True}
    assert new.choose(code, id=id).json() == {"changed": True}, "sent again"
    assert new.choose(code).json()["code"] == "set_up_failed"
    assert post(city, new.login, FIRST_PASSWORD).status_code == 200


def test_a_forgotten_password_is_replaced_and_its_sessions_end(city: Stack, unit: str, boss: Person) -> None:
    new = Newcomer(city, boss, unit)
    new.choose(new.code())
    person, another = Person(city.url, new.login, FIRST_PASSWORD), "雨あがりの坂道をbicycleで下る"
    before = person.ask("PasswordSetAt")["passwordSetAt"]
    passkey(city, person)
    assert len(person.ask_everything("passkeys")) == 1
    assert new.choose(new.code(), another).status_code == 200
    assert person.post("Me").json()["code"] == "signed_out"
    assert post(city, new.login, FIRST_PASSWORD).json()["code"] == "sign_in_failed"
    again = Person(city.url, new.login, another)
    assert again.ask_everything("passkeys") == [], "what somebody added before opens no more"
    after = again.ask("PasswordSetAt")["passwordSetAt"]
    assert after > before, "whoever did not set it sees when it was set"


def test_an_unknown_login_a_wrong_and_an_old_code_are_the_same_answer(city: Stack, unit: str, boss: Person) -> None:
    new = Newcomer(city, boss, unit)
    code, unknown = new.code(), Newcomer(city, boss, unit)
    unknown.login = "nobody-here"
    query = "update set_up_code_private set valid_until = now() where staff_id = $1"
    wrong = new.choose("2222-2222-2222-2222")
    rows(city, "gateway", query, new.hired.staff_id)
    answers = [wrong, new.choose(code), unknown.choose(code)]
    assert {(a.status_code, a.text) for a in answers} == {(401, wrong.text)}
    assert wrong.json()["code"] == "set_up_failed"


def test_only_the_manager_of_the_unit_gives_a_code(city: Stack, unit: str, boss: Person) -> None:
    new = Newcomer(city, boss, unit)
    for login in ("sasaki", "takahashi", "fujiwara"):
        assert Person(city.url, login).refused("IssueSetUpCode", staffId=str(new.hired.staff_id)) == "not_found"
    stale(city, boss)
    assert boss.refused("IssueSetUpCode", staffId=str(new.hired.staff_id)) == "not_fresh"


def first_come(city: Stack, boss: Person, hired: Hired) -> set[str]:
    """What a manager may do for somebody as the manager of the unit they are longest in."""
    said = {each["staff"]["id"]: each for each in boss.ask("Staffing")["staffing"]["directory"]}[str(hired.staff_id)]
    noted = boss.submit(boss.envelope("NoteHomeStreet", hired.staff_id, {"homeStreet": "南町3丁目"}))[0]["status"]
    coded = boss.post("IssueSetUpCode", staffId=str(hired.staff_id)).json()
    signed_in = {each["staff"]["id"] for each in boss.ask("SignIns")["signIns"]}
    may = {
        "sessions": str(hired.staff_id) in signed_in,
        "shown": said["isMine"],
        "street": bool(said["homeStreet"]),
        "note": noted == "ACCEPTED",
        "code": bool(coded["data"]),
    }
    return {what for what, is_so in may.items() if is_so}


@pytest.mark.parametrize("from_days", [0, 365])
def test_whoever_begins_another_unit_s_person_in_their_own_gets_no_code_for_them(
    city: Stack, unit: str, boss: Person, from_days: int
) -> None:
    hired, own = hire(city), Person(city.url, "sasaki")
    own.do("NoteHomeStreet", hired.staff_id, {"homeStreet": "谷戸町1丁目"})
    day = str(today() + timedelta(days=from_days))
    assert change(boss, begins=[begun(hired, unit, fromDate=day)])["status"] == "ACCEPTED"
    Person(city.url, hired.login, FIRST_PASSWORD)  # and signs in
    assert first_come(city, boss, hired) == set()
    assert street_of(city, hired) == "谷戸町1丁目"
    assert first_come(city, own, hired) == {"shown", "street", "note", "code", "sessions"}


def test_a_code_is_given_where_somebody_is_longest_also_when_each_year_has_its_assignment(
    city: Stack, unit: str, boss: Person
) -> None:
    hired = hire(city, unit)
    for from_days, until_days, where in ((-400, -31, unit), (-30, None, unit), (-90, None, "hikikomori-support")):
        rows(
            city,
            "gateway",
            "insert into assignment values ($1, $2, $3, 'ibasho_staff', $4, $5)",
            *(new_id(), hired.staff_id, where, today() + timedelta(days=from_days)),
            today() + timedelta(days=until_days) if until_days else None,
        )
    assert first_come(city, Person(city.url, "sasaki"), hired) == set()
    assert first_come(city, boss, hired) >= {"shown", "code"}
    rows(
        city,
        "gateway",
        "update assignment set until = $2 where staff_id = $1 and unit_id = $3",
        hired.staff_id,
        today() - timedelta(days=1),
        unit,
    )
    assert first_come(city, boss, hired) == set()
    assert first_come(city, Person(city.url, "sasaki"), hired) >= {"shown", "code"}


def test_a_unit_that_was_succeeded_twice_is_still_where_somebody_is_longest(
    city: Stack, unit: str, boss: Person
) -> None:
    first, second = (f"{unit}-{n}" for n in (1, 2))
    for each, on, successor in ((second, -30, unit), (first, -300, second)):
        query = "insert into unit (unit_id, name, closed_on, successor) values ($1, '係', $2, $3)"
        rows(city, "gateway", query, each, today() + timedelta(days=on), successor)
    hired = hire(city, unit)
    rows(city, "gateway", "delete from assignment where staff_id = $1", hired.staff_id)
    spells = ((first, -900, -301), (second, -300, -31), (unit, -30, None), ("hikikomori-support", -400, None))
    for where, since, until in spells:
        days = (today() + timedelta(days=since), today() + timedelta(days=until) if until else None)
        query = "insert into assignment values ($1, $2, $3, 'coordinator', $4, $5)"
        rows(city, "gateway", query, new_id(), hired.staff_id, where, *days)
    assert first_come(city, Person(city.url, "sasaki"), hired) == set()
    assert first_come(city, boss, hired) >= {"shown", "code"}


def test_nobody_begins_anything_for_themselves_nor_an_auditor_where_nobody_audits(
    city: Stack, unit: str, boss: Person
) -> None:
    oneself, hired, mark = Hired(city, UUID(boss.id), ""), hire(city, unit), new_id().hex
    for begins, code in (
        ([begun(oneself, unit)], "own_assignment"),
        ([begun(oneself, unit, "auditor")], "own_assignment"),
        ([begun(hired, unit, "auditor")], "unit_does_not_audit"),
    ):
        refused = change(boss, begins=begins, note=mark)
        assert (refused["status"], refused["code"]) == ("REFUSED", code) and "何も変わっていません" in refused[
            "message"
        ]
    assert not rows(city, "gateway", "select 1 from staff_change_private where note = $1", mark)
    audits = {each["unit"]["id"]: each["audits"] for each in boss.ask("Staffing")["staffing"]["units"]}
    assert (audits["audit-office"], audits[unit]) == (True, False)


def test_an_agency_and_its_people_begin_and_end_by_the_manager_who_answers_for_them(
    city: Stack, unit: str, boss: Person
) -> None:
    """From no unit at all to a partner who sees what a person consented to, and out again; nothing by the seed."""
    agency, person = f"agency-{new_id().hex[-8:]}", Hired(city, new_id(), f"partner-{new_id().hex[-8:]}")
    boss.do("RegisterStaff", person.staff_id, {"login": person.login, "name": "試験 外"})
    opens = [{"unitId": agency, "name": "試しの関係機関", "answeredBy": unit}]
    begin = begun(person, agency, "partner")
    assert change(boss, opens=opens, begins=[begin], note="関係機関")["status"] == "ACCEPTED"
    told = next(each for each in boss.ask("Staffing")["staffing"]["units"] if each["unit"]["id"] == agency)
    assert (told["isMine"], told["isAgency"], told["audits"]) == (True, True, False)
    issued = boss.ask("IssueSetUpCode", staffId=str(person.staff_id))["issueSetUpCode"]["code"]
    body = {"id": str(new_id()), "login": person.login, "code": issued, "new": FIRST_PASSWORD}
    origin = {"origin": city.url, "content-type": "application/json"}
    assert httpx.post(f"{city.url}/password/first", json=body, headers=origin).status_code == 200
    partner = Person(city.url, person.login, FIRST_PASSWORD)
    case = open_case(Person(city.url, "watanabe"), Person(city.url, "takahashi"), told=TOLD)
    assert partner.ask("Cases")["cases"] == [] and partner.ask("Case", id=str(case))["case"] is None
    Person(city.url, "takahashi").do("GiveConsent", case, basis_payload("GiveConsent", new_id(), agency))
    assert partner.ask("Case", id=str(case))["case"]
    assert boss.ask("Case", id=str(case))["case"] is None, "to answer for an agency is not to read what it may"
    for begins, code in (
        ([begun(hire(city, unit), agency, "partner")], "partner_and_staff"),
        ([begun(hire(city, unit), agency, "manager")], "only_partners_in_agency"),
        ([begun(person, unit)], "partner_and_staff"),
    ):
        assert change(boss, begins=begins)["code"] == code
    stranger = Person(city.url, hire(city, "hoya-window", Role.MANAGER).login, FIRST_PASSWORD)
    ends = [{"assignmentId": begin["assignmentId"], "until": yesterday()}]
    assert change(stranger, ends=ends)["code"] == "not_found"
    assert change(boss, ends=ends)["status"] == "ACCEPTED"
    assert partner.post("Me").json()["code"] == "signed_out"


def test_nobody_is_the_second_of_two_who_decide_by_an_account_they_made(city: Stack, unit: str, boss: Person) -> None:
    """消去 and a reviewed read take two people: whoever registers somebody does not also make them a manager."""
    second = Hired(city, new_id(), f"second-{new_id().hex[-8:]}")
    boss.do("RegisterStaff", second.staff_id, {"login": second.login, "name": "架空 太郎"})
    refused = change(boss, begins=[begun(second, unit, "manager")])
    assert refused["code"] == "own_registration" and "何も変わっていません" in refused["message"]
    assert change(boss, begins=[begun(second, unit)])["status"] == "ACCEPTED"
    boss.ask("IssueSetUpCode", staffId=str(second.staff_id))
    [line] = boss.ask("Staffing")["staffing"]["changes"][0]["lines"]
    assert (line["kind"], line["staff"]["id"], line["unit"]["id"]) == ("code", str(second.staff_id), unit)
    other = Person(city.url, hire(city, unit, Role.MANAGER).login, FIRST_PASSWORD)
    assert [one["kind"] for one in other.ask("Staffing")["staffing"]["changes"][0]["lines"]] == ["code"], (
        "who decides beside sees it"
    )
    assert change(other, begins=[begun(second, unit, "manager")])["status"] == "ACCEPTED"
