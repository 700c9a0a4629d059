"""Devices: who registers, who sees, who revokes; a revoked device is nobody's within a second."""

import asyncio
import json
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from infra.seed import PASSWORD
from infra.stack import Stack
from services.contracts.tokyo import tokyo_day
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import Person
from tests.support.vault import Vault


def rows(city: Stack, query: str, *arguments: object, service: str = "gateway") -> list[dict[str, Any]]:
    async def read() -> list[dict[str, Any]]:
        connection = await connect(city.dsns[service].owner)
        try:
            return [dict(row) for row in await connection.fetch(query, *arguments)]
        finally:
            await connection.close()

    return asyncio.run(read())


def devices_of(person: Person) -> dict[tuple[str, str], dict[str, Any]]:
    """(device, person) -> device, as somebody sees them."""
    return {(row["id"], row["staff"]["id"]): row for row in person.ask("Devices")["devices"]}


def sign_in(city: Stack, login: str, password: str, device: object) -> httpx.Response:
    said = {"login": login, "password": password, "device": str(device)}
    return httpx.post(f"{city.url}/session", json=said, headers={"Origin": city.url}, timeout=30)


def test_registering_again_gives_the_same_secret_and_another_person_their_own(city: Stack) -> None:
    device = new_id()
    coordinator = Person(city.url, "takahashi", device=device)
    first, again = Vault.of(coordinator, device), Vault.of(coordinator, device, "窓口のタブレット")
    other = Vault.of(Person(city.url, "hamada", device=device), device, "窓口のタブレット")
    assert first == again and first.kid == other.kid
    assert len(first.secret) == len(other.secret) == 32 and first.secret != other.secret
    mine = devices_of(coordinator)[str(device), coordinator.id]
    assert (mine["name"], mine["waiting"], mine["revokedAt"]) == ("窓口のタブレット", 0, None)


@pytest.mark.parametrize("name", ["  ", "あ" * 41, "縁\x00側", "縁\ud800側"], ids=["blank", "long", "NUL", "half"])
def test_a_device_has_a_name_of_forty_characters_at_most(city: Stack, name: str) -> None:
    person, device = Person(city.url, "takahashi"), {"id": str(new_id()), "name": name}
    body = {"documentId": person._documents["RegisterDevice"], "variables": {"device": device}}
    headers = {"Content-Type": "application/json"}
    said = person.http.post("/graphql", content=json.dumps(body), headers=headers).json()
    assert said["errors"][0]["extensions"]["code"] == "malformed_request"
    assert (device["id"], person.id) not in devices_of(person)


def test_one_sees_one_s_own_devices_and_a_manager_those_of_the_unit(city: Stack) -> None:
    mine, clerks = new_id(), new_id()
    coordinator, clerk = Person(city.url, "takahashi", device=mine), Person(city.url, "watanabe", device=clerks)
    Vault.of(coordinator, mine)
    Vault.of(clerk, clerks)
    assert (str(mine), coordinator.id) in devices_of(Person(city.url, "sasaki"))
    assert (str(clerks), clerk.id) not in devices_of(Person(city.url, "sasaki")), "of another unit"
    assert (str(mine), coordinator.id) not in devices_of(Person(city.url, "nakamura")), "a colleague"


@pytest.mark.parametrize("who", ["nakamura", "watanabe", "mori", "fujiwara"])
def test_only_its_people_and_their_manager_revoke_a_device(city: Stack, who: str) -> None:
    device = new_id()
    owner = Person(city.url, "takahashi", device=device)
    Vault.of(owner, device)
    stranger = Person(city.url, who)
    assert stranger.refused("RevokeDevice", id=str(device)) == "not_found"
    assert stranger.refused("RevokeDevice", id=str(new_id())) == "not_found"
    assert owner.post("Me").status_code == 200
    assert devices_of(owner)[str(device), owner.id]["revokedAt"] is None


