"""Passkeys without an authenticator: every false answer is the same, and a challenge is nobody's to choose."""

import base64
import hashlib
import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.sign_in import throttle
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


class Key:
    """A passkey in software, of one person."""

    def __init__(self, city: Stack, staff_id: UUID) -> None:
        self._private, self.id, self._signs = generate_private_key(SECP256R1()), new_id().bytes, 0
        point = self._private.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (point.x, point.y))
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + x + b"\x22\x58\x20" + y
        query = "insert into passkey_private values ($1, $2, $3, 0, 'x', now(), null)"
        rows(city, "gateway", query, self.id, staff_id, cose)

    def sign(self, challenge: str, origin: str, **changes: Any) -> dict[str, Any]:
        """What an authenticator answers that verified its person."""
        self._signs += 1
        said = json.dumps({"type": "webauthn.get", "challenge": challenge, "origin": origin}).encode()
        about = hashlib.sha256(b"localhost").digest() + b"\x05" + self._signs.to_bytes(4, "big")
        signature = self._private.sign(about + hashlib.sha256(said).digest(), ECDSA(SHA256()))
        parts = {"clientDataJSON": said, "authenticatorData": about, "signature": signature, **changes}
        return credential(challenge, self.id, **{name: text(part) for name, part in parts.items()})


def test_a_false_answer_uses_its_challenge_up(city: Stack) -> None:
    hired = hire(city)
    key = Key(city, hired.staff_id)
    first, second = (post(city, "/passkey/options", {}).json()["challenge"] for _ in range(2))
    forged = key.sign(first, city.url, signature=b"no")
    assert post(city, "/passkey/session", {"credential": forged}).json()["code"] == "passkey_failed"
    right = post(city, "/passkey/session", {"credential": key.sign(first, city.url)})
    assert (right.status_code, right.json()["code"]) == (401, "passkey_failed"), "the challenge is gone"
    answer = post(city, "/passkey/session", {"credential": key.sign(second, city.url)})
    assert (answer.status_code, answer.json()["staff"]["id"]) == (200, str(hired.staff_id))


def test_false_answers_slow_the_next_ones_down_but_not_those_of_the_person_s_own_browser(city: Stack) -> None:
    hired = hire(city)
    key, known = Key(city, hired.staff_id), Person(city.url, hired.login, FIRST_PASSWORD)

    def answer(http: Any, **changes: Any) -> httpx.Response:
        challenge = post(city, "/passkey/options", {}).json()["challenge"]
        said = {"credential": key.sign(challenge, city.url, **changes)}
        return http.post(f"{city.url}/passkey/session", json=said, headers={"Origin": city.url})

    tried = [answer(httpx, signature=b"no").status_code for _ in range(7)]
    assert tried[:5] == [401] * 5 and 429 in tried[5:]
    rows(city, "gateway", "update sign_in_failure set count = 50, last_at = now() where key = $1",
         throttle.key_of("passkey", key.id.hex(), "127.0.0.1"))  # fmt: skip
    slowed = answer(httpx)
    assert (slowed.status_code, slowed.json()["code"], "retry-after" in slowed.headers) == (429, "too_many_tries", True)
    assert answer(known.http).status_code == 200


def test_a_passkey_is_made_only_by_who_has_just_shown_who_they_are(city: Stack) -> None:
    person = Person(city.url, hire(city).login, FIRST_PASSWORD)
    assert person.http.post("/passkey/new/options", json={}).status_code == 200
    stale(city, person)
    for path in ("/passkey/new/options", "/passkey/new"):
        refused = person.http.post(path, json={"credential": {}, "name": "机"})
        assert (refused.status_code, refused.json()["code"]) == (403, "not_fresh")
    assert person.refused("RemovePasskey", id="AAAA") == "not_fresh"


def test_a_passkey_of_one_s_own_shows_again_who_one_is(city: Stack) -> None:
    hired, other = hire(city), hire(city)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    mine, theirs = Key(city, hired.staff_id), Key(city, other.staff_id)
    stale(city, person)

    def again(key: Key, **changes: Any) -> httpx.Response:
        challenge = post(city, "/passkey/options", {}).json()["challenge"]
        return person.http.post("/session/fresh", json={"credential": key.sign(challenge, city.url, **changes)})

    unverified = hashlib.sha256(b"localhost").digest() + b"\x01" + (9).to_bytes(4, "big")
    for refused in (again(theirs), again(mine, signature=b"no"), again(mine, authenticatorData=unverified)):
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_passkey") and refused.json()["message"]
    nothing = person.http.post("/session/fresh", json={"credential": {}})
    assert (nothing.status_code, nothing.json()["code"]) == (403, "wrong_passkey")
    assert person.http.post("/session/fresh", json={}).json()["code"] == "not_fresh", "and the session lives on"
    assert again(mine).json() == {"fresh": True}
    assert person.http.post("/session/fresh", json={}).json() == {"fresh": True}
    assert person.http.post("/passkey/new/options", json={}).status_code == 200


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
