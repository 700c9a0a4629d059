"""Every part of every body replaced by NUL, half a character, NaN, an abyss of brackets …: a definite answer, never a bug."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.paths import ROOT
from infra.stack import Stack
from services.kernel.ids import new_id
from tests.hostile.nasty import spoilt, variables_of, wire
from tests.hostile.story import Story, Tokens, bugs
from tests.support.person import Person, attendance_payload, consultation_payload, package_payload, visit_payload
from tests.support.rows import rows

_DOCUMENTS = json.loads((ROOT / "gateway" / "trusted_documents.json").read_text(encoding="utf8"))
_HEALS = {"unexpected", "try_again", "service_unavailable"}
"""Codes that say "send it again": of what can never be taken they would be said for ever."""


def bodies(story: Story) -> list[tuple[str, str, str, Any]]:
    """(service, method, path, a right body) of every route that reads one."""
    draft = {"kind": "consultation", "seq": 1, "body": {"memo": "x", "list": [1]}, "known": [1]}
    asked = {"days": 3, "staffId": None, "caseId": None, "surnames": {"a": "髙橋"}, "streets": {"a": ["谷戸町3"]}}
    have = {"have": {str(new_id()): "etag"}}
    found: list[tuple[str, str, str, Any]] = [
        ("coordination", "POST", "/views/access-log", asked),
        ("coordination", "POST", "/views/access-log", {"receiptNumber": "R8-1"}),
        ("coordination", "POST", "/views/sync", have),
        ("ibasho", "POST", "/views/sync", have),
        ("ibasho", "POST", "/views/token-holder", {"code": "000001"}),
        *((owner, "POST", "/views/own-words", {"about": [str(new_id())]}) for owner in ("coordination", "intake")),
    ]
    return found + [(owner, "PUT", "/drafts/{new}", draft) for owner in ("intake", "coordination", "ibasho")]


def test_no_body_of_a_service_is_a_server_error(town: Stack, story: Story) -> None:
    before, tried, findings = bugs(town), 0, dict[str, str]()
    with httpx.Client(timeout=30) as client:
        for service, method, path, right in bodies(story):
            tokens, url = Tokens(town, service), town.service_url(service)
            for what, body in spoilt({"whole": right}, every=1):
                address = f"{url}{path.replace('{new}', str(new_id()))}"
                answer = client.request(method, address, content=wire(body["whole"]), headers=tokens.header())
                tried += 1
                if answer.status_code >= 500:
                    findings[f"{service} {path} {what}"] = answer.text
            if path.startswith("/drafts"):
                listed = client.get(f"{url}/drafts", headers=tokens.header())
                assert listed.status_code == 200, f"what was kept cannot be read again: {listed.text}"
    print(f"{tried} bodies tried")
    assert not findings, "\n".join(f"{where}: {said}" for where, said in findings.items())
    assert bugs(town) == before


def commands(story: Story) -> list[tuple[str, str, UUID, dict[str, Any]]]:
    """(login, type, subject, payload) of what people write most."""
    told = {"memo": "x", "contactNote": "y", "personName": "髙橋", "birth": {"year": "S48", "month": "1", "day": ""}}
    return [
        ("watanabe", "OpenConsultation", new_id(), consultation_payload(told=told)),
        ("watanabe", "HandOff", new_id(), package_payload(story.consultation)),
        ("takahashi", "RecordVisit", story.case, visit_payload()),
        ("mori", "LogAttendance", story.session, attendance_payload("plus_one")),
    ]


def test_no_command_is_answered_with_again_for_ever(town: Stack, story: Story) -> None:
    before, tried, findings = bugs(town), 0, dict[str, str]()
    for login, kind, subject, payload in commands(story):
        person = Person(town.url, login)
        for what, envelope in spoilt(person.envelope(kind, subject, payload)):
            answer = post(person, "Submit", {"commands": [envelope]})
            tried += 1
            said = answer.json()
            outcomes = (said.get("data") or {}).get("submit") or []
            codes = {outcome["code"] for outcome in outcomes if outcome["status"] == "RETRY"}
            if answer.status_code >= 500 or codes or _HEALS & _codes(said):
                findings[f"{kind} {what}"] = answer.text[:300]
    print(f"{tried} commands tried")
    assert not findings, "\n".join(f"{where}: {said}" for where, said in findings.items())
    assert bugs(town) == before


def post(person: Person, operation: str, variables: Any) -> httpx.Response:
    document = next(
        key for key, text in _DOCUMENTS.items() if text.split("(")[0].split("{")[0].split()[-1] == operation
    )
    body = wire({"documentId": document, "variables": variables})
    return person.http.post("/graphql", content=body, headers={"Content-Type": "application/json"})


def _codes(said: Any) -> set[str]:
    own = {said["code"]} if "code" in said else set()
    return own | {error["extensions"]["code"] for error in said.get("errors", [])}


@pytest.mark.parametrize("login", ["sasaki", "takahashi"])
def test_no_variable_of_our_own_documents_is_a_server_error(town: Stack, story: Story, login: str) -> None:
    before, tried, findings = bugs(town), 0, dict[str, str]()
    person = Person(town.url, login)
    for document, text in _DOCUMENTS.items():
        for what, variables in spoilt(variables_of(text)):
            body = {"documentId": document, "variables": variables}
            answer = person.http.post("/graphql", content=wire(body), headers={"Content-Type": "application/json"})
            if answer.status_code == 401:
                rows(town, "gateway", "delete from sign_in_failure")
                person = Person(town.url, login)
            tried += 1
            if answer.status_code >= 500 or _HEALS & _codes(answer.json()):
                findings[f"{text.split('(')[0]} {what}"] = answer.text[:300]
    print(f"{login}: {tried} variables of {len(_DOCUMENTS)} documents tried")
    assert not findings, "\n".join(f"{where}: {said}" for where, said in findings.items())
    assert bugs(town) == before