def test_a_revoked_device_is_nobody_within_a_second_streams_included(city: Stack) -> None:
    device, elsewhere = new_id(), Person(city.url, "takahashi", device=new_id())
    person, other = (Person(city.url, login, device=device) for login in ("takahashi", "hamada"))
    Vault.of(person, device)
    said: list[str] = []
    ended: list[float] = []
    opened = threading.Event()

    def listen() -> None:
        with person.http.stream("GET", "/signals", timeout=20) as stream:
            for line in stream.iter_lines():
                said.append(line)
                opened.set()
        ended.append(time.monotonic())

    listener = threading.Thread(target=listen)
    listener.start()
    assert opened.wait(5)
    manager = Person(city.url, "sasaki")
    assert manager.ask("RevokeDevice", id=str(device))["revokeDevice"] is True
    begun = time.monotonic()
    for one in (person, other):
        dead = one.post("Me")
        assert (dead.status_code, dead.json()["code"]) == (401, "device_revoked"), "whoever is signed in on it"
    listener.join(10)
    seconds = ended[0] - begun
    print(f"stream of the revoked device ended after {seconds:.2f} s")
    assert seconds < 1.5 and "event: signed_out" in said, "a second, and a busy machine's moment"
    assert elsewhere.post("Me").status_code == 200, "the person is welcome elsewhere"


def test_nobody_signs_in_or_registers_on_a_revoked_device(city: Stack) -> None:
    device = new_id()
    person = Person(city.url, "takahashi", device=device)
    Vault.of(person, device)
    person.ask("RevokeDevice", id=str(device))
    wrong, right = (sign_in(city, "hamada", word, device) for word in ("x" * 12, PASSWORD))
    assert (wrong.status_code, wrong.json()["code"]) == (401, "sign_in_failed"), "said only to who knows the password"
    assert (right.status_code, right.json()["code"]) == (401, "device_revoked")
    assert right.json()["message"] and "set-cookie" not in right.headers
    elsewhere = Person(city.url, "takahashi")
    assert elsewhere.refused("RegisterDevice", device={"id": str(device), "name": "もう一度"}) == "device_revoked"
    assert elsewhere.post("Me").status_code == 200


def test_revoking_twice_keeps_the_first_moment_and_who_did_it(city: Stack) -> None:
    device, manager = new_id(), Person(city.url, "sasaki")
    Vault.of(Person(city.url, "takahashi", device=device), device)
    manager.ask("RevokeDevice", id=str(device))
    [first] = rows(city, "select revoked_at, revoked_by from device where device_id = $1", device)
    manager.ask("RevokeDevice", id=str(device))
    assert rows(city, "select revoked_at, revoked_by from device where device_id = $1", device) == [first]
    assert str(first["revoked_by"]) == manager.id


def test_a_session_of_one_device_never_becomes_another_s(city: Stack) -> None:
    """Whoever holds a stolen tablet with an open session could else move it out of the revocation's reach."""
    device, other = new_id(), new_id()
    person = Person(city.url, "takahashi", device=device)
    Vault.of(person, device)
    assert person.refused("RegisterDevice", device={"id": str(other), "name": "別の端末"}) == "signed_out"
    assert (str(other), person.id) not in devices_of(person)
    Person(city.url, "sasaki").ask("RevokeDevice", id=str(device))
    assert person.post("Me").json()["code"] == "device_revoked"


@pytest.mark.parametrize(("from_day", "until"), [(-9, -2), (1, None)], ids=["left before", "from tomorrow"])
def test_a_manager_does_not_look_after_the_devices_of_who_left_before_or_comes_later(
    city: Stack, from_day: int, until: int | None
) -> None:
    device, today = new_id(), tokyo_day(datetime.now(UTC))
    clerk, manager = Person(city.url, "yoshida", device=device), Person(city.url, "sasaki")
    Vault.of(clerk, device)
    query = "insert into assignment values ($1, $2, 'hikikomori-support', 'coordinator', $3, $4)"
    days = [today + timedelta(days=each) if each is not None else None for each in (from_day, until)]
    assignment = new_id()
    try:
        rows(city, query, assignment, UUID(clerk.id), *days)
        assert (str(device), clerk.id) not in devices_of(manager)
        assert manager.refused("RevokeDevice", id=str(device)) == "not_found"
        rows(city, "update assignment set from_date = $2, until = $2 where assignment_id = $1", assignment, today)
        assert (str(device), clerk.id) in devices_of(manager)
        assert manager.ask("RevokeDevice", id=str(device))["revokeDevice"] is True
    finally:
        rows(city, "delete from assignment where assignment_id = $1", assignment)


def test_a_session_that_registers_a_device_ends_with_it(city: Stack) -> None:
    """Signed in before the profile had an id: the session is the device's from its registration on."""
    device = new_id()
    person = Person(city.url, "takahashi")
    Vault.of(person, device)
    Person(city.url, "sasaki").ask("RevokeDevice", id=str(device))
    assert person.post("Me").json()["code"] == "device_revoked"


