"""Passwords: Argon2id, away from the event loop, two at a time, with a short queue in front."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from services.kernel.errors import Overloaded

HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with the minimum OWASP names: m = 19 MiB, t = 2, p = 1."""
AT_ONCE, LONGEST_QUEUE = 2, 40  # each fills a core and 19 MiB; 40 waiting are about a second on a small machine
_NOBODY = HASHER.hash(secrets.token_urlsafe(16))
_hashing = asyncio.Semaphore(AT_ONCE)
_waiting = 0


async def matches(password_hash: str | None, password: str) -> bool:
    """True when the password is the one behind the hash. No hash (nobody of that login) takes as long, and is False."""
    found: bool = await _aside(_verify, password_hash or _NOBODY, password)
    return found and password_hash is not None


async def hash_of(password: str) -> str:
    """What is stored of a password."""
    return str(await _aside(HASHER.hash, password))


def _verify(password_hash: str, password: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


async def _aside(work: Callable[..., Any], *arguments: str) -> Any:
    """In a thread of its own. Overloaded when too many wait already: a flood of tries must not become a flood of work."""
    global _waiting  # noqa: PLW0603 - how many wait in this process
    if _waiting >= LONGEST_QUEUE:
        raise Overloaded("overloaded", "too many passwords wait to be checked")
    _waiting += 1
    try:
        async with _hashing:
            return await asyncio.to_thread(work, *arguments)
    finally:
        _waiting -= 1
