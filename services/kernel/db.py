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

Isolation: TypeAlias = Literal["read_committed", "repeatable_read"]
Connection: TypeAlias = "asyncpg.Connection[Any] | asyncpg.pool.PoolConnectionProxy[Any]"  # generic in its stubs only

TRANSIENT = (
    *(OSError, Overloaded, asyncpg.InterfaceError, asyncpg.InternalClientError, asyncpg.PostgresConnectionError),
    *(asyncpg.InsufficientResourcesError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError),
    *(asyncpg.CannotConnectNowError, asyncpg.SerializationError, asyncpg.DeadlockDetectedError),
    *(asyncpg.LockNotAvailableError, asyncpg.QueryCanceledError, asyncpg.IdleInTransactionSessionTimeoutError),
)
"""Errors of the moment: the same act may succeed when tried again."""

_WAIT_SECONDS, SILENCE_SECONDS = 5.0, 16.0  # the second: a little more than the server's own `statement_timeout`


async def _prepare(connection: "asyncpg.Connection[Any]") -> None:
    encoder = partial(json.dumps, ensure_ascii=False, default=str)
    await connection.set_type_codec("jsonb", encoder=encoder, decoder=json.loads, schema="pg_catalog")
    await learn(connection)


async def connect(dsn: str, silence: float | None = None) -> "asyncpg.Connection[Any]":
    """A connection outside the pool, for what holds a session lock or listens. `silence`: seconds a statement may take."""
    connection = await asyncpg.connect(dsn, timeout=5, command_timeout=silence)
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
            self.dsn, min_size=0, max_size=self._size, init=_prepare, timeout=5, command_timeout=SILENCE_SECONDS
        )

    async def close(self) -> None:
        """Close the pool at once; whoever still works in it was cancelled before."""
        if self._pool is not None:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(
        self, point: str = "transaction", isolation: Isolation = "read_committed"
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
        except TimeoutError:  # the path forgot this connection without a word: every older one as well
            await self._pool.expire_connections()
            raise
        finally:
            self._free.release()


@asynccontextmanager
async def _committing(connection: Connection, point: str, isolation: Isolation) -> AsyncIterator[None]:
    transaction = connection.transaction(isolation=isolation)
    await transaction.start()
    try:
        yield
    except BaseException as error:
        if not (isinstance(error, TimeoutError) or connection.is_closed()):  # the silent answer no rollback either
            await transaction.rollback()
        raise
    crash_point(f"{point}.before_commit")
    if crash_armed(f"{point}.mid_commit"):  # die with COMMIT sent and its reply unread
        task = asyncio.ensure_future(transaction.commit())
        await asyncio.sleep(0)
        os.kill(os.getpid(), signal.SIGKILL)
        await task
    await transaction.commit()