@pytest.mark.parametrize("until", [-1, None])
def test_whose_unit_somebody_was_lent_to_later_does_not_look_after_their_device(city: Stack, until: int | None) -> None:
    """Set up long before they came, whether they left again or not: it is their own unit's."""
    device, today = new_id(), tokyo_day(datetime.now(UTC))
    clerk, manager = Person(city.url, "yoshida", device=device), Person(city.url, "sasaki")
    Vault.of(clerk, device)
    rows(city, "update device_key_private set registered_at = now() - interval '90 days' where device_id = $1", device)
    query, assignment = "insert into assignment values ($1, $2, 'hikikomori-support', 'coordinator', $3, $4)", new_id()
    try:
        last = today + timedelta(days=until) if until else None
        rows(city, query, assignment, UUID(clerk.id), today - timedelta(days=9), last)
        assert (str(device), clerk.id) not in devices_of(manager)
        assert manager.refused("RevokeDevice", id=str(device)) == "not_found"
    finally:
        rows(city, "delete from assignment where assignment_id = $1", assignment)


class Taken:
    """Somebody new, with a tablet on which a record waits."""

    def __init__(self, city: Stack, device: UUID) -> None:
        self.device, self.hired, self.city = device, hire(city), city
        self.person = Person(city.url, self.hired.login, FIRST_PASSWORD, device=device)
        self.vault = Vault.of(self.person, device)

    def said(self, *, person: bool = False, cookie: bool = False) -> str:
        """What the tablet is told, by what it has to say: its id, whose page is open, the cookie of a session."""
        headers = {"x-banso-device": str(self.device), "Origin": self.city.url}
        headers |= {"x-banso-person": self.person.id} if person else {}
        cookies = dict(self.person.http.cookies) if cookie else {}
        answer = httpx.post(f"{self.city.url}/graphql", json={}, headers=headers, cookies=cookies, timeout=30)
        return str(answer.json()["code"])


def test_the_tablet_of_whoever_left_is_told_as_a_revoked_one_and_its_queue_arrives(city: Stack) -> None:
    taken = Taken(city, new_id())
    sealed = taken.vault.seal(taken.person.envelope("ReadNotice", new_id(), {}))
    assert [taken.said(), taken.said(person=True)] == ["signed_out"] * 2
    taken.hired.reassign(from_days=1)
    assert [taken.said(), taken.said(cookie=True)] == ["signed_out"] * 2, "who comes back keeps it"
    taken.hired.reassign(until_days=-1)
    assert [taken.said(), taken.said(person=True), taken.said(cookie=True)] == ["device_revoked"] * 3
    headers = {"Origin": city.url, "x-banso-device": str(taken.device)}
    answer = httpx.post(f"{city.url}/handed-in", json={"commands": [sealed]}, headers=headers, timeout=30).json()
    assert (answer["kept"], answer["deviceRevoked"]) == ([sealed["id"]], True)


def test_one_of_two_on_a_tablet_left_and_the_other_goes_on(city: Stack) -> None:
    device = new_id()
    leaves, stays = Taken(city, device), Taken(city, device)
    leaves.hired.reassign(until_days=-1)
    said = [leaves.said(person=True), leaves.said(cookie=True), leaves.said(), stays.said(person=True)]
    assert said == ["signed_out"] * 4, "what ends on a tablet ends for all of its people"
    assert stays.person.post("Me").status_code == 200
    stays.hired.reassign(until_days=-1)
    assert [leaves.said(), stays.said(cookie=True)] == ["device_revoked"] * 2


def test_the_devices_of_whoever_left_stay_with_the_manager(city: Stack) -> None:
    left, moved, manager = Taken(city, new_id()), Taken(city, new_id()), Person(city.url, "sasaki")
    left.hired.reassign(until_days=-1)
    moved.hired.reassign(until_days=-1)
    query = "insert into assignment values ($1, $2, 'hoya-window', 'window_staff', $3)"
    rows(city, query, new_id(), moved.hired.staff_id, tokyo_day(datetime.now(UTC)))
    for one in (left, moved):
        assert (str(one.device), one.person.id) in devices_of(manager)
        assert manager.ask("RevokeDevice", id=str(one.device))["revokeDevice"] is True
    of_window = devices_of(Person(city.url, "otsuka"))
    assert (str(moved.device), moved.person.id) in of_window and (str(left.device), left.person.id) not in of_window
