"""Guessing is slowed and its victim is not: from many addresses (of the loopback network) at one account, through every way in."""

import asyncio
import os
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx
import pytest

from gateway.sign_in import throttle
from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.hostile.flood import attempt
from tests.service.gateway.test_passkeys import Key
from tests.service.gateway.test_staffing import Newcomer, boss, unit  # noqa: F401 - fixtures
from tests.support.hired import FIRST_PASSWORD, Hired, hire
from tests.support.person import Person
from tests.support.rows import rows

FREE, GUESSES = throttle.FREE_TRIES["pair"], int(os.environ.get("BANSO_GUESSES", "200"))
AT_ONCE = int(os.environ.get("BANSO_GUESSING_AT_ONCE", "30"))
"""Up to 40 wait in line; a crowd beyond that is turned away and comes again, as its victim does."""
_numbers = count(1)


def elsewhere(city: Stack) -> httpx.Client:
    """A browser that nobody signed in with, at an address nobody came from."""
    number = next(_numbers)
    transport = httpx.HTTPTransport(local_address=f"127.240.{number // 250}.{number % 250 + 1}")
    return httpx.Client(base_url=city.url, headers={"Origin": city.url}, transport=transport, timeout=60)


def sign_in(browser: httpx.Client, login: str, password: str = "x" * 20) -> httpx.Response:
    return browser.post("/session", json={"login": login, "password": password})


def use_up(browser: httpx.Client, login: str) -> int:
    """Guess until one must wait; how many were looked at."""
    for looked_at in range(20):
        if sign_in(browser, login).status_code == 429:
            return looked_at
    raise AssertionError("never slowed")


@pytest.fixture
def hired(city: Stack) -> Iterator[Hired]:
    yield hire(city)


def test_guesses_from_everywhere_hold_up_nobody_who_comes_from_an_address_that_did_not_guess(
    city: Stack, hired: Hired
) -> None:
    looked_at = [use_up(elsewhere(city), hired.login) for _ in range(6)]
    assert min(looked_at) >= FREE, "each address has some of its own"
    shared = sum(looked_at) - FREE * len(looked_at)
    assert shared <= 5, f"beyond these one line for all: 1 at once, then after 1, 2, 4 … s; looked at {looked_at}"
    wrong, right = sign_in(owner := elsewhere(city), hired.login), sign_in(owner, hired.login, FIRST_PASSWORD)
    assert (wrong.status_code, right.status_code) == (401, 200), "one typed wrongly, and in"


def test_an_address_has_its_free_tries_once_a_day(city: Stack, hired: Hired) -> None:
    browser = elsewhere(city)
    assert use_up(browser, hired.login) >= FREE
    aged = "update sign_in_failure set last_at = now() - $1::interval"
    rows(city, "gateway", aged, timedelta(hours=23, minutes=50))
    assert use_up(browser, hired.login) < FREE, "after a pause the shared line alone begins anew"
    rows(city, "gateway", aged, timedelta(hours=24, minutes=1))
    assert use_up(browser, hired.login) >= FREE


def test_the_owner_s_success_takes_nothing_from_the_line_of_those_who_guess(city: Stack, hired: Hired) -> None:
    guesser = elsewhere(city)
    use_up(guesser, hired.login)
    key = throttle.key_of("account", hired.login)
    query = "update sign_in_failure set count = 50, last_at = now() where key = $1 returning 1"
    assert rows(city, "gateway", query, key)
    assert sign_in(elsewhere(city), hired.login, FIRST_PASSWORD).status_code == 200
    assert sign_in(guesser, hired.login).status_code == 429


def in_line(hours: int) -> int:
    """Six within the first 31 s, then one in 30 s."""
    return 6 + (hours * 3600 - 31) // throttle.LONGEST_WAIT_SECONDS


