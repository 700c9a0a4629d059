"""Base backup, go on, lose the database, restore, rebuild the bus, clients resend: nothing acknowledged is lost."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from infra.rebuild_bus import rebuild_bus
from infra.stack import Stack
from infra.verify_access_log import compare
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.service.gateway.test_sessions import post
from tests.support.city import running_city
from tests.support.hired import FIRST_PASSWORD, Hired, hire, today
from tests.support.person import Person, consultation_payload, package_payload, visit_payload, wait_until
from tests.support.servers import Servers, running_servers


@pytest.fixture
def town() -> Iterator[tuple[Stack, Servers]]:
    with running_servers() as servers, running_city(servers, "restore") as stack:
        yield stack, servers


class Keeping:
    """Clients that keep what was acknowledged and can send it again, as devices do for 72 hours."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.kept: list[tuple[str, dict]] = []
        self.people = {login: Person(stack.url, login) for login in ("watanabe", "takahashi", "hamada")}

    def do(self, login: str, type: str, subject: object, payload: dict) -> None:
        envelope = self.people[login].envelope(type, subject, payload)
        assert self.people[login].submit(envelope)[0]["status"] == "ACCEPTED"
        self.kept.append((login, envelope))

    def thread(self) -> None:
        consultation, handoff, case = new_id(), new_id(), new_id()
        self.do("watanabe", "OpenConsultation", consultation, consultation_payload())
        self.do("watanabe", "HandOff", handoff, package_payload(consultation))
        colleague = self.people["hamada"].id
        self.do("takahashi", "AcceptHandoff", handoff, {"caseId": str(case), "colleagueIds": [colleague]})
        wait_until(lambda: self.people["takahashi"].ask("Case", id=str(case))["case"])
        self.do("takahashi", "RecordVisit", case, visit_payload())

    def resend(self) -> Counter[str]:
        """Everything kept, in its order. A case must be open again before its visits can be recorded."""
        self.people = {login: Person(self.stack.url, login) for login in self.people}
        outcomes: Counter[str] = Counter()
        for login, envelope in self.kept:

            def accepted(login: str = login, envelope: dict = envelope) -> bool:
                return self.people[login].submit(envelope)[0]["status"] == "ACCEPTED"

            wait_until(accepted, 30)
            outcomes["accepted"] += 1
        return outcomes


async def effects(stack: Stack) -> dict[str, object]:
    """Everything downstream, as sets of ids."""
    queries = {
        "intake": [
            "select consultation_id from consultation",
            "select handoff_id, status, case_id from handoff",
            "select event_id from outbox",
        ],
        "coordination": ["select case_id from case_file", "select visit_id from visit", "select event_id from outbox"],
        "notify": ["select recipient_id, kind, handoff_id, case_id from notice"],
        "reporting": [
            "select visit_id from fact_visit",
            "select handoff_id from fact_handoff",
            "select consultation_id from fact_consultation",
        ],
    }
    found: dict[str, object] = {}
    for service, asked in queries.items():
        connection = await connect(stack.dsns[service].owner)
        for query in asked:
            found[f"{service}: {query}"] = Counter(tuple(row) for row in await connection.fetch(query))
        await connection.close()
    return found


async def incarnation(stack: Stack) -> object:
    connection = await connect(stack.dsns["intake"].owner)
    try:
        return await connection.fetchval("select id from incarnation order by started_at desc limit 1")
    finally:
        await connection.close()


def leave(stack: Stack, leaver: Hired) -> None:
    """Their manager ends what they are assigned to, as of yesterday."""
    manager = Person(stack.url, "sasaki")
    held = manager.ask("Staffing")["staffing"]["assignments"]
    [assignment] = [each["id"] for each in held if each["staff"]["id"] == str(leaver.staff_id)]
    ends = [{"assignmentId": assignment, "until": str(today() - timedelta(days=1))}]
    manager.do("ChangeAssignments", new_id(), {"ends": ends})


def test_a_restore_loses_nothing_that_was_acknowledged(town: tuple[Stack, Servers], tmp_path: Path) -> None:
    stack, servers = town
    clients = Keeping(stack)
    for _ in range(4):
        clients.thread()
    leaver = hire(stack)
    stolen = Person(stack.url, leaver.login, FIRST_PASSWORD)
    stack.wait_settled()
    backup = servers.home / "backup"
    servers.postgres.base_backup(backup)
    leave(stack, leaver)
    stack.wait_settled()  # nobody tells them of what comes now
    for _ in range(5):
        clients.thread()
    stack.wait_settled()
    before, born = asyncio.run(effects(stack)), asyncio.run(incarnation(stack))

    stack.stop()
    servers.postgres.stop("immediate")
    servers.postgres.restore(backup)
    servers.postgres.start()
    lost = asyncio.run(effects(stack))
    assert lost != before, "the restore really went back"
    rebuilt = asyncio.run(rebuild_bus(stack))
    assert rebuilt.narrowed_again == 1, "the last day of whoever left"
    assert len(rebuilt.missing) >= 5 * 5, "what Kafka knew and the outboxes do not is listed"
    assert (rebuilt.read_back.rows > 0, rebuilt.read_back.older, rebuilt.read_back.refused) == (True, [], [])
    assert asyncio.run(compare(stack)).differences == [], "who saw what since the backup is in the logs again"
    stack.start()
    stack.wait_settled()
    assert stolen.post("Me").json()["code"] == "signed_out"
    assert post(stack, leaver.login, FIRST_PASSWORD).json()["code"] == "no_assignment"
    assert clients.people["hamada"].post("Me").json()["code"] == "signed_out", "whoever else was signed in, too"
    outcomes = clients.resend()
    stack.wait_settled()

    assert outcomes == {"accepted": len(clients.kept)}
    after = asyncio.run(effects(stack))
    assert {key for key in before if before[key] != after[key]} == set()
    assert asyncio.run(incarnation(stack)) == rebuilt.incarnation != born
    found = asyncio.run(compare(stack))
    assert (found.differences, found.waiting) == ([], 0)
    print(
        f"{len(clients.kept)} acknowledged commands, {len(rebuilt.missing)} events listed as missing, 0 lost, 0 doubled"
    )
