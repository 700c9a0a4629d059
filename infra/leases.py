"""Sends relay and consumer of a service home for a moment: their advisory locks are taken while the bus is worked on.

Relay and consumer each live under a session lock of their database (`services/kernel/outbox.py`, `consumer.py`). Ending the
holder's connection and taking the lock makes sure nothing is published, marked or read until the lock is given back;
running services then begin again from the flags and offsets in their database, without a restart.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from services.kernel.consumer import CONSUMER_LOCK
from services.kernel.db import connect
from services.kernel.outbox import RELAY_LOCK

BOTH = (RELAY_LOCK, CONSUMER_LOCK)

_END_HOLDERS = """
select pg_terminate_backend(l.pid) from pg_locks l join pg_database d on d.oid = l.database
where d.datname = $1 and l.locktype = 'advisory' and l.classid = 0 and l.objid = $2 and l.objsubid = 1 and l.granted
"""


@asynccontextmanager
async def held(admin_dsn: str, owner_dsn: str, locks: Sequence[int] = BOTH) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """The owner's connection to one service's database, holding its locks until the end of the block."""
    admin, owner = await connect(admin_dsn), await connect(owner_dsn)
    try:
        for lock in locks:
            await _take(admin, owner, urlsplit(owner_dsn).path.removeprefix("/"), lock)
        yield owner
    finally:
        await owner.close()
        await admin.close()


async def _take(admin: "asyncpg.Connection[Any]", owner: "asyncpg.Connection[Any]", database: str, lock: int) -> None:
    for _ in range(200):
        if await owner.fetchval("select pg_try_advisory_lock($1)", lock):
            return
        await admin.execute(_END_HOLDERS, database, lock)
        await asyncio.sleep(0.05)
    raise RuntimeError(f"lock {lock} of {database} could not be taken")