async def test_what_a_guesser_gets_in_a_day_is_what_asvs_md_says(city: Stack) -> None:
    """By the rules alone, the clock moved on by each wait through one hour: 4 an address, and the account's line."""
    addresses, got = 3, 0
    now = begun = datetime.now(UTC)
    connection = await connect(city.dsns["gateway"].app)
    transaction = connection.transaction()
    await transaction.start()
    pairs = [throttle.key_of("pair", "day", str(number)) for number in range(addresses)]
    account = throttle.key_of("account", f"day-{new_id()}")
    try:
        while now <= begun + timedelta(hours=1):
            keys = {"pair": pairs[got % addresses], "account": account}
            try:
                async with connection.transaction():
                    await throttle.begin(connection, keys, now)
                got += 1
            except throttle.TooManyTries as wait:
                now += timedelta(seconds=float(wait.headers["Retry-After"]))
    finally:
        await transaction.rollback()
        await connection.close()
    assert got == FREE * addresses + in_line(hours=1)
    assert in_line(hours=24) == 2884


def told(answer: httpx.Response) -> tuple[int, Any, list[str]]:
    """What an answer tells apart from its moment and how long to wait."""
    return answer.status_code, answer.json(), sorted(answer.headers)


def test_guessing_is_answered_alike_whether_a_login_exists(city: Stack, hired: Hired) -> None:
    ways = [elsewhere(city), elsewhere(city)]
    logins = [hired.login, f"new-{new_id().hex[-12:]}"]
    said = [[told(sign_in(way, login)) for _ in range(FREE)] for way, login in zip(ways, logins, strict=True)]
    assert said[0] == said[1] and {each[0] for each in said[0]} == {401}
    for way, login in zip(ways, logins, strict=True):
        use_up(way, login)
    rows(city, "gateway", "update sign_in_failure set count = 50, last_at = now()")  # however slow the machine is
    slowed = [told(sign_in(way, login)) for way, login in zip(ways, logins, strict=True)]
    assert slowed[0] == slowed[1] and slowed[0][0] == 429

    def codes(login: str) -> list[tuple[int, Any, list[str]]]:
        said = {"login": login, "code": "2222-2222-2222-2222", "new": FIRST_PASSWORD}
        browser = elsewhere(city)
        return [told(browser.post("/password/first", json={"id": str(new_id()), **said})) for _ in range(3)]

    assert codes(logins[0]) == codes(logins[1])


def answered(browser: httpx.Client, key: Key, url: str) -> httpx.Response:
    options = browser.post("/passkey/options", json={})
    if options.status_code != 200:
        return options
    return browser.post("/passkey/session", json={"credential": key.sign(options.json()["challenge"], url)})


def test_no_guess_at_a_password_holds_up_a_passkey_not_even_at_the_same_address(city: Stack, hired: Hired) -> None:
    browser, key = elsewhere(city), Key(city, hired.staff_id)
    use_up(browser, hired.login)
    rows(city, "gateway", "update sign_in_failure set count = 50, last_at = now()")  # the address is over its own, too
    assert sign_in(browser, f"other-{new_id().hex}").status_code == 429
    assert answered(browser, key, city.url).status_code == 200


def test_who_asks_for_passkeys_and_never_answers_holds_up_no_browser_that_is_known(city: Stack, hired: Hired) -> None:
    known, stranger, key = elsewhere(city), elsewhere(city), Key(city, hired.staff_id)
    assert sign_in(known, hired.login, FIRST_PASSWORD).status_code == 200
    stranger = httpx.Client(
        base_url=city.url, headers={"Origin": city.url}, transport=known._transport, timeout=60
    )  # the same address, no cookie
    asked = [stranger.post("/passkey/options", json={}) for _ in range(throttle.FREE_TRIES["challenge"] + 5)]
    assert 429 in {each.status_code for each in asked}
    rows(city, "gateway", "update sign_in_failure set count = 99, last_at = now() where count > 60")
    assert stranger.post("/passkey/options", json={}).json()["code"] == "too_many_tries"
    assert answered(known, key, city.url).status_code == 200
    assert answered(elsewhere(city), key, city.url).status_code == 200, "nor anybody at another address"


def choose(browser: httpx.Client, login: str, code: str) -> httpx.Response:
    said = {"id": str(new_id()), "login": login, "code": code, "new": FIRST_PASSWORD}
    return browser.post("/password/first", json=said)


