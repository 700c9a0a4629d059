"""The access matrix field by field: every GraphQL field × every person, on one story in which every field holds something.

`fields.json` is the expected table: root -> groups of people -> the fields that hold something for them. Whoever stands in
no group gets nothing. A field of the schema that stands in no row, and in `ELSEWHERE` with no reason, is red. After a
wanted change, compare `var/test/fields.json` (what was seen) with the table line by line, then copy it.
"""

import json
from collections.abc import Iterator
from copy import copy
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from infra.paths import ROOT, SERVICES
from infra.seed_people import demo_id, staff_id
from infra.stack import Stack
from services.contracts.tokyo import tokyo_day
from services.kernel.ids import new_id
from tests.access import rest_of_story
from tests.access.matrix import PEOPLE
from tests.support.full_documents import SCHEMA, all_fields, fields_below, seen_fields
from tests.support.person import (
    Person,
    assignments_payload,
    attendance_payload,
    basis_payload,
    consultation_payload,
    package_payload,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.rows import rows
from tests.support.tokens import token_code
from tests.support.vault import Vault

TABLE = ROOT / "tests" / "access" / "fields.json"
SEEN = ROOT / "var" / "test" / "fields.json"
TOLD = {
    "personName": "試しの名",
    "personKana": "ためしのな",
    "birth": {"year": "平成10", "month": "4", "day": "2"},
    "personPhone": "042-000-1111",
    "personAddress": "試しの町3-5-1",
    "callerName": "試しの母",
    "callerPhone": "090-0000-2222",
    "contactNote": "午後だけ",
    "memo": "夜中に台所で音がする",
}


ELSEWHERE = {
    "WhoSawLine.staff": "only where the city's rule names staff: tests/journeys/test_nosy_read.py",
    "AccessLine.odd": "by chance, see below: tests/service/coordination/test_access_log.py",
    "StaffChangeLine.successor": "of a unit that closes, to its own managers: tests/service/gateway/test_staffing.py",
    "PersonRequest.owed": "until every service has answered, a moment: tests/service/coordination/test_erasure.py",
    "WhoSaw.unavailable": "while an owner is away, no person in it: tests/service/gateway/test_requests.py",
    "Holdings.unavailable": "while an owner is away, no person in it: tests/service/gateway/test_requests.py",
    **dict.fromkeys(
        ("Sync.unavailable", "Today.unavailable", "PersonRequests.unavailable", "AccessLog.unavailable"),
        "while an owner is away, no person in it",
    ),
}
"""What this story fills for nobody, and why. Every other field has somebody to whom it says something, and stands in a row."""


# Says something only at night, or when much was read before: tests/service/coordination/test_access_log.py.
BY_CHANCE = {"AccessLine.odd"}


class Story:
    """A sheet, a package, a case and a visit with every field filled; one more handoff that waits."""

    def __init__(self, city: Stack) -> None:
        self.people = {name: Person(city.url, login) for name, login in PEOPLE.items()}
        tablet = new_id()
        self.people["kept_off"] = Person(city.url, PEOPLE["kept_off"], device=tablet)
        Vault.of(self.people["kept_off"], tablet)
        clerk, member, colleague = (self.people[name] for name in ("clerk", "member", "colleague"))
        self.consultation, self.handoff, self.case = str(new_id()), str(new_id()), str(new_id())
        self.open_consultation, self.open_handoff, self.draft = str(new_id()), str(new_id()), str(new_id())
        sheet = consultation_payload(
            told=TOLD,
            residence="in_city",
            concerns=["hikikomori", "housing"],
            mainConcern="hikikomori",
            heardFrom=["leaflet"],
            isHikikomori="yes",
            otherIssues=["housing"],
            urgency="days",
        )
        appointment = {"at": "2030-01-10T05:00:00Z", "note": "電話"}
        package = {"nextAppointment": appointment, "keptOff": [self.people["kept_off"].id]}
        for consultation, handoff in ((self.consultation, self.handoff), (self.open_consultation, self.open_handoff)):
            clerk.do("OpenConsultation", consultation, sheet)
            rest_of_story.noted_at_sheet(self.people, consultation)
            clerk.do("HandOff", handoff, package_payload(consultation, **package))
        member.do("AcceptHandoff", self.handoff, {"caseId": self.case, "colleagueIds": [colleague.id]})
        wait_until(lambda: (c := member.ask("Case", id=self.case)["case"]) and not c["packagePending"])
        soon = (tokyo_day(datetime.now(UTC)) + timedelta(days=3)).isoformat()
        words = {
            "personWords": "また来て",
            "familyWords": "眠れていない",
            "nextPromise": {"on": soon, "note": "手紙"},
        }
        visit = visit_payload(**words)
        member.do("RecordVisit", self.case, visit)
        rest_of_story.noted(self.people, self.case, visit["visitId"])
        draft = {"id": self.draft, "author": clerk.id, "kind": "consultation", "seq": 1, "body": {"memo": "途中"}}
        clerk.ask("SaveDraft", draft=draft)
        wait_until(lambda: any(n["caseId"] == self.case for n in colleague.ask("Notices")["notices"]))
        self._afternoon()
        self._sharing()
        self._looked_into()
        self._asked_for()
        self._newcomer()
        self._closed_unit(city)
        self._rest(city)

    def _afternoon(self) -> None:
        """A session of We+ with a token that a case was joined to."""
        ibasho_staff, member = self.people["other_unit"], self.people["member"]
        self.session, self.came, self.code = str(new_id()), str(new_id()), token_code(new_id().int % 32**5)
        self.participant = participant = str(new_id())
        ibasho_staff.do("ScheduleSession", self.session, session_payload(ibasho_staff, member))
        new = {"participantId": participant, "newParticipant": {"nickname": f"ねこ{self.code}", "code": self.code}}
        ibasho_staff.do("LogAttendance", self.session, attendance_payload("arrived", attendanceId=self.came, **new))
        ibasho_staff.do("LogAttendance", self.session, attendance_payload("at_door"))
        ibasho_staff.do("CloseSession", self.session, {"line": "雨で静か。"})
        member.do("JoinToken", self.case, {"participantId": participant})
        wait_until(lambda: "attendance" in {e["kind"] for e in member.ask("Case", id=self.case)["case"]["timeline"]})

    def _sharing(self) -> None:
        """A consent that was taken back, a law that applies elsewhere, a meeting with one member, somebody kept off."""
        member, called = self.people["member"], self.people["other_unit"]
        self.bases = consent, by_law, meeting_id = [str(new_id()) for _ in range(3)]
        member.do("GiveConsent", self.case, basis_payload("GiveConsent", consent, "wakamono-station", note="口頭で"))
        member.do("EndBasis", self.case, {"basisId": consent})
        self.people["manager"].do("ShareByLaw", self.case, basis_payload("ShareByLaw", by_law, "another-agency"))
        groups = ["timeline", "contact_safety", "promise"]
        meeting = basis_payload("ConveneConference", meeting_id, called.id, fieldGroups=groups)
        member.do("ConveneConference", self.case, meeting)
        called.do("PledgeSecrecy", self.case, {"basisId": meeting_id})
        self.people["manager"].do("KeepOff", self.case, {"staffId": str(staff_id("kobayashi"))})

    def _newcomer(self) -> None:
        """Somebody whom the manager registers and assigns, a year from now; and where one of their own lives."""
        manager, newcomer = self.people["manager"], copy(self.people["other_clerk"])
        newcomer.id, self.change = str(new_id()), str(new_id())
        manager.do("RegisterStaff", newcomer.id, {"login": f"new-{newcomer.id}", "name": "新任 試"})
        manager.do("ChangeAssignments", self.change, assignments_payload(newcomer))
        manager.do("NoteHomeStreet", self.people["member"].id, {"homeStreet": "試しの町3丁目"})

    def _closed_unit(self, city: Stack) -> None:
        """A unit that is closed, with the one that succeeded it; none of these people is of either."""
        after, before = (f"unit-{new_id().hex[-8:]}" for _ in range(2))
        insert = "insert into unit (unit_id, name, closed_on, successor) values ($1, '試しの係', $2, $3)"
        rows(city, "gateway", insert, after, None, None)
        rows(city, "gateway", insert, before, today(), after)

    def _rest(self, city: Stack) -> None:
        self.device, self.handed_in = rest_of_story.lost_tablet(city)
        self.passkey = rest_of_story.passkey(city, self.people["other_clerk"])
        rest_of_story.waits_for_manager(self.people, self.case)
        self.old = (
            *rest_of_story.kept_long_enough(city, self.people),
            rest_of_story.not_come_for_long(city, self.people),
        )
        self.suspended, _ = rest_of_story.granted(self.people, "suspension")
        self.erased, _ = rest_of_story.granted(self.people, "erasure")
        self.fresh = rest_of_story.without_visit(city, self.people)
        self.returned = rest_of_story.returned(self.people)
        self.left = rest_of_story.left_queue(city)

    def _asked_for(self) -> None:
        """A 開示請求 that was approved, of the case, of the sheet that waits and of who came."""
        for what, subject, asking, deciding in (
            ("Person", self.case, "member", "manager"),
            ("Sheet", self.open_consultation, "clerk", "window_manager"),
            ("Participant", self.participant, "other_unit", "ibasho_manager"),
        ):
            asked = {"requestId": str(new_id()), "kind": "disclosure", "asked": "記録を見たい"}
            self.people[asking].do(f"Open{what}Request", subject, asked)
            decided = {"requestId": asked["requestId"], "decision": "approve", "note": "窓口で渡す"}
            self.people[deciding].do(f"Decide{what}Request", subject, decided)

    def _looked_into(self) -> None:
        """The member reads the case, the clerk the sheet; the auditor looks at those reads."""
        member, clerk, auditor = (self.people[who] for who in ("member", "clerk", "auditor"))
        member.ask("Case", id=self.case)
        clerk.ask("Consultation", id=self.open_consultation)
        asked = {"days": 1, "caseId": self.case}
        for line in auditor.ask_everything("accessLog", **asked, staffId=member.id)["lines"]:
            if line["caseId"]:
                auditor.do("ReviewAccess", self.case, {"accessId": line["id"], "note": "担当です"})
        for line in auditor.ask_everything("accessLog", days=1, staffId=clerk.id)["lines"]:
            if line["consultationId"] == self.open_consultation:
                note = {"accessId": line["id"], "note": "窓口です"}
                auditor.do("ReviewSheetAccess", self.open_consultation, note)

    @property
    def ids(self) -> set[str]:
        sheets = {self.consultation, self.handoff, self.case, self.open_consultation, self.open_handoff, self.draft}
        return (
            sheets
            | {self.session, self.came, self.participant, *self.bases, self.handed_in, self.passkey, *self.old}
            | {self.erased, self.fresh, self.returned, self.left, self.change}
        )

    def roots(self) -> dict[str, tuple[str, dict[str, Any]]]:
        """Row of the table -> (root of the schema, its variables)."""
        rows: dict[str, tuple[str, dict[str, Any]]] = {
            "case": ("case", {"id": self.case}),
            "case without a visit": ("case", {"id": self.fresh}),
            "closed case": ("case", {"id": self.old[0]}),
            "closed cases": ("cases", {"closed": True}),
            "sync of an erased case": (
                "sync",
                {"have": [{"kind": "case", "id": self.erased, "etag": "0"}], "waiting": 0},
            ),
            "case suspended": ("caseSuspended", {"id": self.suspended}),
            "consultation": ("consultation", {"id": self.consultation}),
            "handoff": ("handoff", {"id": self.handoff}),
            "open consultation": ("consultation", {"id": self.open_consultation}),
            "open handoff": ("handoff", {"id": self.open_handoff}),
            "consultations": ("consultations", {"limit": 200}),
            "drafts": ("drafts", {"kind": "consultation"}),
            "colleagues": ("colleagues", {"unitId": "hikikomori-support"}),
            "staff of": ("staffOf", {"unitId": "wakamono-station", "forTeam": False}),
            "statistics": ("statistics", {"fromMonth": this_month(), "toMonth": this_month()}),
            "session": ("session", {"id": self.session}),
            "sessions": ("sessions", {"from": str(today()), "to": str(today() + timedelta(days=1))}),
            "token holder": ("tokenHolder", {"code": self.code}),
            "units": ("units", {"receiving": False}),
            "sync": ("sync", {"have": [], "waiting": 0}),
            "cases": ("cases", {"closed": False}),
            "sharing": ("sharing", {"caseId": self.case}),
            "holdings": ("holdings", {"caseId": self.case}),
            "who saw": ("whoSaw", {"caseId": self.case}),
            "sheet holdings": ("holdings", {"consultationId": self.open_consultation}),
            "participant holdings": ("holdings", {"participantId": self.participant}),
            "participant": ("participant", {"placeId": str(demo_id("place", 1)), "called": f"ねこ{self.code}"}),
            "access log": ("accessLog", {"days": 1, "staffId": self.people["member"].id, "caseId": self.case}),
            "sheet access log": ("accessLog", {"days": 1, "staffId": self.people["clerk"].id}),
        }
        assert SCHEMA.query_type
        without = {name for name, root in SCHEMA.query_type.fields.items() if not root.args}
        return rows | {name: (name, {}) for name in sorted(without)}

    def seen(self, row: str, person: Person) -> set[str]:
        """The fields of the story that hold something for this person; of other stories in the same house, nothing."""
        root, variables = self.roots()[row]
        assert SCHEMA.query_type
        answer = self._of_this_story(person.ask_everything(root, **variables))
        if answer and not fields_below(root):
            return {f"Query.{root}"}
        return seen_fields(SCHEMA.query_type.fields[root].type, answer)

    def _of_this_story(self, value: Any) -> Any:
        if isinstance(value, list):
            kept = [
                each
                for each in value
                if not isinstance(each, dict) or (self._is_mine(each) and self._is_mine(each.get("card") or {}))
            ]
            return [self._of_this_story(each) for each in kept]
        if isinstance(value, dict):
            return {name: self._of_this_story(inner) for name, inner in value.items()}
        return value

    def _is_mine(self, item: dict[str, Any]) -> bool:
        if "isThisOne" in item:  # a session: of other tests' sessions there may be any number
            return bool(item["isThisOne"])
        if "revokedAt" in item:
            return bool(item["id"] == self.device)
        about = {item.get(name) for name in ("id", "caseId", "consultationId", "participantId", "handoffId")}
        of_story = {"caseId", "label", "kind", "etag", "payload", "addedAt", "receivedAt", "lines"}
        is_aggregate = of_story & item.keys() and not {"recordedAt", "oldest", "successor"} & item.keys()
        return not is_aggregate or bool(about & self.ids)


def today() -> date:
    return tokyo_day(datetime.now(UTC) - timedelta(minutes=30))  # when the story's afternoon began


def this_month() -> str:
    return f"{tokyo_day(datetime.now(UTC)):%Y-%m}"


@pytest.fixture(scope="module")
def story(city: Stack) -> Iterator[Story]:
    yield Story(city)


def test_every_field_is_seen_by_exactly_those_of_the_table(story: Story) -> None:
    seen: dict[str, list[dict[str, list[str]]]] = {}
    cells = 0
    for row in story.roots():
        by_fields: dict[tuple[str, ...], list[str]] = {}
        for who, person in story.people.items():
            fields = tuple(sorted(story.seen(row, person) - BY_CHANCE))
            cells += len(fields_below(story.roots()[row][0]))
            if fields:
                by_fields.setdefault(fields, []).append(who)
        seen[row] = [{"people": people, "fields": list(fields)} for fields, people in by_fields.items()]
    SEEN.parent.mkdir(parents=True, exist_ok=True)
    SEEN.write_text(json.dumps(seen, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    expected = json.loads(TABLE.read_text(encoding="utf8"))
    assert seen.keys() == expected.keys()
    for row, groups in expected.items():
        assert as_cells(seen[row]) == as_cells(groups), row
    print(f"{cells} cells of {len(all_fields())} fields, {len(story.people)} people, {len(seen)} rows")


NO_RECORD = {
    **dict.fromkeys(("me", "passkeys", "passwordSetAt"), "one's own account"),
    **dict.fromkeys(("colleagues", "staffOf", "logReaders"), "who works where, as colleagues know it"),
    **dict.fromkeys(
        ("devices", "signIns"), "one's own, and to a manager which of their people's there are: nothing read on them"
    ),
    "units": "the city's own parts",
}
"""Roots that say nothing of any person's record, each with why."""


def test_every_answer_of_every_root_left_a_row(city: Stack, story: Story) -> None:
    """Whoever is shown anything stands in the log of who answered it, the gateway's own pages too."""
    silent = set()
    for row, groups in json.loads(TABLE.read_text(encoding="utf8")).items():
        root, variables = story.roots()[row]
        for person in (story.people[group["people"][0]] for group in groups):
            before = logged(city, person)
            person.ask_everything(root, **variables)
            if logged(city, person) == before:
                silent.add(root)
    assert sorted(silent) == sorted(NO_RECORD)


def logged(city: Stack, person: Person) -> int:
    """How many rows tell what this person was shown, over all logs."""
    query = "select count(*) from access_log where actor_id = $1"
    return sum(rows(city, service, query, UUID(person.id))[0]["count"] for service in SERVICES)


def as_cells(groups: list[dict[str, list[str]]]) -> set[tuple[str, str]]:
    return {(who, field) for group in groups for who in group["people"] for field in group["fields"]}


def test_every_field_of_the_schema_has_a_row() -> None:
    """A root is a row itself (tests/access/test_matrix.py)."""
    expected = json.loads(TABLE.read_text(encoding="utf8"))
    listed = {field for groups in expected.values() for group in groups for field in group["fields"]}
    assert all_fields() - listed == {*ELSEWHERE}, "shown to somebody, or a reason why the story cannot"
    assert {row for row, groups in expected.items() if not groups} == set(), (
        "a row that proves nothing for whoever should see"
    )


def test_the_family_s_words_and_the_person_s_stand_with_the_same_people() -> None:
    """Nobody but the clerk who heard them, the team and its lead ever reads what was said."""
    expected = json.loads(TABLE.read_text(encoding="utf8"))
    private = {"TimelineEntry.familyWords", "TimelineEntry.personWords", "TimelineEntry.memo", "Case.personName"}
    readers = {
        who for row in expected.values() for group in row for who in group["people"] if private & {*group["fields"]}
    }
    assert readers == {"member", "colleague", "manager"}
