"""Marked personal words go through the whole thread: found in PostgreSQL, and in nothing else that anybody writes."""

import base64
import gzip
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from infra.seed_people import staff_id
from infra.stack import Stack
from services.contracts.tokyo import tokyo_day
from services.kernel.ids import new_id
from tests.privacy.marks import MARKS, STEM, WITHOUT, Teller, all_fields_of_words, fields_of_words
from tests.support.city import running_city
from tests.support.person import (
    Person,
    attendance_payload,
    basis_payload,
    consultation_payload,
    package_payload,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.servers import Servers, running_servers
from tests.support.tokens import token_code
from tests.support.vault import Vault

SEALED_AT_REST = "RecordVisit.memo, undecided"
"""Handed in, and waiting for its author: read on the screen, and written in the clear by nobody at all."""
LOOKED_UP = "UseEmergencyByNumber.receiptNumber"
"""What is typed in the place of a number, which may be a name, is written by nobody at all."""
TOLD, SEALED = MARKS["OpenConsultation.told.memo"], MARKS["RecordVisit.memo, sealed"]
NICKNAME, LOGIN = MARKS["LogAttendance.newParticipant.nickname"], MARKS["RegisterStaff.login"]


@dataclass
class Collector:
    """An OTLP receiver that keeps every byte it gets."""

    port: int
    received: list[bytes] = field(default_factory=list)


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    found = Collector(0)

    class Receive(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.received.append(
                self.path.encode() + gunzipped(self.rfile.read(int(self.headers["Content-Length"])), self.headers)
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receive)
    found.port = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()


@pytest.fixture(scope="module")
def town(collector: Collector) -> Iterator[tuple[Stack, Servers]]:
    with running_servers() as servers:
        otlp = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.port}"}
        with running_city(servers, "canary", otlp) as stack:
            yield stack, servers


def gunzipped(body: bytes, headers: Message) -> bytes:
    return gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body


def encodings(text: str) -> list[bytes]:
    escaped = text.encode("unicode_escape")
    return [text.encode(), text.encode("utf-16-le"), escaped, escaped.upper(), base64.b64encode(text.encode())[:-4]]


def hits(data: bytes) -> list[str]:
    """The marks that stand there, in any form; or that a part of one does."""
    if not any(found in data for found in encodings(STEM)):
        return []
    return [path for path, text in MARKS.items() if any(found in data for found in encodings(text))] or ["half a mark"]


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def marked_thread(stack: Stack) -> list[str]:
    """The thread with marks everywhere, bad input included. Returns the text of every error and notice."""
    clerk, coordinator, colleague = (Teller(stack.url, login) for login in ("watanabe", "takahashi", "hamada"))
    consultation, handoff, case = new_id(), new_id(), new_id()
    good = clerk.envelope("OpenConsultation", consultation, consultation_payload())
    told, said = good["payload"]["told"], []
    draft = {"id": str(consultation), "author": clerk.id, "kind": "consultation", "seq": 1, "body": told}
    clerk.ask("SaveDraft", draft=draft)
    bad = {**good["payload"], "told": {**told, "birth": {"year": "昭和65"}}, "urgency": TOLD}
    said.append(clerk.post("Submit", commands=[{**good, "payload": bad}]).text)
    said.append(clerk.post("Submit", commands=[{"payload": told}]).text)
    broken, as_json = f'{{"memo":"{TOLD}"'.encode(), {"Content-Type": "application/json"}
    said.append(clerk.http.post("/graphql", content=broken, headers=as_json).text)
    clerk.do("OpenConsultation", consultation, consultation_payload())
    reused = clerk.envelope("OpenConsultation", consultation, consultation_payload())
    said.append(clerk.post("Submit", commands=[reused]).text)
    clerk.do("HandOff", handoff, package_payload(consultation))
    coordinator.do("AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": [colleague.id]})
    wait_until(lambda: (c := coordinator.ask("Case", id=str(case))["case"]) and not c["packagePending"])
    coordinator.do("RecordVisit", case, visit := visit_payload())
    wait_until(lambda: colleague.ask("Notices")["notices"])
    said += [*marked_afternoon(stack, coordinator), *marked_device(stack, coordinator, case)]
    manager, auditor = Teller(stack.url, "sasaki"), Teller(stack.url, "fujiwara")
    said += [*marked_sharing(stack, coordinator, manager, case), *marked_sheet(stack, clerk, coordinator, auditor)]
    marked_requests("Person", case, coordinator, manager, amendment={"visitId": visit["visitId"]})
    marked_review("ReviewAccess", case, coordinator, auditor)
    coordinator.do("CloseCase", case, {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True})
    coordinator.do("ReopenCase", case, {})
    said += marked_staff(manager, Teller(stack.url, "otsuka"))
    return [*said, *(str(each.ask("Notices")) for each in (clerk, coordinator, colleague, manager, auditor))]


