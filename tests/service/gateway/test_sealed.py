"""Sealed commands: only what an author's unlocked vault made is taken, from its author, and then as any command."""

import base64
import json
from dataclasses import replace
from uuid import UUID

import pytest

from infra.stack import Stack
from services.kernel.ids import new_id
from tests.service.gateway.test_devices import rows
from tests.support.person import Person, consultation_payload
from tests.support.vault import Vault

Owner = tuple[Person, Vault]


@pytest.fixture(scope="module")
def clerk(city: Stack) -> Owner:
    device = new_id()
    person = Person(city.url, "watanabe", device=device)
    return person, Vault.of(person, device)


def opened(person: Person, memo: str = "夜中に台所で音がする") -> dict:
    return person.envelope("OpenConsultation", new_id(), consultation_payload(told={"memo": memo}))


def submit(person: Person, *commands: dict[str, str]) -> list[dict]:
    """As a browser writes it: half a character is escaped."""
    body = {"documentId": person._documents["SubmitSealed"], "variables": {"commands": list(commands)}}
    answer = person.http.post("/graphql", content=json.dumps(body), headers={"Content-Type": "application/json"})
    said = answer.json()
    assert "errors" not in said, said
    found: list[dict] = said["data"]["submitSealed"]
    return found


def consultation(person: Person, envelope: dict) -> dict | None:
    found: dict | None = person.ask("Consultation", id=envelope["subject"])["consultation"]
    return found


def test_a_sealed_command_is_as_good_as_an_open_one(city: Stack, clerk: Owner) -> None:
    person, vault = clerk
    envelope = opened(person, "縁側で猫と")
    sealed = vault.seal(envelope)
    first, again = submit(person, sealed)[0], submit(person, sealed)[0]
    assert (first["status"], first["id"]) == ("ACCEPTED", envelope["id"])
    assert first == again, "the stored answer"
    assert person.submit(envelope)[0]["refs"] == first["refs"], "one id, whichever door"
    assert (consultation(person, envelope) or {})["told"]["memo"] == "縁側で猫と"
    log = rows(city, "select * from command_log where command_id = $1", UUID(envelope["id"]), service="intake")
    assert len(log) == 1


def test_sealed_twice_under_one_id_with_other_words_is_refused(clerk: Owner) -> None:
    person, vault = clerk
    envelope = opened(person, "一")
    other = {**envelope, "payload": consultation_payload(told={"memo": "二"})}
    outcomes = submit(person, vault.seal(envelope), vault.seal(other))
    assert [(each["status"], each["code"]) for each in outcomes] == [
        ("ACCEPTED", None),
        ("REFUSED", "command_id_reused"),
    ]
    assert (consultation(person, envelope) or {})["told"]["memo"] == "一"


def tampered(person: Person, vault: Vault, envelope: dict) -> dict[str, str]:
    sealed = vault.seal(envelope)
    blob = bytearray(base64.b64decode(sealed["blob"]))
    blob[-20] ^= 1
    return {**sealed, "blob": base64.b64encode(blob).decode()}


