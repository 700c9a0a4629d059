"""Erase, restore a backup from before, rebuild the bus: the ledger is applied again, and the words are nowhere (test 36)."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.paths import SERVICES
from infra.rebuild_bus import rebuild_bus
from infra.seed_people import staff_id
from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
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
from tests.support.rows import rows
from tests.support.servers import Servers, running_servers
from tests.support.tokens import token_code

PEOPLE = ("watanabe", "takahashi", "sasaki", "otsuka", "mori", "kudo")
KEPT_OFF = staff_id("hamada")


@pytest.fixture
def town() -> Iterator[tuple[Stack, Servers]]:
    with running_servers() as servers, running_city(servers, "erased") as stack:
        yield stack, servers


class Thread:
    """One person of the city; every word about them is `word`. Devices keep what was acknowledged and can send it again."""

    def __init__(self, people: dict[str, Person], word: str) -> None:
        self.people, self.word = people, word
        self.consultation, self.handoff, self.case, self.request, self.basis = (new_id() for _ in range(5))
        self.participant = new_id()
        self.kept: list[tuple[str, dict[str, Any]]] = []

    def do(self, login: str, type_: str, subject: object, payload: dict[str, Any]) -> None:
        envelope = self.people[login].envelope(type_, subject, payload)
        [outcome] = self.people[login].submit(envelope)
        assert outcome["status"] == "ACCEPTED", outcome
        self.kept.append((login, envelope))

    def open(self) -> None:
        names = ("personName", "personKana", "personPhone", "callerName", "callerPhone", "contactNote", "memo")
        self.do(
            "watanabe",
            "OpenConsultation",
            self.consultation,
            consultation_payload(told=dict.fromkeys(names, self.word)),
        )
        appointment = {"promised": self.word, "safeContact": self.word, "nextAppointment": {"note": self.word}}
        self.do("watanabe", "HandOff", self.handoff, package_payload(self.consultation, **appointment))

    def open_alone(self) -> None:
        """A sheet that comes back from the other unit and never becomes a case."""
        self.open()
        self.do("takahashi", "ReturnHandoff", self.handoff, {"reason": "other", "note": self.word})

    def erase_sheet(self) -> None:
        asked = {"requestId": str(self.request), "kind": "erasure", "asked": self.word}
        self.do("watanabe", "OpenSheetRequest", self.consultation, asked)
        decided = {"requestId": str(self.request), "decision": "approve", "note": self.word}
        self.do("otsuka", "DecideSheetRequest", self.consultation, decided)

    def walk_along(self) -> None:
        coordinator = self.people["takahashi"]
        self.do("takahashi", "AcceptHandoff", self.handoff, {"caseId": str(self.case)})
        wait_until(lambda: (coordinator.ask("Case", id=str(self.case))["case"] or {}).get("packagePending") is False)
        words = {"personWords": self.word, "familyWords": self.word, "memo": self.word}
        self.do("takahashi", "RecordVisit", self.case, visit_payload(**words))
        consent = basis_payload("GiveConsent", self.basis, "wakamono-station", note=self.word)
        self.do("takahashi", "GiveConsent", self.case, consent)
        body = {"caseId": str(self.case), "memo": self.word}
        draft = {"id": str(new_id()), "author": coordinator.id, "kind": "visit", "seq": 1, "body": body}
        coordinator.ask("SaveDraft", draft=draft)

    def ask_to_stop(self) -> None:
        asked = {"requestId": str(self.request), "kind": "suspension", "asked": self.word}
        self.do("takahashi", "OpenPersonRequest", self.case, asked)

    def stop(self) -> None:
        self.do("sasaki", "DecidePersonRequest", self.case, {"requestId": str(self.request), "decision": "approve"})

    def erase(self) -> None:
        asked = {"requestId": str(self.request), "kind": "erasure", "asked": self.word}
        self.do("takahashi", "OpenPersonRequest", self.case, asked)
        self.do("sasaki", "DecidePersonRequest", self.case, {"requestId": str(self.request), "decision": "approve"})

    def come(self) -> None:
        """To the table of 居場所, under a nickname, where staff wrote of them."""
        host, session, code = self.people["mori"], new_id(), token_code(new_id().int % 32**5)
        self.do("mori", "ScheduleSession", session, session_payload(host))
        new = {"participantId": str(self.participant), "newParticipant": {"nickname": self.word, "code": code}}
        came = attendance_payload("arrived", **new)
        self.do("mori", "LogAttendance", session, came)
        self.do("mori", "CorrectAttendance", session, {"attendanceId": came["attendanceId"], "note": self.word})
        self.do("mori", "CloseSession", session, {"line": f"{self.word}さんと将棋。"})

    def be_forgotten(self) -> None:
        asked = {"requestId": str(self.request), "kind": "erasure", "asked": self.word}
        self.do("mori", "OpenParticipantRequest", self.participant, asked)
        decided = {"requestId": str(self.request), "decision": "approve", "note": self.word}
        self.do("kudo", "DecideParticipantRequest", self.participant, decided)

    def send_again(self) -> set[str]:
        """Everything that was acknowledged; how it ends."""
        return {str(self.people[login].submit(envelope)[0]["code"]) for login, envelope in self.kept}


async def rows_with(stack: Stack, word: str) -> dict[str, int]:
    """Rows of every table of every database in which the word stands."""
    found = {}
    tables = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    for service in SERVICES:
        connection = await connect(stack.dsns[service].owner)
        for (table,) in await connection.fetch(tables):
            count = await connection.fetchval(f"select count(*) from {table} t where t::text like $1", f"%{word}%")
            if count:
                found[f"{service}.{table}"] = count
        await connection.close()
    return found


def on_the_bus(servers: Servers, word: str) -> list[str]:
    files = [file for file in (servers.home / "kafka").rglob("*") if file.is_file()]
    return [file.name for file in files if word.encode() in file.read_bytes()]


async def ledger(stack: Stack) -> dict[str, set[Any]]:
    """What each database knows of erasures: (case, request), and who answered."""
    found: dict[str, set[Any]] = {}
    for service, query in (
        ("coordination", "select case_id, request_id from erasure"),
        ("intake", "select coalesce(case_id, consultation_id), request_id from erasure"),
        ("coordination", "select request_id, holder from erasure_done"),
        ("ibasho", "select participant_id, request_id from erasure"),
        ("ibasho", "select request_id, holder from erasure_done"),
    ):
        connection = await connect(stack.dsns[service].owner)
        found[query[:30] + service] = {tuple(row) for row in await connection.fetch(query)}
        await connection.close()
    return found


def closed(stack: Stack) -> set[object]:
    """Ended bases, (case, who is kept off) as both owners hold it, cases and sheets whose use is stopped."""
    kept = {tuple(row) for row in rows(stack, "coordination", "select case_id, staff_id from case_kept_off")}
    assert kept == {tuple(row) for row in rows(stack, "intake", "select case_id, unnest(kept_off) from handoff")}
    ended = rows(stack, "coordination", "select basis_id from basis_end")
    stopped = rows(stack, "coordination", "select case_id from suspension")
    sheets = rows(stack, "intake", "select consultation_id from suspension")
    return kept | {row[0] for found in (ended, stopped, sheets) for row in found}


def test_what_was_erased_stays_erased_in_a_restored_backup(town: tuple[Stack, Servers], tmp_path: Path) -> None:
    stack, servers = town
    people = {login: Person(stack.url, login) for login in PEOPLE}
    names = ("まる", "なかば", "あと", "のこる", "とめた", "ひょう", "あとのひょう", "きた", "あとできた")
    words = (f"ことば{name}ことば" for name in names)
    whole, half, late, kept, stopped, sheet, late_sheet, came, late_came = (Thread(people, word) for word in words)
    for thread in (whole, kept, stopped):
        thread.open()
        thread.walk_along()
    stopped.ask_to_stop()
    half.open()
    sheet.open_alone()
    came.come()
    kept.do("takahashi", "JoinToken", kept.case, {"participantId": str(came.participant)})
    stack.wait_settled()
    assert len(asyncio.run(rows_with(stack, whole.word))) >= 8, "it stands in many tables"
    taken = people["takahashi"].ask("Sync", have=[], waiting=0)["sync"]["cases"]
    assert str(whole.case) in {each["id"] for each in taken}
    backup = servers.home / "backup"
    servers.postgres.base_backup(backup)

    half.walk_along()
    late.open()
    late.walk_along()
    late_sheet.open_alone()
    late_came.come()
    for thread in (whole, half, late):
        thread.erase()
    for thread in (sheet, late_sheet):
        thread.erase_sheet()
    for thread in (came, late_came):
        thread.be_forgotten()
    kept.do("takahashi", "EndBasis", kept.case, {"basisId": str(kept.basis)})
    kept.do("sasaki", "KeepOff", kept.case, {"staffId": str(KEPT_OFF)})
    stopped.stop()
    erased = (whole, half, late, sheet, late_sheet, came, late_came)
    stack.wait_settled()
    for thread in erased:
        assert asyncio.run(rows_with(stack, thread.word)) == {}
        assert on_the_bus(servers, thread.word) == []
    before = asyncio.run(ledger(stack))
    assert [len(rows) for rows in before.values()] == [3, 5, 6, 2, 2]
    have = [{"kind": "case", "id": each["id"], "etag": each["etag"]} for each in taken]
    assert str(whole.case) in people["takahashi"].ask("Sync", have=have, waiting=0)["sync"]["drop"]

    stack.stop()
    servers.postgres.stop("immediate")
    servers.postgres.restore(backup)
    servers.postgres.start()
    for thread in (whole, sheet, came):
        assert asyncio.run(rows_with(stack, thread.word)) != {}, "the restore really went back"
    rebuilt = asyncio.run(rebuild_bus(stack, tmp_path / "missing.json"))
    assert rebuilt.narrowed_again == 7 + 3, "and a consent taken back, somebody kept off, the use of a record stopped"
    stack.start()
    stack.wait_settled()
    assert rows(stack, "coordination", "select 1 from case_token") == [], "nor is the token joined to a case any more"
    assert closed(stack) == {kept.basis, (kept.case, KEPT_OFF), stopped.case, stopped.consultation}
    for thread in erased:
        assert asyncio.run(rows_with(stack, thread.word)) == {}
        assert on_the_bus(servers, thread.word) == []
    assert asyncio.run(ledger(stack)) == before

    again = {login: Person(stack.url, login) for login in PEOPLE}
    people.update(again)
    have = [{"kind": "case", "id": each["id"], "etag": each["etag"]} for each in taken]
    assert str(whole.case) in people["takahashi"].ask("Sync", have=have, waiting=0)["sync"]["drop"]
    assert kept.send_again() == {"None"}, "accepted, as before"
    refusals = set().union(*(thread.send_again() for thread in erased))
    assert refusals <= {"None", "record_erased", "not_found"}
    stack.wait_settled()
    for thread in erased:
        assert asyncio.run(rows_with(stack, thread.word)) == {}, "what devices send again brings nothing back"
    assert asyncio.run(rows_with(stack, kept.word)) != {}
    assert rows(stack, "coordination", "select 1 from case_token") == []
    assert asyncio.run(ledger(stack)) == before
    assert asyncio.run(rebuild_bus(stack)).narrowed_again == 0, "a second rebuild finds it done"
