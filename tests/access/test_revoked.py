"""The column of the access matrix for a revoked device: nobody's, whoever is signed in on it. Every read, every command, every page."""

import asyncio

import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.access.matrix import COMMANDS, PEOPLE, ROUTES
from tests.access.test_matrix import totals
from tests.support.full_documents import document_id, full_documents
from tests.support.person import Person
from tests.support.vault import Vault


@pytest.mark.parametrize("who", PEOPLE)
def test_a_revoked_device_reads_nothing_and_does_nothing(city: Stack, who: str) -> None:
    device = new_id()
    person = Person(city.url, PEOPLE[who], device=device)
    Vault.of(person, device)
    assert person.ask("Me")["me"]["staff"]["id"] == person.id
    person.ask("RevokeDevice", id=str(device))
    city.wait_settled()
    before = asyncio.run(totals(city))
    asked = [{"documentId": document_id(text), "variables": {}} for text in full_documents().values()]
    for command in COMMANDS:
        envelope = person.envelope(command, new_id(), {})
        asked.append({"documentId": person._documents["Submit"], "variables": {"commands": [envelope]}})
    answers = [person.http.post("/graphql", json=body) for body in asked]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "device_revoked")}
    pages = [path.partition("{")[0] for path in ROUTES["session"] if path.startswith("/print/") or path == "/signals"]
    answers += [person.http.get(f"{path}{new_id() if path.endswith('/') else ''}") for path in pages]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "device_revoked")}
    assert asyncio.run(totals(city)) == before
    print(f"{len(answers)} cells")