FORGERIES = {
    "tampered": tampered,
    "another id": lambda person, vault, envelope: {**vault.seal(envelope), "id": str(new_id())},
    "sealed under another id": lambda person, vault, envelope: vault.seal(envelope, under=str(new_id())),
    "unknown key": lambda person, vault, envelope: {**vault.seal(envelope), "kid": "0" * 12},
    "no base64": lambda person, vault, envelope: {**vault.seal(envelope), "blob": "縁側"},
    "empty": lambda person, vault, envelope: {**vault.seal(envelope), "blob": ""},
    "a point off the curve": lambda person, vault, envelope: {
        **vault.seal(envelope),
        "blob": base64.b64encode(b"\x04" + b"\x01" * 120).decode(),
    },
    "forged mac": lambda person, vault, envelope: vault.seal(envelope, mac=b"\x00" * 32),
    "empty mac": lambda person, vault, envelope: vault.seal(envelope, mac=b"\x00"),
    "another vault's secret": lambda person, vault, envelope: replace(vault, secret=b"x" * 32).seal(envelope),
    "a device never registered": lambda person, vault, envelope: replace(vault, device=str(new_id())).seal(envelope),
    "no device at all": lambda person, vault, envelope: replace(vault, device="?").seal(envelope),
    "a device that is a number": lambda person, vault, envelope: vault.seal(envelope, device=7),
    "an author that is a number": lambda person, vault, envelope: vault.seal({**envelope, "author": 7}),
    "no author": lambda person, vault, envelope: vault.seal({**envelope, "author": None}),
    "no type": lambda person, vault, envelope: vault.seal({**envelope, "type": None}),
    "half a character outside its escape": lambda person, vault, envelope: vault.seal({**envelope, "type": "\ud800"}),
    "a key under half a character": lambda person, vault, envelope: {**vault.seal(envelope), "kid": "\ud800"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forgery_is_refused_alone_and_changes_nothing(clerk: Owner, forgery: str) -> None:
    person, vault = clerk
    before, bad, after = (opened(person) for _ in range(3))
    outcomes = submit(person, vault.seal(before), FORGERIES[forgery](person, vault, bad), vault.seal(after))
    assert [outcomes[0]["id"], outcomes[2]["id"]] == [before["id"], after["id"]]
    assert [each["status"] for each in outcomes] == ["ACCEPTED", "REFUSED", "ACCEPTED"]
    assert (outcomes[1]["code"], bool(outcomes[1]["message"])) == ("sealed_unreadable", True)
    assert consultation(person, bad) is None
    assert submit(person, vault.seal(bad))[0]["status"] == "ACCEPTED", "its id is still free"


def test_a_colleague_s_queue_is_not_sent_by_whoever_is_signed_in(city: Stack, clerk: Owner) -> None:
    person, vault = clerk
    other = Person(city.url, "yoshida", device=vault.device)
    theirs = Vault.of(other, vault.device)
    envelope = opened(person)
    [outcome] = submit(other, vault.seal(envelope))
    assert (outcome["status"], outcome["code"]) == ("REFUSED", "not_the_author")
    [forged] = submit(other, theirs.seal(envelope))
    assert (forged["status"], forged["code"]) == ("REFUSED", "sealed_unreadable"), "a proof is one person's"
    assert consultation(person, envelope) is None


def test_a_bad_command_in_a_good_seal_is_refused_by_its_owner(clerk: Owner) -> None:
    person, vault = clerk
    unknown = person.envelope("Dance", new_id(), {})
    empty = person.envelope("OpenConsultation", new_id(), {})
    bare = {"id": str(new_id()), "type": "OpenConsultation", "author": person.id}
    outcomes = submit(person, *(vault.seal(each) for each in (unknown, empty, bare)))
    assert [each["code"] for each in outcomes] == ["unknown_command", "malformed_payload", "malformed_envelope"]


def test_an_id_that_is_half_a_character_stops_no_neighbour(clerk: Owner) -> None:
    """Its outcome repeats it, and UTF-8 has no bytes for it: the whole answer was a 500, for every command beside it."""
    person, vault = clerk
    good = opened(person)
    refused, accepted = submit(person, {**vault.seal(opened(person)), "id": "\ud800"}, vault.seal(good))
    assert (refused["code"], accepted["status"]) == ("sealed_unreadable", "ACCEPTED")


def test_fifty_one_are_too_many(clerk: Owner) -> None:
    person, vault = clerk
    many = [vault.seal(opened(person)) for _ in range(51)]
    assert person.refused("SubmitSealed", commands=many) == "too_many_commands"
    assert [each["status"] for each in submit(person, *many[:50])] == ["ACCEPTED"] * 50


def test_what_a_revoked_device_made_is_not_sent_from_elsewhere(city: Stack) -> None:
    device = new_id()
    person = Person(city.url, "watanabe", device=device)
    vault = Vault.of(person, device)
    person.ask("RevokeDevice", id=str(device))
    elsewhere = Person(city.url, "watanabe")
    envelope = opened(elsewhere)
    [outcome] = submit(elsewhere, vault.seal(envelope))
    assert (outcome["status"], outcome["code"]) == ("REFUSED", "device_revoked")
    assert consultation(elsewhere, envelope) is None
