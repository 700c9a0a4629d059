"""Passwords: Argon2id, away from the event loop, two at a time, with a short queue in front."""

import asyncio
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.kernel.errors import Overloaded

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with the minimum OWASP names: m = 19 MiB, t = 2, p = 1."""
AT_ONCE, LONGEST_QUEUE = 2, 40  # each fills a core and 19 MiB; 40 waiting are about a second on a small machine
"""Strangers have a queue, and people we know another: a crowd at the door fills its own alone."""
_NOBODY = HASHER.hash(secrets.token_urlsafe(16))
_hashing = asyncio.Semaphore(AT_ONCE)
_waiting = {True: 0, False: 0}


@contextmanager
def place(*, is_known: bool) -> Iterator[None]:
    """A place in the queue, taken before a try is counted. Overloaded when too many wait: a flood of tries must not become a
    flood of work, and who is turned away has not tried. `is_known`: from a session or a browser of the person's own."""
    if _waiting[is_known] >= LONGEST_QUEUE:
        raise Overloaded("overloaded", "too many passwords wait to be checked")
    _waiting[is_known] += 1
    try:
        yield
    finally:
        _waiting[is_known] -= 1


async def matches(password_hash: str | None, password: str) -> bool:
    """True when the password is the one behind the hash. No hash (nobody of that login) takes as long, and is False."""
    found: bool = await _aside(_verify, password_hash or _NOBODY, password)
    return found and password_hash is not None


async def hash_of(password: str) -> str:
    """What is stored of a password; only people who showed who they are come to have one stored."""
    with place(is_known=True):
        return str(await _aside(HASHER.hash, password))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def _aside(work: Callable[..., Any], *arguments: str) -> Any:
    async with _hashing:
        return await asyncio.to_thread(work, *arguments)