def marked_sharing(stack: Stack, coordinator: Person, manager: Person, case: object) -> list[str]:
    """Every basis with its words, and a visit by somebody who had none."""
    stranger, called = Teller(stack.url, "nakamura"), staff_id("mori")
    coordinator.do("GiveConsent", case, basis_payload("GiveConsent", new_id(), "wakamono-station"))
    coordinator.do("ConveneConference", case, basis_payload("ConveneConference", new_id(), str(called)))
    manager.do("ShareByLaw", case, basis_payload("ShareByLaw", new_id(), "another-agency"))
    visit = visit_payload()
    assert stranger.do("RecordVisit", case, visit)["refs"]["confirming"]
    manager.do("DecideQuarantine", case, {"quarantineId": visit["visitId"], "decision": "decline"})
    stranger.do("UseEmergency", case, basis_payload("UseEmergency", new_id()))
    tried = stranger.envelope("UseEmergencyByNumber", new_id(), {"minutes": 60})
    assert stranger.submit(tried)[0]["code"] == "not_found"
    tried = stranger.envelope("UseEmergencyByNumber", new_id(), {"minutes": 60})
    tried["payload"] |= {"receiptNumber": coordinator.ask("Case", id=str(case))["case"]["receiptNumber"]}
    assert stranger.submit(tried)[0]["status"] == "ACCEPTED"
    wait_until(lambda: "emergency" in str(manager.ask("Notices")["notices"]).lower())
    return [str(each.ask("Notices")) for each in (stranger, Person(stack.url, "mori"))]


def marked_sheet(stack: Stack, clerk: Person, coordinator: Person, auditor: Person) -> list[str]:
    """A sheet whose handoff comes back, is withdrawn the next time, and of which the person asks things."""
    sheet, returned, withdrawn, manager = new_id(), new_id(), new_id(), Teller(stack.url, "otsuka")
    clerk.do("OpenConsultation", sheet, consultation_payload())
    clerk.do("HandOff", returned, package_payload(sheet))
    coordinator.do("ReturnHandoff", returned, {"reason": "other"})
    clerk.do("HandOff", withdrawn, package_payload(sheet))
    clerk.do("WithdrawHandoff", withdrawn, {})
    marked_requests("Sheet", sheet, clerk, manager)
    marked_review("ReviewSheetAccess", sheet, clerk, auditor)
    return [str(manager.ask("Notices"))]


def marked_requests(what: str, subject: object, asking: Person, deciding: Person, **corrected: object) -> None:
    """訂正 and 利用停止, both approved; the one is made and the other lifted."""
    correction, suspension = ({"requestId": str(new_id()), "kind": kind} for kind in ("correction", "suspension"))
    for asked in (correction, suspension):
        asking.do(f"Open{what}Request", subject, asked)
        deciding.do(f"Decide{what}Request", subject, {"requestId": asked["requestId"], "decision": "approve"})
        if asked is correction:
            asking.do(f"Correct{what}", subject, {"requestId": asked["requestId"], **corrected})
    lift = {"Person": "LiftSuspension", "Sheet": "LiftSheetSuspension"}[what]
    deciding.do(lift, subject, {"requestId": suspension["requestId"]})


