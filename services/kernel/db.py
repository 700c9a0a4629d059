"""PostgreSQL: one pool a process with a waiting room in front, and one place for what is transient."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Literal, TypeAlias

import asyncpg

from services.kernel.clock import learn
from services.kernel.errors import Overloaded
from services.kernel.settings import crash_armed, crash_point

Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"  # generic in its stubs only

TRANSIENT = (
    *(OSError, Overloaded, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError),
    *(asyncpg.InsufficientResourcesError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError),
    *(asyncpg.CannotConnectNowError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError),
    *(asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, asyncpg.IdleInTransactionSessionTimeoutError),
)
"""Errors of the moment: the same act may succeed when tried again."""

_WAIT_SECONDS = 5.0


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    encoder = partial(json.dumps, ensure_ascii=False, default=str)
    await connection.set_type_codec("jsonb", encoder=encoder, decoder=json.loads, schema="pg_catalog")
    await learn(connection)


async def connect(dsn: str) -> "asyncpg.Connection[Any]":
    """A connection outside the pool, for what holds a session lock or listens."""
    connection = await asyncpg.connect(dsn, timeout=5)
    await _prepare(connection)
    return connection


class Database:
    """The pool of one process. Never hold a transaction while waiting for anything but PostgreSQL."""

    def __init__(self, dsn: str, size: int) -> None:
        self.dsn, self._size = dsn, size
        self._pool: asyncpg.Pool[Any] | None = None
        self._free = asyncio.Semaphore(size)

    async def open(self) -> None:
        """Open the pool. Connections are made when first needed, so a database that is away for a moment does no harm."""
        self._pool = await asyncpg.create_pool(
            self.dsn, min_size=0, max_size=self._size, init=_prepare, timeout=5, command_timeout=20
        )

    async def close(self) -> None:
        """Close the pool at once; whoever still works in it was cancelled before."""
        if self._pool is not None:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(
        self, point: str = "transaction", isolation: Literal["read_committed", "repeatable_read"] = "read_committed"
    ) -> AsyncIterator[Connection]:
        """One transaction. Beyond the pool's size callers wait `_WAIT_SECONDS`, then get `overloaded` (503)."""
        assert self._pool is not None, "Database.open() first"
        try:
            await asyncio.wait_for(self._free.acquire(), _WAIT_SECONDS)
        except TimeoutError:
            raise Overloaded("overloaded", "no free database connection") from None
        try:
            async with self._pool.acquire(timeout=_WAIT_SECONDS) as connection:
                async with _committing(connection, point, isolation):
                    yield connection
                crash_point(f"{point}.after_commit")
        finally:
            self._free.release()


@asynccontextmanager
async def _committing(
    connection: Connection, point: str, isolation: Literal["read_committed", "repeatable_read"]
) -> AsyncIterator[None]:
    transaction = connection.transaction(isolation=isolation)
    await transaction.start()
    try:
        yield
    except BaseException:
        if not connection.is_closed():
            await transaction.rollback()
        raise
    crash_point(f"{point}.before_commit")
    if crash_armed(f"{point}.mid_commit"):  # die with COMMIT sent and its reply unread
        task = asyncio.ensure_future(transaction.commit())
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGKILL)
        await task
    await transaction.commit()
