"""Passkeys without an authenticator: every false answer is the same, and a challenge is nobody's to choose."""

import base64
import json
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.service.gateway.test_sessions import stale
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import Person
from tests.support.rows import rows


def text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def post(city: Stack, path: str, body: Any) -> httpx.Response:
    return httpx.post(f"{city.url}{path}", json=body, headers={"Origin": city.url}, timeout=30)


def credential(challenge: str, credential_id: bytes = b"x" * 16, **response: Any) -> dict[str, Any]:
    said = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": "http://localhost"})
    parts = {"clientDataJSON": text(said.encode()), "authenticatorData": text(b"\0" * 37), "signature": text(b"no")}
    return {"id": text(credential_id), "rawId": text(credential_id), "type": "public-key", "response": parts | response}


def test_the_challenge_names_nobody_and_wants_the_person_verified(city: Stack) -> None:
    options = post(city, "/passkey/options", {}).json()
    assert options["userVerification"] == "required" and options["rpId"] == "localhost"
    assert options.get("allowCredentials", []) == []
    assert options["challenge"] != post(city, "/passkey/options", {}).json()["challenge"]


def test_every_false_answer_is_one_answer(city: Stack) -> None:
    hired = hire(city)
    query = "insert into passkey_private values ($1, $2, $3, 0, 'x', now(), null)"
    known = new_id().bytes
    rows(city, "gateway", query, known, hired.staff_id, b"no key")
    challenge = post(city, "/passkey/options", {}).json()["challenge"]
    false = [
        credential(challenge),
        credential(challenge, known),
        credential(text(b"mine"), known),
        credential(challenge, known, clientDataJSON="%%%"),
        credential(challenge, known, clientDataJSON=text(b"[]")),
        {},
        {"rawId": 1, "response": None},
    ]
    answers = [post(city, "/passkey/session", {"credential": each}) for each in false]
    assert {(a.status_code, a.text) for a in answers} == {(401, answers[0].text)}
    assert answers[0].json()["code"] == "passkey_failed" and answers[0].json()["message"]
    assert all("set-cookie" not in a.headers for a in answers)


def test_a_passkey_is_made_only_by_who_has_just_shown_who_they_are(city: Stack) -> None:
    person = Person(city.url, hire(city).login, FIRST_PASSWORD)
    assert person.http.post("/passkey/new/options", json={}).status_code == 200
    stale(city, person)
    for path in ("/passkey/new/options", "/passkey/new"):
        refused = person.http.post(path, json={"credential": {}, "name": "机"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_fresh")
    assert person.refused("RemovePasskey", id="AAAA") == "not_fresh"


def test_nonsense_is_not_kept_and_another_s_passkey_is_not_found(city: Stack) -> None:
    person, other = Person(city.url, hire(city).login, FIRST_PASSWORD), hire(city)
    refused = person.http.post("/passkey/new", json={"credential": credential("AAAA"), "name": "机"})
    assert (refused.status_code, refused.json()["code"]) == (409, "passkey_not_added")
    theirs = new_id().bytes
    query = "insert into passkey_private values ($1, $2, $3, 0, 'x', now(), null)"
    rows(city, "gateway", query, theirs, other.staff_id, b"key")
    assert person.ask("Passkeys")["passkeys"] == []
    for each in (text(theirs), text(b"absent"), "%"):
        assert person.refused("RemovePasskey", id=each) == "not_found"
    kept = "select 1 from passkey_private where staff_id = $1"
    assert len(rows(city, "gateway", kept, UUID(str(other.staff_id)))) == 1


@pytest.mark.parametrize("path", ["/passkey/session", "/passkey/new"])
def test_a_body_that_does_not_fit_is_malformed(city: Stack, path: str) -> None:
    person = Person(city.url, hire(city).login, FIRST_PASSWORD)
    for body in ([], {}, {"credential": "x"}):
        assert person.http.post(path, json=body).status_code == 422
