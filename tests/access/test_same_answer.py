"""Not yours = not found: for every view with an id, and for commands, what is another's and what is nowhere are one answer,
at one time.

The views are walked as the matrix walks them: a new one with an id is measured, and an id nobody knows here is red. One time:
each is asked as often as the other, in pairs whose order is drawn by lot; how often the one of another took longer than the one of
nowhere (the area under the curve of Mann and Whitney) is what a single look tells a stranger, and must be near a half.
"""

import random
import re
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer, service_actor
from tests.access.matrix import ROUTES
from tests.access.test_matrix import SERVICES
from tests.support.full_documents import SCHEMA, document_id, full_documents
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import (
    Person,
    attendance_payload,
    basis_payload,
    consultation_payload,
    open_case,
    package_payload,
    session_payload,
)
from tests.support.rows import rows
from tests.support.tokens import token_code

PAIRS, TELLS = 150, 0.15
"""With 150 pairs the area strays by 0.033 by chance: four and a half times that are no chance. Half a millisecond more
for what is there is found (0.9); one more query for what lies in memory, a tenth of that, is not: `test_same_questions.py` sees that."""
STRANGER = Actor(new_id(), "staff", tuple(("unit-of-nothing", role) for role in Role if role is not Role.AUDITOR))
"""Every role, in a unit that has nothing: refused by relation alone. Auditors look into every log."""
Ask = Callable[[str], Awaitable[httpx.Response]]
COMMANDS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "GiveConsent": ("coordination", "case_id", basis_payload("GiveConsent", new_id(), "wakamono-station")),
    "CloseCase": (
        "coordination",
        "case_id",
        {"closingId": str(new_id()), "reason": "concluded", "promiseSettled": True},
    ),
    "OpenPersonRequest": ("coordination", "case_id", {"requestId": str(new_id()), "kind": "disclosure"}),
    "AcceptHandoff": ("intake", "handoff_id", {"caseId": str(new_id())}),
    "WithdrawHandoff": ("intake", "handoff_id", {}),
    "OpenSheetRequest": ("intake", "consultation_id", {"requestId": str(new_id()), "kind": "disclosure"}),
    "CloseSession": ("ibasho", "session_id", {}),
    "LogAttendance": ("ibasho", "session_id", attendance_payload()),
    "OpenParticipantRequest": ("ibasho", "participant_id", {"requestId": str(new_id()), "kind": "disclosure"}),
}
"""Command -> its owner, what its subject is, its payload. A few of each owner, by the clock; `test_same_questions.py` asks all."""


@pytest.fixture(scope="module")
def theirs(city: Stack) -> dict[str, UUID]:
    return tell_theirs(city)


def tell_theirs(city: Stack) -> dict[str, UUID]:
    """A thing of every kind that has an id in a path, none of it the stranger's."""
    clerk, member = Person(city.url, "watanabe"), Person(city.url, "takahashi")
    case, consultation, handoff, session = open_case(clerk, member), new_id(), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    clerk.do("HandOff", handoff, package_payload(consultation))
    host = Person(city.url, "mori")
    host.do("ScheduleSession", session, session_payload(host))
    member.do("OpenPersonRequest", case, {"requestId": str(new_id()), "kind": "disclosure"})
    participant, code = new_id(), token_code(new_id().int % 32**5)
    made = {"participantId": str(participant), "newParticipant": {"nickname": f"よそ{code}", "code": code}}
    host.do("LogAttendance", session, attendance_payload("arrived", **made))
    host.do("OpenParticipantRequest", participant, {"requestId": str(new_id()), "kind": "disclosure"})
    ids = {"case_id": case, "consultation_id": consultation, "handoff_id": handoff, "session_id": session}
    return {**ids, "participant_id": participant}


async def views_of(client: httpx.AsyncClient, service: str) -> list[str]:
    found = (await client.get("/openapi.json")).json()["paths"]
    return [path for path, methods in found.items() if "get" in methods and "{" in path]


