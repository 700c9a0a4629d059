"""The allowed cells of the access matrix: everybody the table names really does it, on a thing of its own each time."""

import asyncio
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from infra.stack import Stack
from services.contracts.registry import COMMAND_OWNERS
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.access.matrix import COMMANDS, PEOPLE
from tests.support.person import (
    Person,
    assignments_payload,
    attendance_payload,
    basis_payload,
    consultation_payload,
    number_payload,
    open_case,
    package_payload,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.tokens import token_code

EMITTED = {
    "OpenConsultation": "ConsultationOpened",
    "HandOff": "HandedOff",
    "AcceptHandoff": "HandoffAccepted",
    "ReturnHandoff": "HandoffReturned",
    "WithdrawHandoff": "HandoffWithdrawn",
    "RecordVisit": "VisitRecorded",
    "DecideQuarantine": "VisitRecorded",
    "ScheduleSession": "SessionScheduled",
    "LogAttendance": "AttendanceLogged",
    "CorrectAttendance": "AttendanceLogged",
    "CloseSession": "SessionClosed",
    "ChangeTeam": "TeamChanged",
    "KeepOff": "TeamChanged",
    "LetIn": "TeamChanged",
    "GiveConsent": "ConsentGiven",
    "ConveneConference": "ConferenceConvened",
    "PledgeSecrecy": "SecrecyPledged",
    "ShareByLaw": "SharedByLaw",
    "UseEmergency": "EmergencyUsed",
    "UseEmergencyByNumber": "EmergencyUsed",
    "EndBasis": "ConsentWithdrawn",
    "CloseCase": "CaseClosed",
    "ReopenCase": "CaseReopened",
    "OpenPersonRequest": "PersonRequestOpened",
    "DecidePersonRequest": "PersonRequestDecided",
    "LiftSuspension": "SuspensionLifted",
    "CorrectPerson": "PersonCorrected",
    "OpenSheetRequest": "SheetRequestOpened",
    "DecideSheetRequest": "SheetRequestDecided",
    "LiftSheetSuspension": "SheetSuspensionLifted",
    "CorrectSheet": "SheetCorrected",
    "OpenParticipantRequest": "ParticipantRequestOpened",
    "DecideParticipantRequest": "ParticipantRequestDecided",
    "CorrectNickname": "NicknameCorrected",
    "ChangeAssignments": "StaffAssigned",
}
"""What each command says on the bus. The others change something that only their reader sees: `silent_effect`."""
CELLS = [(command, who) for command, allowed in COMMANDS.items() for who in PEOPLE if who in allowed]


@dataclass
class House:
    """Everybody signed in. Each method makes a fresh thing for one cell."""

    people: dict[str, Person]
    made: dict[str, Any] = field(default_factory=dict)

    @property
    def kept_off(self) -> dict[str, list[str]]:
        return {"keptOff": [self.people["kept_off"].id]}

    def consultation(self) -> UUID:
        made = new_id()
        self.people["clerk"].do("OpenConsultation", made, consultation_payload())
        return made

    def handoff(self) -> UUID:
        made = new_id()
        self.people["clerk"].do("HandOff", made, package_payload(self.consultation(), **self.kept_off))
        return made

    def case(self) -> UUID:
        return open_case(*(self.people[who] for who in ("clerk", "member", "colleague")), **self.kept_off)

    def waiting_record(self) -> tuple[UUID, str]:
        case, visit = self.case(), visit_payload()
        assert self.people["same_unit"].do("RecordVisit", case, visit)["refs"]["confirming"]
        return case, visit["visitId"]

    def asked(self, case: object, kind: str) -> str:
        made = str(new_id())
        self.people["member"].do("OpenPersonRequest", case, {"requestId": made, "kind": kind})
        return made

    def granted(self, case: object, kind: str) -> str:
        made = self.asked(case, kind)
        self.people["manager"].do("DecidePersonRequest", case, {"requestId": made, "decision": "approve"})
        return made

    def notice(self) -> str:
        case, colleague = self.case(), self.people["colleague"]
        self.people["member"].do("RecordVisit", case, visit_payload())
        about = lambda: [n["id"] for n in colleague.ask("Notices")["notices"] if n["caseId"] == str(case)]  # noqa: E731
        return str(wait_until(about)[0])

    def session(self) -> UUID:
        made, ibasho_staff = new_id(), self.people["other_unit"]
        ibasho_staff.do("ScheduleSession", made, session_payload(ibasho_staff, self.people["member"]))
        return made

    def attendance(self) -> tuple[UUID, str]:
        session, came = self.session(), attendance_payload()
        self.people["other_unit"].do("LogAttendance", session, came)
        return session, came["attendanceId"]

    def token(self) -> str:
        made, code = str(new_id()), token_code(new_id().int % 32**5)
        new = {"participantId": made, "newParticipant": {"nickname": f"とり{code}", "code": code}}
        self.people["other_unit"].do("LogAttendance", self.session(), attendance_payload("arrived", **new))
        return made


@pytest.fixture(scope="module")
def house(city: Stack) -> Iterator[House]:
    yield House({name: Person(city.url, login) for name, login in PEOPLE.items()})


def thing_for(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a command on something fresh."""
    match command:
        case "OpenConsultation":
            return new_id(), consultation_payload()
        case "HandOff":
            return new_id(), package_payload(house.consultation())
        case "AcceptHandoff":
            return house.handoff(), {"caseId": str(new_id())}
        case "ReturnHandoff":
            return house.handoff(), {"reason": "question_left", "note": "かけてよい時間は"}
        case "WithdrawHandoff" | "ReadNotice":
            return house.handoff() if command == "WithdrawHandoff" else house.notice(), {}
        case "RecordVisit":
            return house.case(), visit_payload()
        case "ViewedOffline" | "ViewedSessionOffline":
            subject = house.case() if command == "ViewedOffline" else house.session()
            return subject, {"viewedAt": "2026-11-24T03:00:00Z"}
        case "DecideQuarantine":
            case, record = house.waiting_record()
            return case, {"quarantineId": record, "decision": "admit"}
    if COMMAND_OWNERS[command] == "staff":
        return of_staff(house, command)
    about = of_ibasho if command in OF_IBASHO else of_sheets if "Sheet" in command else of_sharing
    return about(house, command)


OF_IBASHO = {*("ScheduleSession", "OpenSession", "CloseSession"), *("LogAttendance", "CorrectAttendance")}
OF_PARTICIPANTS = {"OpenParticipantRequest", "DecideParticipantRequest", "CorrectNickname"}
OF_IBASHO |= {"JoinToken", "SeparateToken", *OF_PARTICIPANTS}


def of_sheets(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a request about a fresh sheet, or of looking after its log."""
    sheet, clerk = house.consultation(), house.people["clerk"]
    if command == "ReviewSheetAccess":
        clerk.ask("Consultation", id=str(sheet))
        lines = house.people["auditor"].ask_everything("accessLog", days=1, staffId=clerk.id)["lines"]
        read = next(line["id"] for line in lines if line["consultationId"] == str(sheet))
        return sheet, {"accessId": read, "note": "当番"}
    kind = "suspension" if command == "LiftSheetSuspension" else "correction"
    asked = {"requestId": str(new_id()), "kind": kind}
    if command == "OpenSheetRequest":
        return sheet, asked
    clerk.do("OpenSheetRequest", sheet, asked)
    decided = {"requestId": asked["requestId"], "decision": "approve"}
    if command == "DecideSheetRequest":
        return sheet, decided
    house.people["window_manager"].do("DecideSheetRequest", sheet, decided)
    if command == "LiftSheetSuspension":
        return sheet, {"requestId": asked["requestId"], "reason": "求めの取りやめ"}
    return sheet, {"requestId": asked["requestId"], "personName": "石田 遼太"}


def of_sharing(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a command about who sees a fresh case."""
    if command in OF_REQUESTS:
        return of_requests(house, command)
    case, member, called = house.case(), house.people["member"], house.people["other_unit"]
    match command:
        case "ChangeTeam":
            return case, {"join": [house.people["same_unit"].id]}
        case "KeepOff" | "LetIn":
            return case, {"staffId": house.people["same_unit"].id}
        case "PledgeSecrecy":
            basis = str(new_id())
            member.do("ConveneConference", case, basis_payload("ConveneConference", basis, called.id))
            return case, {"basisId": basis}
        case "EndBasis":
            basis = str(new_id())
            member.do("GiveConsent", case, basis_payload("GiveConsent", basis, "wakamono-station"))
            return case, {"basisId": basis}
        case "ReviewAccess":
            member.ask("Case", id=str(case))
            asked = {"days": 1, "staffId": member.id, "caseId": str(case)}
            lines = house.people["auditor"].ask_everything("accessLog", **asked)["lines"]
            return case, {"accessId": lines[0]["id"], "note": "当番"}
        case "ConveneConference":
            return case, basis_payload(command, new_id(), called.id)
    if command == "UseEmergencyByNumber":
        return new_id(), number_payload(member, case)
    if command in ("CloseCase", "ReopenCase"):
        return case, closing_payload(member, case, command)
    return case, basis_payload(command, new_id(), "wakamono-station")


def closing_payload(member: Person, case: object, command: str) -> dict[str, Any]:
    closing = {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True}
    if command == "CloseCase":
        return closing
    member.do("CloseCase", case, closing)
    return {}


OF_REQUESTS = {"OpenPersonRequest", "DecidePersonRequest", "LiftSuspension", "CorrectPerson"}


def of_requests(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a command about what the person asked, of a fresh case."""
    case = house.case()
    match command:
        case "OpenPersonRequest":
            return case, {"requestId": str(new_id()), "kind": "disclosure"}
        case "DecidePersonRequest":
            return case, {"requestId": house.asked(case, "disclosure"), "decision": "approve"}
        case "LiftSuspension":
            return case, {"requestId": house.granted(case, "suspension"), "reason": "求めの取りやめ"}
        case "CorrectPerson":
            house.people["member"].do("RecordVisit", case, visit := visit_payload())
            corrected = {"requestId": house.granted(case, "correction"), "personName": "石田 遼太"}
            return case, {**corrected, "amendment": {"visitId": visit["visitId"], "words": "扉は開けました"}}
    raise AssertionError(command)


def of_ibasho(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a command on a fresh afternoon, or on a fresh token."""
    match command:
        case "ScheduleSession":
            return new_id(), session_payload(house.people["other_unit"])
        case "OpenSession" | "CloseSession":
            return house.session(), {}
        case "LogAttendance":
            return house.session(), attendance_payload()
        case "CorrectAttendance":
            session, came = house.attendance()
            return session, {"attendanceId": came}
        case "JoinToken":
            return house.case(), {"participantId": house.token()}
        case "SeparateToken":
            case, token = house.case(), house.token()
            house.people["member"].do("JoinToken", case, {"participantId": token})
            return case, {"participantId": token}
    return of_participants(house, command)


def of_participants(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a request of somebody who has just come."""
    who, asked = house.token(), {"requestId": str(new_id()), "kind": "correction"}
    if command == "OpenParticipantRequest":
        return who, asked
    house.people["other_unit"].do("OpenParticipantRequest", who, asked)
    decided = {"requestId": asked["requestId"], "decision": "approve"}
    if command == "DecideParticipantRequest":
        return who, decided
    house.people["ibasho_manager"].do("DecideParticipantRequest", who, decided)
    return who, {"requestId": asked["requestId"], "nickname": f"とり{who[-8:]}"}


def of_staff(house: House, command: str) -> tuple[object, dict[str, Any]]:
    """(subject, payload) of a command on the staff register."""
    if command == "RegisterStaff":
        return new_id(), {"login": f"new-{new_id().hex}", "name": "新任 試"}
    if command == "NoteHomeStreet":
        return house.people["member"].id, {"homeStreet": f"試しの町{new_id().hex}"}
    return new_id(), assignments_payload(hired(house))


def hired(house: House) -> Person:
    """Somebody new: the same duty on the same days would be refused the second time."""
    made = copy(house.people["other_clerk"])
    made.id = str(new_id())
    house.people["manager"].do("RegisterStaff", made.id, {"login": f"new-{made.id}", "name": "新任 試"})
    return made


async def rows(city: Stack, service: str, query: str, *arguments: object) -> list[Any]:
    connection = await connect(city.dsns[service].owner)
    try:
        return [row[0] for row in await connection.fetch(query, *arguments)]
    finally:
        await connection.close()


def silent_effect(city: Stack, person: Person, command: str, subject: object, payload: dict[str, Any]) -> bool:
    """What a command without an event left behind."""
    if command == "ReadNotice":
        return {n["id"]: n["read"] for n in person.ask("Notices")["notices"]}[str(subject)]
    if command == "OpenSession":
        return person.ask("Session", id=str(subject))["session"]["session"]["status"] == "open"
    if command in ("JoinToken", "SeparateToken"):
        joined = {token["participantId"] for token in person.ask("Case", id=str(subject))["case"]["tokens"]}
        return (payload["participantId"] in joined) == (command == "JoinToken")
    if command == "RegisterStaff":
        members = person.ask("Staffing")["staffing"]["directory"]
        return payload["login"] in {each["login"] for each in members if each["staff"]["id"] == str(subject)}
    if command == "NoteHomeStreet":
        members = person.ask("Staffing")["staffing"]["directory"]
        return payload["homeStreet"] in {each["homeStreet"] for each in members if each["staff"]["id"] == str(subject)}
    if command == "ReviewSheetAccess":
        lines = person.ask_everything("accessLog", days=1, staffId=None)["lines"]
        return {line["id"]: bool(line["reviewedAt"]) for line in lines}[payload["accessId"]]
    if command == "ReviewAccess":
        lines = person.ask_everything("accessLog", days=1, staffId=None, caseId=str(subject))["lines"]
        return {line["id"]: bool(line["reviewedAt"]) for line in lines}[payload["accessId"]]
    service, kind = {"ViewedOffline": ("coordination", "case"), "ViewedSessionOffline": ("ibasho", "session")}[command]
    seen = "select shown -> $2 ->> 0 from access_log where action = 'viewed_offline' and actor_id = $1"
    return str(subject) in asyncio.run(rows(city, service, seen, UUID(person.id), kind))


@pytest.mark.parametrize(("command", "who"), CELLS, ids=lambda each: each)
def test_whoever_may_really_does_it(house: House, city: Stack, command: str, who: str) -> None:
    person = house.people[who]
    subject, payload = thing_for(house, command)
    envelope = person.envelope(command, subject, payload)
    outcome = person.submit(envelope)[0]
    assert outcome["status"] == "ACCEPTED", outcome
    speaker, command_id = COMMAND_OWNERS[command], UUID(envelope["id"])
    service = "gateway" if speaker == "staff" else speaker
    logged = "select actor_id::text || ' ' || command_type from command_log where command_id = $1"
    assert asyncio.run(rows(city, service, logged, command_id)) == [f"{person.id} {command}"]
    said = asyncio.run(rows(city, service, "select type from outbox where causation_id = $1", command_id))
    expected = "VisitQuarantined" if (command, who) == ("RecordVisit", "same_unit") else EMITTED.get(command)
    assert said == ([f"banso.{speaker}.{expected}.v1"] if expected else [])
    assert expected or silent_effect(city, person, command, subject, payload)


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "clerk"])
def test_a_stranger_s_save_or_discard_leaves_a_draft_as_it_was(house: House, city: Stack, who: str) -> None:
    clerk, stranger = house.people["clerk"], house.people[who]
    mine = {
        "id": str(new_id()),
        "author": clerk.id,
        "kind": "consultation",
        "seq": 3,
        "body": {"memo": "電話のとちゅう"},
    }
    clerk.ask("SaveDraft", draft=mine)
    query = (
        "select seq || ' ' || body::text || ' ' || saved_at from draft_private where draft_id = $1 and author_id = $2"
    )
    stored = lambda: asyncio.run(rows(city, "intake", query, UUID(mine["id"]), UUID(clerk.id)))  # noqa: E731
    before = stored()
    assert len(before) == 1
    assert mine["id"] not in {draft["id"] for draft in stranger.ask("Drafts", kind="consultation")["drafts"]}
    other = {**mine, "author": stranger.id, "seq": 99, "body": {"memo": "べつの人"}}
    saved = stranger.post("SaveDraft", draft=other)
    thrown_away = stranger.post("DiscardDraft", id=mine["id"], kind="consultation")
    assert "電話のとちゅう" not in saved.text + thrown_away.text
    assert stored() == before
    [kept] = [draft for draft in clerk.ask("Drafts", kind="consultation")["drafts"] if draft["id"] == mine["id"]]
    assert (kept["seq"], kept["body"]) == (3, mine["body"])
