"""Changing a password: what is taken, what ends, and that no fast hash of it exists."""

import asyncio
import time

import httpx
import pytest

from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.service.gateway.test_sessions import copy_of, here, post
from tests.support.hired import FIRST_PASSWORD, hire
from tests.support.person import Person
from tests.support.rows import rows
from tests.support.signals import WITHIN_SECONDS, listening

NEW = "夕焼けの縁側で猫とmelon食べる"


def change(person: Person, new: str = NEW, current: str = FIRST_PASSWORD, id: object = None) -> httpx.Response:
    said = {"id": str(id or new_id()), "current": current, "new": new}
    return person.http.post("/password", json=said)


def test_another_password_ends_every_other_session_and_the_old_cookie_within_a_second(city: Stack) -> None:
    hired = hire(city)
    person, elsewhere = Person(city.url, hired.login, FIRST_PASSWORD), Person(city.url, hired.login, FIRST_PASSWORD)
    stolen, session = copy_of(person), here(person)
    with listening(elsewhere) as ear:
        assert change(person).json() == {"changed": True}
        begun = time.monotonic()
        assert elsewhere.post("Me").json()["code"] == "signed_out"
        assert stolen.post("/graphql", json={}).json()["code"] == "signed_out"
        seconds = ear.wait_for_end() - begun
    print(f"another password: stream elsewhere ended after {seconds:.2f} s (promise: 1 s)")
    assert seconds < WITHIN_SECONDS
    assert here(person) == session, "the one who changed it goes on"
    assert post(city, hired.login, FIRST_PASSWORD).json()["code"] == "sign_in_failed"
    assert post(city, hired.login, NEW).status_code == 200


def test_who_is_let_in_by_the_old_password_at_the_moment_of_its_change_is_not(city: Stack) -> None:
    """Checked before the change, let in after it: the two wait for each other, and the change ends or refuses the session."""
    hired = hire(city)

    async def at_the_same_moment() -> httpx.Response:
        change, watch = await connect(city.dsns["gateway"].owner), await connect(city.dsns["gateway"].owner)
        query = "update credential_private set password_hash = password_hash || ' ' where staff_id = $1"
        async with change.transaction():
            await change.execute(query, hired.staff_id)
            knock = asyncio.create_task(asyncio.to_thread(post, city, hired.login, FIRST_PASSWORD))
            held = "select true from pg_locks where not granted"
            while not knock.done() and not await watch.fetchval(held):
                await asyncio.wait([knock], timeout=0.02)
        for connection in (change, watch):
            await connection.close()
        return await knock

    assert asyncio.run(at_the_same_moment()).json()["code"] == "sign_in_failed"
    assert not rows(city, "gateway", "select 1 from session where staff_id = $1", hired.staff_id)


def test_the_same_change_twice_is_one(city: Stack) -> None:
    hired, id = hire(city), new_id()
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    assert change(person, id=id).status_code == 200
    query = "select password_hash, changed_at from credential_private where staff_id = $1"
    [stored] = rows(city, "gateway", query, hired.staff_id)
    assert change(person, id=id).status_code == 200, "sent again: the current password is another one by now"
    assert rows(city, "gateway", query, hired.staff_id) == [stored]
    other = hire(city)
    reused = change(Person(city.url, other.login, FIRST_PASSWORD), id=id)
    assert (reused.status_code, reused.json()["code"]) == (409, "command_id_reused")


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("kx93-lanter", "password_too_short"),
        ("password-2026", "password_too_common"),
        ("Pa55w0rd!Pa55w0rd!", "password_too_common"),
        ("ｓａｋｕｒａＳＡＫＵＲＡ２０２６", "password_too_common"),
        ("nishitokyo2026!", "password_too_common"),
        ("ひまわりありがとう2026", "password_too_common"),
        ("042-460-1234-5678", "password_too_common"),
        ("abababababababab", "password_too_common"),
    ],
)
def test_what_is_guessed_first_is_refused_and_nothing_changes(city: Stack, new: str, code: str) -> None:
    hired = hire(city)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    refused = change(person, new)
    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert refused.json()["message"] and new not in refused.text
    assert post(city, hired.login, FIRST_PASSWORD).status_code == 200


def test_one_s_own_login_and_name_are_no_password(city: Stack) -> None:
    hired = hire(city)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    assert change(person, f"{hired.login}-{hired.login}").json()["code"] == "password_names_you"


def test_the_current_password_is_asked_and_a_wrong_one_slows_down_but_ends_nothing(city: Stack) -> None:
    hired = hire(city)
    person = Person(city.url, hired.login, FIRST_PASSWORD)
    answers = [change(person, current="x" * 12) for _ in range(12)]
    assert [(a.status_code, a.json()["code"]) for a in answers[:5]] == [(403, "wrong_password")] * 5
    assert "too_many_tries" in {a.json()["code"] for a in answers[5:]}
    assert person.post("Me").status_code == 200
    assert post(city, hired.login, FIRST_PASSWORD).status_code == 200


def test_the_stored_hash_is_argon2id_and_the_command_log_holds_nothing_of_the_password(city: Stack) -> None:
    hired, others = hire(city), hire(city)
    ids = (new_id(), new_id())
    change(Person(city.url, hired.login, FIRST_PASSWORD), id=ids[0])
    change(Person(city.url, others.login, FIRST_PASSWORD), "雨あがりの坂道をbicycleで下る", id=ids[1])
    [stored] = rows(city, "gateway", "select * from credential_private where staff_id = $1", hired.staff_id)
    assert stored["password_hash"].startswith("$argon2id$")
    logged = rows(city, "gateway", "select payload_hash, refs from command_log where command_id = any($1)", ids)
    assert len(logged) == 2 and logged[0] == logged[1], "whatever the password: the same"
