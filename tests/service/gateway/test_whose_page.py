"""A page says whose it is, and on which device: another person's cookie never answers it, a revoked device always hears it."""

from typing import Any

import httpx
import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.access.matrix import ROUTES
from tests.support.person import Person
from tests.support.vault import Vault

READS = ("/signals", "/print/")


def knock(person: Person, path: str, **said: Any) -> httpx.Response:
    """One request; of an answer that streams only its beginning is waited for."""
    with person.http.stream("GET" if path.startswith(READS) else "POST", path, timeout=10, **said) as answer:
        if answer.status_code != 200:
            answer.read()
        return answer


@pytest.mark.parametrize("path", sorted(ROUTES["session"]))
def test_the_page_of_one_person_is_not_answered_with_another_s_cookie(city: Stack, path: str) -> None:
    mine, other = Person(city.url, "takahashi"), Person(city.url, "nakamura")
    body = {} if path.startswith(READS) else {"json": {}}
    path = path.format(case_id=new_id(), consultation_id=new_id(), participant_id=new_id())
    for whose in (other.id, "x"):
        for said in ({"headers": {"x-banso-person": whose}}, {"params": {"person": whose}}):
            answer = knock(mine, path, **said, **body)
            assert (answer.status_code, answer.json()["code"]) == (401, "signed_out"), said
    own = knock(mine, path, headers={"x-banso-person": mine.id}, params={"person": mine.id}, **body)
    assert own.status_code == knock(mine, path, **body).status_code != 401, "it only narrows"


def test_nobody_acts_from_the_page_of_another_person(city: Stack) -> None:
    """The acts that carry no author of their own."""
    device = new_id()
    mine, other = Person(city.url, "takahashi", device=device), Person(city.url, "nakamura")
    Vault.of(mine, device)
    mine.http.headers["x-banso-person"] = other.id
    for act in ("RevokeDevice", "EndSignIn", "DecideHandedIn"):
        variables = {"id": str(device)} | ({"send": False} if act == "DecideHandedIn" else {})
        assert mine.post(act, **variables).json()["code"] == "signed_out", act
    del mine.http.headers["x-banso-person"]
    assert [each["revokedAt"] for each in mine.ask("Devices")["devices"] if each["id"] == str(device)] == [None]


def test_a_revoked_device_hears_of_it_also_when_nobody_is_signed_in(city: Stack) -> None:
    """Signed out, stolen, revoked, then somebody turns on the Wi-Fi: only the device's id is left to say who asks."""
    device, elsewhere = new_id(), Person(city.url, "takahashi")
    Vault.of(Person(city.url, "takahashi", device=device), device)

    def standing(said: object) -> tuple[int, str]:
        headers = {"Origin": city.url, "x-banso-device": str(said)}
        answer = httpx.post(f"{city.url}/graphql", json={}, headers=headers)
        return answer.status_code, answer.json()["code"]

    def handed_in(said: object) -> object:
        headers = {"Origin": city.url, "x-banso-device": str(said)}
        return httpx.post(f"{city.url}/handed-in", json={"commands": []}, headers=headers).json()["deviceRevoked"]

    assert (standing(device), handed_in(device)) == ((401, "signed_out"), False)
    elsewhere.ask("RevokeDevice", id=str(device))
    assert (standing(device), handed_in(device)) == ((401, "device_revoked"), True)
    for unknown in (new_id(), "x", ""):
        assert (standing(unknown), handed_in(unknown)) == ((401, "signed_out"), False)
    elsewhere.http.headers["x-banso-device"] = str(device)
    assert elsewhere.post("Me").status_code == 200, "a living session is of the device it was begun on"