def marked_review(command: str, subject: object, reader: Person, auditor: Person) -> None:
    """The auditor looks at one read of it."""
    reader.ask("Case" if command == "ReviewAccess" else "Consultation", id=str(subject))
    lines = auditor.ask("AccessLog", days=1, staffId=reader.id)["accessLog"]["lines"]
    access = next(line["id"] for line in lines if str(subject) in (line["caseId"], line["consultationId"]))
    auditor.do(command, subject, {"accessId": access})


def marked_staff(manager: Person, another: Person) -> list[str]:
    """Somebody new, whom another manager registers and who leads a unit of a new name and types the wrong password."""
    newcomer, unit = new_id(), "hibari-window"
    leads = {"assignmentId": str(new_id()), "staffId": str(newcomer), "unitId": unit, "role": "manager"}
    today = tokyo_day(datetime.now(UTC)).isoformat()
    another.do("RegisterStaff", newcomer, {})
    manager.do("NoteHomeStreet", manager.id, {})
    manager.do("ChangeAssignments", new_id(), {"opens": [{"unitId": unit}], "begins": [{**leads, "fromDate": today}]})
    again = manager.post("Submit", commands=[manager.envelope("RegisterStaff", new_id(), {})])
    return [again.text, manager.http.post("/session", json={"login": LOGIN, "password": TOLD}).text]


def marked_afternoon(stack: Stack, coordinator: Person) -> list[str]:
    """A session of 居場所 with marks everywhere, bad input included."""
    staff, session, code = Teller(stack.url, "mori"), new_id(), token_code(4711)
    new = {"participantId": str(new_id()), "newParticipant": {"code": code}}
    came = attendance_payload("arrived", **new)
    bad = [{**came, "newParticipant": {"code": "7K3F2X"}}, {**came, "kind": "plus_one"}]
    staff.do("ScheduleSession", session, session_payload(staff, coordinator))
    said = [staff.post("Submit", commands=[staff.envelope("LogAttendance", session, one)]).text for one in bad]
    staff.do("LogAttendance", session, came)
    staff.do("CorrectAttendance", session, {"attendanceId": came["attendanceId"]})
    staff.do("CloseSession", session, {})
    assert coordinator.ask("TokenHolder", code=code)["tokenHolder"] == new["participantId"]
    assert NICKNAME in str(staff.ask("Session", id=str(session)))
    said.append(str(staff.ask("Sessions", **{"from": "2026-01-01", "to": "2026-01-02"})))
    named = {**new, "newParticipant": {"nickname": NICKNAME, "code": code}}
    said.append(coordinator.post("Submit", commands=[coordinator.envelope("JoinToken", session, named)]).text)
    marked_nickname(stack, staff, session)
    return said


def marked_nickname(stack: Stack, staff: Person, session: object) -> None:
    """Somebody else of the afternoon has how they are called corrected."""
    who, asked = str(new_id()), {"requestId": str(new_id()), "kind": "correction"}
    new = {"participantId": who, "newParticipant": {"nickname": "つばめ", "code": token_code(4712)}}
    Person(stack.url, "mori").do("LogAttendance", session, attendance_payload("arrived", **new))
    staff.do("OpenParticipantRequest", who, asked)
    decided = {"requestId": asked["requestId"], "decision": "approve"}
    Teller(stack.url, "kudo").do("DecideParticipantRequest", who, decided)
    staff.do("CorrectNickname", who, {"requestId": asked["requestId"]})


