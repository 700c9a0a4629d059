"""Copies one service's access log to `<prefix>.access`, under a database role of its own.

As the relay does it: rows `where published_at is null order by id`, marked after the broker's ack; any error starts again
from the flag. A row may be copied twice, never not at all.
"""

import asyncio
import time
from typing import Any

import asyncpg
from aiokafka import AIOKafkaProducer

from services.copier.rows import UNPUBLISHED
from services.kernel.db import SILENCE_SECONDS, connect
from services.kernel.loops import KAFKA_TIMES, again_and_again, quietly
from services.kernel.settings import crash_point

COPY_LOCK = 7105
BATCH = 500


class Copy:
    """One service's log. Run one in every replica; the lock lets one of them work."""

    def __init__(self, service: str, dsn: str, bootstrap: str, topic: str) -> None:
        self.service, self._dsn, self._bootstrap, self._topic = service, dsn, bootstrap, topic
        self.connected = False
        self._since: float | None = time.monotonic()

    @property
    def age(self) -> float:
        """Seconds that the oldest row waits, by PostgreSQL's clock; without a connection, since there is none. 0: none waits."""
        return 0.0 if self._since is None else max(0.1, time.monotonic() - self._since)

    async def run(self) -> None:
        """For ever."""
        await again_and_again("copy", self._lead)

    async def _lead(self) -> None:
        connection = await connect(self._dsn, SILENCE_SECONDS)
        producer = None
        try:
            if not await connection.fetchval("select pg_try_advisory_lock($1)", COPY_LOCK):
                return
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap, enable_idempotence=True, acks="all", **KAFKA_TIMES
            )
            await asyncio.wait_for(producer.start(), 10)
            self.connected = True
            while True:
                if await self._publish(connection, producer) < BATCH:
                    await asyncio.sleep(0.5)
        finally:
            self.connected, self._since = False, self._since or time.monotonic()
            await quietly(connection.close(timeout=2))
            if producer is not None:
                await quietly(producer.stop())

    async def _publish(self, connection: "asyncpg.Connection[Any]", producer: AIOKafkaProducer) -> int:
        rows = await connection.fetch(UNPUBLISHED, self.service, BATCH)
        self._since = time.monotonic() - rows[0]["age"] if rows else None
        sent = [await producer.send(self._topic, key=row["key"].encode(), value=row["body"].encode()) for row in rows]
        if rows:
            await asyncio.wait_for(asyncio.gather(*sent), 20)
            crash_point("copy.after_ack")
            ids = [row["id"] for row in rows]
            await connection.execute(
                "update access_log set published_at = clock_timestamp() where id = any($1::bigint[])", ids
            )
        return len(rows)