def test_a_right_code_waits_for_nobody_and_its_browser_is_known_from_then_on(
    city: Stack,
    unit: str,  # noqa: F811
    boss: Person,  # noqa: F811
) -> None:
    new, here = Newcomer(city, boss, unit), elsewhere(city)
    code, wrong = new.code(), "2222-2222-2222-2222"
    assert 429 in {choose(here, new.login, wrong).status_code for _ in range(9)}
    use_up(here, new.login)
    rows(city, "gateway", "update sign_in_failure set count = 50, last_at = now()")
    assert choose(elsewhere(city), new.login, wrong).json()["code"] == "too_many_tries", "by account"
    assert choose(here, f"other-{new_id().hex}", wrong).json()["code"] == "too_many_tries", "and by address"
    assert choose(here, new.login, code).json() == {"changed": True}
    signed = sign_in(here, new.login, FIRST_PASSWORD)
    assert signed.status_code == 200, "whom guesses at the same address shut out has a way in by hand"


def test_who_stole_a_session_and_guesses_in_it_slows_no_other_session_of_its_person(city: Stack, hired: Hired) -> None:
    stolen, owner = elsewhere(city), elsewhere(city)
    for browser in (stolen, owner):
        assert sign_in(browser, hired.login, FIRST_PASSWORD).status_code == 200
    tried = [stolen.post("/session/fresh", json={"password": "x" * 12}).status_code for _ in range(8)]
    assert set(tried) == {403, 429} and tried.count(403) <= 7
    assert owner.post("/session/fresh", json={"password": FIRST_PASSWORD}).status_code == 200


class Crowd:
    """Guesses at one account, each from an address of its own; who is turned away comes back as told."""

    def __init__(self, city: Stack, login: str) -> None:
        self.answers, self._city, self._login = Counter[str](), city, login
        self.thread = threading.Thread(target=lambda: asyncio.run(self._guess()))

    async def _guess(self) -> None:
        left = deque(range(GUESSES))

        async def one_after_the_other() -> None:
            while left:
                number = left.popleft()
                if await self._try(number) == "503":
                    left.append(number)
                    await asyncio.sleep(1)

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))

    async def _try(self, number: int) -> str:
        status = await attempt(self._city.ports["gateway"], self._city.url, number, self._login)
        self.answers[status] += 1
        return status


def until_in(browser: httpx.Client, login: str) -> tuple[float, set[int]]:
    """Seconds until somebody with the right password is in, who comes again when told to, and what they were told."""
    begun, said = time.monotonic(), set()
    while (answer := sign_in(browser, login, FIRST_PASSWORD)).status_code != 200:
        said.add(answer.status_code)
        time.sleep(float(answer.headers["retry-after"]))
    return time.monotonic() - begun, said


@pytest.mark.timeout(600)
def test_many_guesses_from_as_many_addresses_do_not_keep_the_owner_out(city: Stack, hired: Hired) -> None:
    known, key = elsewhere(city), Key(city, hired.staff_id)
    until_in(known, hired.login)
    crowd = Crowd(city, hired.login)
    begun = time.monotonic()
    crowd.thread.start()
    new, old, passkey, told = [], [], [], set[int]()
    while crowd.thread.is_alive():
        seconds, said = until_in(elsewhere(city), hired.login)
        new.append(seconds)
        told |= said
        seconds, said = until_in(known, hired.login)
        old.append(seconds)
        assert not said, "a known browser is never turned away"
        at = time.monotonic()
        assert answered(elsewhere(city), key, city.url).status_code == 200
        passkey.append(time.monotonic() - at)
    took = time.monotonic() - begun
    print(
        f"{GUESSES} guesses, {AT_ONCE} at once, in {took:.0f} s: {dict(crowd.answers)}; the owner signed in {len(new)} times meanwhile;"
    )
    print(f"  at most: new browser {max(new):.1f} s, known browser {max(old):.1f} s, passkey {max(passkey):.1f} s")
    assert crowd.answers["401"] == GUESSES
    assert told <= {503}, "never told to wait for what others guessed"
