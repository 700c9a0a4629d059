"""Failed tries slow the next one down and lock nobody out.

A try is counted before it is looked at, so that many at once are counted too, and taken back when it succeeds. Tries from a
browser somebody signed in with before are counted apart from all others of that account: a stranger who guesses for days
delays other strangers only.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Network

from fastapi import Request

from gateway import session_store
from services.kernel.db import Connection
from services.kernel.errors import Overloaded

FORGET_AFTER = timedelta(minutes=15)
LONGEST_WAIT_SECONDS = 30
FREE_TRIES = {"account": 5, "known": 5, "address": 30, "handed_in": 30, "challenge": 60}
"""Failures before the next try must wait. A whole office may share one address."""
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
    """Where a request comes from, as the server knows it. Of IPv6 the network of 64 bits: that is one household's or firm's."""
    host = request.client.host if request.client else ""
    return str(IPv6Network((host, 64), strict=False)) if ":" in host else host


async def begin(tx: Connection, keys: Keys, now: datetime) -> None:
    """Count a try under every key (kind of `FREE_TRIES` -> key), or TooManyTries and nothing is counted."""
    failures = await session_store.lock_failures(tx, keys.values())
    for kind, key in keys.items():
        failure = failures.get(key)
        if failure is None or failure["last_at"] < now - FORGET_AFTER or failure["count"] < FREE_TRIES[kind]:
            continue
        wait = min(2 ** (failure["count"] - FREE_TRIES[kind]), LONGEST_WAIT_SECONDS)
        if now < failure["last_at"] + timedelta(seconds=wait):
            raise TooManyTries(wait)
    for _, key in sorted(keys.items(), key=lambda pair: pair[1]):
        await session_store.count_try(tx, key, now, now - FORGET_AFTER)
    await session_store.clear_tries(tx, now - FORGET_AFTER)


async def succeeded(tx: Connection, keys: Keys) -> None:
    """The account's failures are forgotten; of the address only this try is taken back: others behind it may be guessing."""
    for kind, key in sorted(keys.items(), key=lambda pair: pair[1]):
        await (session_store.forget_tries if kind in {"account", "known"} else session_store.take_back_try)(tx, key)
