"""Failed tries slow the next one down and lock nobody out.

A try is counted before it is looked at, so that many at once are counted too, and taken back when it succeeds. A browser that
somebody signed in with before has a count of its own. Everybody else is counted by account and address together: the first few
of a day wait for nobody, so what others do elsewhere never holds up who comes from an address that did not guess; what goes
beyond waits in one line for the whole account. `docs/asvs.md` V6 says what that leaves an attacker.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, IPv6Network

import asyncpg
from fastapi import Request

from gateway.sign_in import session_store
from services.kernel.db import Connection
from services.kernel.errors import Overloaded

FORGET_AFTER = timedelta(minutes=15)
LONGEST_WAIT_SECONDS = 30
REMEMBERED = {"pair": timedelta(days=1)}
"""How long failures count after the last of them, where it is not `FORGET_AFTER`."""
FREE_TRIES = {"pair": 4, "account": 1, "own": 5, "code": 5, "address": 30, "handed_in": 30, "challenge": 60}
"""Failures before the next try must wait. A whole office may share one address.

`pair`: one address at one account, of a day; it never waits itself, but used up it has `account` counted: five in all for who is
alone. `own`: a count that no stranger elsewhere reaches, as of a known browser or a session. `code`: wrong set-up codes of an
account."""
Keys = Mapping[str, bytes]


class TooManyTries(Overloaded):
    """Wait a little; nobody is locked out."""

    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__("too_many_tries", f"wait {wait} s")
        self.headers = {"Retry-After": str(wait)}  # type: ignore[misc]


def key_of(kind: str, *parts: str) -> bytes:
    """What a try is counted under: a hash, so that no login and no address is kept."""
    return hashlib.sha256(":".join([kind, *parts]).encode("utf8", "surrogatepass")).digest()


def address_of(request: Request) -> str:
    """Where a request comes from, as the server knows it. Of IPv6 the network of 48 bits, the most one customer is given."""
    host = request.client.host if request.client else ""
    try:
        mapped = IPv6Address(host).ipv4_mapped
    except ValueError:
        return host
    return str(mapped or IPv6Network((host.split("%")[0], 48), strict=False))


async def begin(tx: Connection, keys: Keys, now: datetime) -> Keys:
    """Count a try under its keys (kind of `FREE_TRIES` -> key), or TooManyTries and nothing is counted.

    Says what it was counted under: without the account's, while the address has tries of its own left."""
    counted = {kind: key for kind, key in keys.items() if kind != "account"}
    counts = await _check(tx, counted, now)
    # While the pair is free the account's count is not even locked: a crowd would queue for it.
    if counts.get("pair", 0) >= FREE_TRIES["pair"]:
        await _check(tx, {"account": keys["account"]}, now)
        counted["account"] = keys["account"]
    for kind, key in sorted(counted.items(), key=lambda item: item[1]):
        await session_store.count_try(tx, key, now, _forget_before(kind, now))
    await session_store.clear_tries(tx, now - max(REMEMBERED.values()))
    return counted


async def _check(tx: Connection, keys: Keys, now: datetime) -> dict[str, int]:
    """Failures by kind, held until the end of the transaction; TooManyTries when one of them must still wait."""
    await session_store.open_counts(tx, keys.values(), now)
    failures = await session_store.lock_failures(tx, keys.values())
    counts = {kind: _count(failures.get(key), _forget_before(kind, now)) for kind, key in keys.items()}
    for kind in keys.keys() - {"pair"}:
        if counts[kind] < FREE_TRIES[kind]:
            continue
        wait = min(2 ** (counts[kind] - FREE_TRIES[kind]), LONGEST_WAIT_SECONDS)
        if now < failures[keys[kind]]["last_at"] + timedelta(seconds=wait):
            raise TooManyTries(wait)
    return counts


def _forget_before(kind: str, now: datetime) -> datetime:
    return now - REMEMBERED.get(kind, FORGET_AFTER)


def _count(failure: asyncpg.Record | None, forget_before: datetime) -> int:
    return failure["count"] if failure and failure["last_at"] >= forget_before else 0


async def succeeded(tx: Connection, keys: Keys) -> None:
    """What only this person can have failed at is forgotten; of what strangers share with them only this try is taken back."""
    for kind, key in sorted(keys.items(), key=lambda item: item[1]):
        await (session_store.forget_tries if kind in {"pair", "own"} else session_store.take_back_try)(tx, key)
