"""Marked personal words go through the whole thread: found in PostgreSQL, and in nothing else that anybody writes."""

import base64
import gzip
import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.support.city import running_city
from tests.support.person import (
    Person,
    attendance_payload,
    consultation_payload,
    package_payload,
    session_payload,
    visit_payload,
    wait_until,
)
from tests.support.servers import Servers, running_servers
from tests.support.tokens import token_code
from tests.support.vault import Vault

MARKS = {
    "name": "鴨脚木霞之介",
    "kana": "いちょうぎかすみのすけ",
    "phone": "09055501234",
    "memo": "黄昏時に縁側で将棋を指したがる",
    "family": "羊羹を二切れ置いておいた",
    "promise": "甘納豆の小包を届ける約束",
    "nickname": "鳶尾のとびお",
    "closing line": "碁盤を囲んで羽衣草の話になった",
    "correction": "隣の札と取りちがえて押した",
    "sealed": "枇杷の実を窓辺に並べていた",
    "handed in": "笹舟を用水路に流したと話す",
    "undecided": "柚餅子を新聞紙に包んでいた",
}
SEALED_AT_REST = "undecided"
"""Handed in, and waiting for its author: read on the screen, and written in the clear by nobody at all."""


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
    return [name for name, text in MARKS.items() if any(found in data for found in encodings(text))]


def files_below(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file()]


def marked_thread(stack: Stack) -> list[str]:
    """The thread with marks everywhere, bad input included. Returns the text of every error and notice."""
    clerk, coordinator, colleague = (Person(stack.url, login) for login in ("watanabe", "takahashi", "hamada"))
    consultation, handoff, case = new_id(), new_id(), new_id()
    told = {
        "personName": MARKS["name"],
        "personKana": MARKS["kana"],
        "personPhone": MARKS["phone"],
        "memo": MARKS["memo"],
    }
    said = []
    clerk.ask(
        "SaveDraft", draft={"id": str(consultation), "author": clerk.id, "kind": "consultation", "seq": 1, "body": told}
    )
    bad = consultation_payload(told={**told, "birth": {"year": "昭和65"}}, urgency=MARKS["memo"])
    said.append(clerk.post("Submit", commands=[clerk.envelope("OpenConsultation", consultation, bad)]).text)
    said.append(clerk.post("Submit", commands=[{"payload": told}]).text)
    said.append(
        clerk.http.post(
            "/graphql", content=f'{{"memo":"{MARKS["memo"]}"'.encode(), headers={"Content-Type": "application/json"}
        ).text
    )
    clerk.do("OpenConsultation", consultation, consultation_payload(told=told))
    reused = {**clerk.envelope("OpenConsultation", consultation, consultation_payload(told=told))}
    said.append(clerk.post("Submit", commands=[reused]).text)
    clerk.do("HandOff", handoff, package_payload(consultation, promised=MARKS["promise"]))
    coordinator.do("AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": [colleague.id]})
    wait_until(lambda: (c := coordinator.ask("Case", id=str(case))["case"]) and not c["packagePending"])
    coordinator.do("RecordVisit", case, visit_payload(memo=MARKS["memo"], familyWords=MARKS["family"]))
    wait_until(lambda: colleague.ask("Notices")["notices"])
    said.append(str(colleague.ask("Notices")))
    return [*said, *marked_afternoon(stack, coordinator), *marked_device(stack, coordinator, case)]


def marked_afternoon(stack: Stack, coordinator: Person) -> list[str]:
    """A session of 居場所 with marks everywhere, bad input included."""
    staff, session, code = Person(stack.url, "mori"), new_id(), token_code(4711)
    new = {"participantId": str(new_id()), "newParticipant": {"nickname": MARKS["nickname"], "code": code}}
    came = attendance_payload("arrived", **new)
    bad = [{**came, "newParticipant": {**new["newParticipant"], "code": "7K3F2X"}}, {**came, "kind": "plus_one"}]
    staff.do("ScheduleSession", session, session_payload(staff, coordinator))
    said = [staff.post("Submit", commands=[staff.envelope("LogAttendance", session, one)]).text for one in bad]
    staff.do("LogAttendance", session, came)
    staff.do("CorrectAttendance", session, {"attendanceId": came["attendanceId"], "note": MARKS["correction"]})
    staff.do("CloseSession", session, {"line": MARKS["closing line"]})
    assert coordinator.ask("TokenHolder", code=code)["tokenHolder"] == new["participantId"]
    assert MARKS["nickname"] in str(staff.ask("Session", id=str(session)))
    said.append(str(staff.ask("Sessions", **{"from": "2026-01-01", "to": "2026-01-02"})))
    said.append(coordinator.post("Submit", commands=[coordinator.envelope("JoinToken", session, new)]).text)
    return said


def marked_device(stack: Stack, coordinator: Person, case: object) -> list[str]:
    """Sealed commands of a tablet: sent, forged, tampered with, and handed in after it was lost."""
    device = new_id()
    on_it = Person(stack.url, "takahashi", device=device)
    vault = Vault.of(on_it, device)
    envelopes = {
        mark: on_it.envelope("RecordVisit", case, visit_payload(memo=MARKS[mark]))
        for mark in ("sealed", "handed in", "undecided")
    }
    sealed = {mark: vault.seal(envelope) for mark, envelope in envelopes.items()}
    forged = vault.seal(envelopes["sealed"], mac=b"x" * 32)
    bad = on_it.envelope("RecordVisit", case, {"memo": MARKS["sealed"], "outcome": MARKS["sealed"]})
    commands = [sealed["sealed"], forged, {**sealed["sealed"], "kid": MARKS["sealed"]}, vault.seal(bad)]
    outcomes = on_it.post("SubmitSealed", commands=commands)
    assert [each["status"] for each in outcomes.json()["data"]["submitSealed"]] == ["ACCEPTED", *["REFUSED"] * 3]
    coordinator.ask("RevokeDevice", id=str(device))
    said = [outcomes.text, on_it.post("SubmitSealed", commands=commands).text]
    queue = [sealed["handed in"], sealed["undecided"], forged]
    said += [
        coordinator.http.post("/handed-in", json={"commands": each}).text for each in (queue, [MARKS["undecided"]])
    ]
    assert MARKS["undecided"] in str(coordinator.ask("HandedIn"))
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
    assert in_database == set(MARKS) - {SEALED_AT_REST}, "the search finds what is there, and no more is there"