def marked_device(stack: Stack, coordinator: Person, case: object) -> list[str]:
    """Sealed commands of a tablet: sent, forged, tampered with, and handed in after it was lost."""
    device = new_id()
    on_it = Person(stack.url, "takahashi", device=device)
    vault = Vault.of(on_it, device)
    envelopes = {
        mark: on_it.envelope("RecordVisit", case, visit_payload(memo=MARKS[f"RecordVisit.memo, {mark}"]))
        for mark in ("sealed", "handed in", "undecided")
    }
    sealed = {mark: vault.seal(envelope) for mark, envelope in envelopes.items()}
    forged = vault.seal(envelopes["sealed"], mac=b"x" * 32)
    bad = on_it.envelope("RecordVisit", case, {"memo": SEALED, "outcome": SEALED})
    commands = [sealed["sealed"], forged, {**sealed["sealed"], "kid": SEALED}, vault.seal(bad)]
    outcomes = on_it.post("SubmitSealed", commands=commands)
    assert [each["status"] for each in outcomes.json()["data"]["submitSealed"]] == ["ACCEPTED", *["REFUSED"] * 3]
    coordinator.ask("RevokeDevice", id=str(device))
    said = [outcomes.text, on_it.post("SubmitSealed", commands=commands).text]
    queue = [sealed["handed in"], sealed["undecided"], forged]
    said += [
        coordinator.http.post("/handed-in", json={"commands": each}).text for each in (queue, [MARKS[SEALED_AT_REST]])
    ]
    assert MARKS[SEALED_AT_REST] in str(coordinator.ask("HandedIn"))
    decided = coordinator.ask("DecideHandedIn", id=envelopes["handed in"]["id"], send=True)["decideHandedIn"]
    assert decided["status"] == "ACCEPTED"
    return [*said, str(decided)]


def one_trace_reaches_the_reaction(received: list[bytes]) -> bool:
    """One trace runs from the request at the gateway through the owner and Kafka's header to the reactions."""
    services: dict[bytes, set[str]] = {}
    for body in received:
        request = ExportTraceServiceRequest.FromString(body.removeprefix(b"/v1/traces"))
        for resource in request.resource_spans:
            name = next(a.value.string_value for a in resource.resource.attributes if a.key == "service.name")
            for span in (span for scope in resource.scope_spans for span in scope.spans):
                services.setdefault(span.trace_id, set()).add(f"{name} {span.name}")
    wanted = {"intake command HandOff", "notify react HandedOff", "reporting react HandedOff"}
    return any(wanted <= names and any(n.startswith("gateway POST") for n in names) for names in services.values())


def test_marked_words_stay_in_postgresql(town: tuple[Stack, Servers], collector: Collector) -> None:
    stack, servers = town
    said = marked_thread(stack)
    stack.wait_settled()
    stack.stop()  # flushes what is still buffered
    servers.kafka.stop()
    servers.postgres.stop()  # writes everything, and takes no file away while it is searched

    assert hits(b"".join(text.encode() for text in said)) == [], "an error or a notice"
    assert hits(b"".join(collector.received)) == [], "a trace"
    assert one_trace_reaches_the_reaction(collector.received)
    for file in files_below(stack.var / "log"):
        assert hits(file.read_bytes()) == [], f"log {file.name}"
    assert any(b"service.started" in file.read_bytes() for file in files_below(stack.var / "log"))
    broker = files_below(servers.kafka.home)
    assert any(b"ConsultationOpened" in file.read_bytes() for file in broker), "the search looks at the right files"
    for file in broker:
        assert hits(file.read_bytes()) == [], f"Kafka {file.name}"
    assert hits(servers.postgres.log.read_bytes()) == [], "PostgreSQL's log"
    in_database = set()
    for file in files_below(servers.postgres.data):
        in_database.update(hits(file.read_bytes()))
    assert in_database == set(MARKS) - {SEALED_AT_REST, LOOKED_UP}, (
        "the search finds what is there, and no more is there"
    )


def test_whatever_somebody_may_type_into_a_command_has_a_mark() -> None:
    words, loose = {"type": "string", "maxLength": 200}, {"type": "object", "additionalProperties": True}
    nested = {"anyOf": [{"items": {"$ref": "#/$defs/Inner"}, "type": "array"}, {"type": "null"}]}
    ours = {"id": {"type": "string", "format": "uuid"}, "kind": {"type": "string", "enum": ["arrived"]}}
    schema = {"type": "object", "properties": {"note": words, "any": {}, "open": loose, "each": nested, **ours}}
    inner = {"Inner": {"type": "object", "properties": {"name": words, "count": {"type": "integer"}}}}
    assert [*fields_of_words(schema, "A", inner)] == ["A.note", "A.any", "A.open", "A.each.name"]
    assert WITHOUT.keys() <= all_fields_of_words(), "no reason for what is no longer there"