def asking_view(city: Stack, client: httpx.AsyncClient, service: str, path: str) -> Ask:
    """The stranger asks for a view of one id; a package only coordination may ask for."""
    by = (Signer(city.keys_dir, "coordination"), service_actor("coordination"))
    signer, actor = by if path.startswith("/packages/") else (Signer(city.keys_dir, "gateway"), STRANGER)

    async def ask(one: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {signer.sign(actor, service)}"}
        return await client.get(with_id(path, one), headers=headers, params={"event_id": str(new_id())})

    return ask


def asking_command(city: Stack, client: httpx.AsyncClient, command: str, service: str, payload: dict[str, Any]) -> Ask:
    """The stranger sends a command about a subject."""
    signer = Signer(city.keys_dir, "gateway")

    async def ask(subject: str) -> httpx.Response:
        told = {"id": str(new_id()), "type": command, "v": 1, "author": str(STRANGER.id), "subject": subject}
        told |= {"deviceSeq": 1, "capturedAt": datetime.now(UTC).isoformat(), "payload": payload}
        headers = {"Authorization": f"Bearer {signer.sign(STRANGER, service)}"}
        return await client.post("/commands", json={"commands": [told]}, headers=headers)

    return ask


async def is_one_answer(what: str, theirs: UUID, ask: Ask, status: int = 404) -> None:
    """Same status, body and headers, and no telling by the time."""
    said: tuple[set[object], set[object]] = (set(), set())
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(PAIRS + 5):
        for which in random.sample((0, 1), 2):
            begun = time.perf_counter()
            answer = await ask(str(new_id() if which else theirs))
            took = time.perf_counter() - begun
            said[which].add((answer.status_code, plain(answer), tuple(sorted({*answer.headers} - {"date"}))))
            if n >= 5:  # the first ones warm up
                taken[which].append(took)
    assert said[0] == said[1] and len(said[0]) == 1, (what, said)
    assert answer.status_code == status, what
    longer = sum((one > other) + (one == other) / 2 for one in taken[0] for other in taken[1])
    area = longer / PAIRS**2
    print(f"{what}: {area:.2f}")
    assert abs(area - 0.5) < TELLS, f"{what} tells by its time what is there: {area:.2f}"


def plain(answer: httpx.Response) -> str:
    """What was said, without the id of the command it answers."""
    said = answer.json() if "json" in answer.headers["content-type"] else answer.text
    for outcome in said.get("outcomes", []) if isinstance(said, dict) else []:
        del outcome["id"]
    return str(said)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_view_with_an_id_says_the_same_as_soon(city: Stack, theirs: dict[str, UUID], service: str) -> None:
    async with httpx.AsyncClient(base_url=city.service_url(service), timeout=10) as client:
        views = await views_of(client, service)
        assert bool(views) == (service not in {"notify", "reporting"})
        for path in views:
            await is_one_answer(path, theirs[kind_of(path)], asking_view(city, client, service, path))
        print(f"{service}: {len(views)} views")


async def test_every_printed_page_says_the_same_as_soon(city: Stack, theirs: dict[str, UUID]) -> None:
    unit = f"unit-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '試しの係')", unit)
    stranger = Person(city.url, hire(city, unit, Role.MANAGER).login, FIRST_PASSWORD)
    pages = [path for path in ROUTES["session"] if "{" in path]
    assert len(pages) >= 2
    async with httpx.AsyncClient(base_url=city.url, timeout=10, cookies=dict(stranger.http.cookies)) as client:
        for path in pages:
            await is_one_answer(path, theirs[kind_of(path)], lambda one, path=path: client.get(with_id(path, one)))


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_says_the_same_as_soon(city: Stack, theirs: dict[str, UUID], command: str) -> None:
    service, kind, payload = COMMANDS[command]
    async with httpx.AsyncClient(base_url=city.service_url(service), timeout=10) as client:
        ask = asking_command(city, client, command, service, payload)
        await is_one_answer(command, theirs[kind], ask, 200)
        assert (await ask(str(theirs[kind]))).json()["outcomes"][0]["code"] == "not_found"


def kind_of(path: str) -> str:
    """The name of the one id in it."""
    [kind] = re.findall(r"\{(\w+)\}", path)
    return str(kind)


def with_id(path: str, one: str) -> str:
    return re.sub(r"\{\w+\}", one, path)


ROOTS = {
    "case": {"id": "case_id"},
    "caseSuspended": {"id": "case_id"},
    "sharing": {"caseId": "case_id"},
    "whoSaw": {"caseId": "case_id"},
    "holdings": {"caseId": "case_id"},
    "holdings of a sheet": {"consultationId": "consultation_id"},
    "holdings of a participant": {"participantId": "participant_id"},
    "consultation": {"id": "consultation_id"},
    "handoff": {"id": "handoff_id"},
    "session": {"id": "session_id"},
}
"""Root of the schema -> its variable, and of what it is the id."""


def test_every_root_with_an_id_is_asked() -> None:
    assert SCHEMA.query_type
    with_id = {name for name, root in SCHEMA.query_type.fields.items() if {"id", "caseId"} & root.args.keys()}
    assert {root.split(" of ")[0] for root in ROOTS} == with_id - {"accessLog"}, "the log: of whoever looks after it"


async def test_every_root_of_the_gateway_says_the_same_as_soon(city: Stack, theirs: dict[str, UUID]) -> None:
    """What a screen is answered, at the gateway's own door: another's case is a case that is nowhere."""
    unit = f"unit-{new_id().hex[-8:]}"
    rows(city, "gateway", "insert into unit (unit_id, name) values ($1, '試しの係')", unit)
    stranger = Person(city.url, hire(city, unit, Role.MANAGER).login, FIRST_PASSWORD)
    headers = dict(stranger.http.headers)
    async with httpx.AsyncClient(
        base_url=city.url, timeout=10, cookies=dict(stranger.http.cookies), headers=headers
    ) as client:
        for named, [(variable, kind)] in ((named, list(of.items())) for named, of in ROOTS.items()):
            document = document_id(full_documents()[named.split(" of ")[0]])

            async def ask(one: str, variable: str = variable, document: str = document) -> httpx.Response:
                return await client.post("/graphql", json={"documentId": document, "variables": {variable: one}})

            await is_one_answer(named, theirs[kind], ask, 200)
