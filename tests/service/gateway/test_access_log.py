"""記録の閲覧 of two owners in one list: order, filters and what is missing while one of them is away."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from infra.stack import Stack
from services.contracts.access_log import SHOWN, SHOWN_REVIEWED, first_lines
from services.kernel.ids import new_id
from tests.support.hired import FIRST_PASSWORD, hire, today
from tests.support.person import Person, basis_payload, consultation_payload, open_case
from tests.support.rows import rows


class Thread:
    """A case with its sheet; both read by people no other test knows."""

    def __init__(self, city: Stack) -> None:
        self.city = city
        self.clerk = Person(city.url, hire(city, "hoya-window", "window_staff").login, FIRST_PASSWORD)
        self.member = Person(city.url, hire(city).login, FIRST_PASSWORD)
        self.case = str(open_case(self.clerk, self.member))
        [row] = rows(city, "coordination", "select * from handoff_package where case_id = $1::text::uuid", self.case)
        self.number = row["receipt_number"]
        query = "select consultation_id from handoff where case_id = $1::text::uuid"
        self.sheet = str(rows(city, "intake", query, self.case)[0][0])
        self.clerk.ask("Consultation", id=self.sheet)
        self.member.ask("Case", id=self.case)

    def log(self, **asked: Any) -> list[dict[str, Any]]:
        return self.asked(**asked)["lines"]

    def asked(self, login: str = "fujiwara", **asked: Any) -> Any:
        return Person(self.city.url, login).ask("AccessLog", **{"days": 1, **asked})["accessLog"]


@pytest.fixture
def thread(city: Stack) -> Thread:
    return Thread(city)


def about(lines: list[dict[str, Any]]) -> set[tuple[str | None, str | None]]:
    return {(line["caseId"], line["consultationId"]) for line in lines}


def test_reads_of_the_case_and_of_its_sheet_stand_in_one_list_under_the_same_number(thread: Thread) -> None:
    both = {(thread.case, None), (None, thread.sheet)}
    for asked in ({"caseId": thread.case}, {"receiptNumber": thread.number}):
        lines = thread.log(**asked)
        assert about(lines) == both
        assert {line["receiptNumber"] for line in lines} == {thread.number}
        moments = [datetime.fromisoformat(line["at"]) for line in lines if not line["odd"]]
        assert moments == sorted(moments, reverse=True), "newest first, whoever keeps them"
    by_clerk = thread.log(staffId=thread.clerk.id)
    assert about(by_clerk) == {(None, thread.sheet)}
    assert {line["staffUnit"]["id"] for line in by_clerk} == {"hoya-window"}
    assert (None, thread.sheet) not in about(thread.log(staffId=thread.member.id, receiptNumber="保2020-0001"))


def test_an_odd_read_of_either_comes_before_the_rest_of_both(thread: Thread, city: Stack) -> None:
    nosy = Person(city.url, "yoshida")
    nosy.do("UseEmergency", thread.case, basis_payload("UseEmergency", new_id()))
    nosy.ask("Case", id=thread.case)
    # The clerk who read the sheet lives in the person's street; nothing of the case was read at night.
    address = (
        "update consultation_told set person_address = '西東京市試町二丁目1番' where consultation_id = $1::text::uuid"
    )
    rows(city, "intake", address, thread.sheet)
    # Noted, then taken out again, and the last assignment ended, as by somebody who would rather not have it asked.
    boss = Person(city.url, "otsuka")
    for street in ("試町2丁目", ""):
        boss.do("NoteHomeStreet", thread.clerk.id, {"homeStreet": street})
    held = "select assignment_id from assignment where staff_id = $1::text::uuid"
    [[assignment]] = rows(city, "gateway", held, thread.clerk.id)
    ends = [{"assignmentId": str(assignment), "until": str(today() - timedelta(days=1))}]
    boss.do("ChangeAssignments", new_id(), {"ends": ends})
    noon = (datetime.now(UTC) - timedelta(days=2)).replace(hour=3)
    for service in ("coordination", "intake"):
        for n, who in enumerate((thread.member, thread.clerk, nosy)):
            # Whoever looked for the case a moment too early did so on a day of the team's: that stays as it was.
            query = "update access_log set at = $2 where actor_id = $1::text::uuid and action <> 'refused'"
            rows(city, service, query, who.id, noon + timedelta(seconds=n))
    lines = thread.log(days=7, caseId=thread.case)
    assert [line["odd"] for line in lines[:2]] == [["no_relation"], ["own_street"]]
    assert [line["caseId"] for line in lines[:2]] == [thread.case, None]
    readers = Person(city.url, "fujiwara").ask("LogReaders")["logReaders"]
    noted = {each["staff"]["id"]: each["hasStreet"] for each in readers}
    assert (noted[thread.clerk.id], noted[thread.member.id]) == (True, False), "the auditor sees whom no mark can meet"
    assert all(not line["odd"] for line in lines[2:])


def test_a_look_at_a_sheet_s_read_is_noted_and_comes_last(thread: Thread, city: Stack) -> None:
    [line] = [each for each in thread.log(staffId=thread.clerk.id) if each["screen"] == "Consultation"]
    auditor = Person(city.url, "fujiwara")
    auditor.do("ReviewSheetAccess", thread.sheet, {"accessId": line["id"], "note": "窓口の当番"})
    last = thread.log(caseId=thread.case)[-1]
    assert (last["id"], last["reviewedBy"]["name"], last["note"]) == (line["id"], "藤原 実", "窓口の当番")


def test_while_one_owner_is_away_the_other_s_reads_come_and_it_is_named(thread: Thread, city: Stack) -> None:
    for away, left in (("intake", (thread.case, None)), ("coordination", (None, thread.sheet))):
        city.stop([away])
        try:
            said = thread.asked(caseId=thread.case)
            assert (about(said["lines"]), said["unavailable"]) == ({left}, [away])
            requests = Person(city.url, "sasaki").ask("PersonRequests")["personRequests"]
            assert requests["unavailable"] == [away]
        finally:
            city.start([away])
    assert thread.asked(caseId=thread.case)["unavailable"] == []


def test_the_requests_of_both_come_waiting_first_then_the_newest(thread: Thread, city: Stack) -> None:
    lead = Person(city.url, hire(city, "hoya-window", "manager").login, FIRST_PASSWORD)
    asked = []
    for kind in ("disclosure", "correction", "erasure"):
        sheet, request = new_id(), str(new_id())
        thread.clerk.do("OpenConsultation", sheet, consultation_payload())
        thread.clerk.do("OpenSheetRequest", sheet, {"requestId": request, "kind": kind})
        asked.append((str(sheet), request))
    lead.do("DecideSheetRequest", asked[2][0], {"requestId": asked[2][1], "decision": "decline"})
    found = [q["id"] for q in lead.ask("PersonRequests")["personRequests"]["requests"]]
    mine = [request for request in found if request in {request for _, request in asked}]
    assert mine == [asked[1][1], asked[0][1], asked[2][1]]


def line(n: int, **changes: Any) -> dict[str, Any]:
    at = (datetime(2026, 11, 24, 3, tzinfo=UTC) + timedelta(seconds=n)).isoformat()
    return {"id": str(n), "at": at, "weight": 0, "isPage": True, "reviewedAt": None, **changes}


def test_of_two_full_lists_the_first_are_the_first_of_both() -> None:
    """Each owner gives its first `SHOWN`; put together, none that would be among the first is cut off."""
    ours = [line(n, weight=n % 3) for n in range(0, 1000, 2)]
    theirs = [line(n, weight=n % 3, isPage=n % 5 > 0) for n in range(1, 1000, 2)]
    looked = [line(2000 + n, reviewedAt=line(n)["at"]) for n in range(150)]
    put_together = first_lines([*first_lines(ours), *first_lines([*theirs, *looked])])
    assert put_together == first_lines([*ours, *theirs, *looked])
    assert [one["reviewedAt"] is None for one in put_together] == [True] * SHOWN + [False] * SHOWN_REVIEWED
    keys = [(-one["weight"], not one["isPage"]) for one in put_together[:SHOWN]]
    assert keys == sorted(keys)
    assert put_together[SHOWN]["id"] == "2149", "the last looked at first"


def test_of_several_units_the_one_somebody_read_by_is_named(city: Stack, thread: Thread) -> None:
    """Whichever stands first in the alphabet: of the team in the case's unit; by a consent in the unit it was given to."""
    own, first, last = "hikikomori-support", f"a-{new_id().hex[-8:]}", f"z-{new_id().hex[-8:]}"
    shared = hire(city)
    reader = Person(city.url, shared.login, FIRST_PASSWORD)
    for unit, staff in ((first, thread.member.id), (last, str(shared.staff_id))):
        rows(city, "gateway", "insert into unit (unit_id, name) values ($1, 'もうひとつの係')", unit)
        begin = "insert into assignment (assignment_id, staff_id, unit_id, role, from_date) values ($1, $2, $3, $4, $5)"
        rows(city, "gateway", begin, new_id(), UUID(staff), unit, "ibasho_staff", today() - timedelta(days=1))
    thread.member.do("GiveConsent", thread.case, basis_payload("GiveConsent", new_id(), last))
    for person in (thread.member, reader):
        assert person.ask("Case", id=thread.case)["case"]
    for person, unit in ((thread.member, own), (reader, last)):
        lines = thread.log(caseId=thread.case, staffId=person.id)
        assert {line["staffUnit"]["id"] for line in lines} == {unit}
    said = Person(city.url, "fujiwara").ask_everything("whoSaw", caseId=thread.case)["lines"]
    assert {(line["unit"]["id"], *line["basis"]) for line in said} == {(own, "member"), (last, "consent")}
