"""The outbox: the event store, and the relay that copies it to Kafka in order.

Rows `where published_at is null order by id`, one relay a service under an advisory lock, marked after the broker's ack.
Never a remembered id, never SKIP LOCKED; any producer error means a new producer and a fresh look at the flag."""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaProducer

from services.contracts.base import EventData
from services.kernel.db import SILENCE_SECONDS, Connection, connect
from services.kernel.ids import event_id
from services.kernel.loops import KAFKA_TIMES, again_and_again, quietly
from services.kernel.settings import Settings, crash_point
from services.kernel.telemetry import RELAYED, current_traceparent

RELAY_LOCK = 7101
BATCH = 500
MAX_EVENT_BYTES = 64 * 1024


@dataclass(frozen=True)
class Cause:
    """What made an event: the command or event id, and the first cause of the whole chain (a command begins its own)."""

    id: UUID
    correlation_id: UUID


async def insert(
    tx: Connection, cause: Cause, n: int, subject: UUID, data: EventData, time: datetime, recorded_at: datetime
) -> None:
    """Append one event. Takes the subject's version (and its row lock) first, so ids of one subject grow in order."""
    body = data.model_dump_json(by_alias=True)
    if len(body) > MAX_EVENT_BYTES:
        raise ValueError(f"{data.type_name()} is too large for the bus")
    version = await tx.fetchval(
        "insert into subject_version as s (subject, version) values ($1, 1)"
        " on conflict (subject) do update set version = s.version + 1 returning version",
        subject,
    )
    await tx.execute(
        "insert into outbox (event_id, type, subject, version, time, recorded_at, correlation_id, causation_id,"
        " traceparent, data) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        *(event_id(cause.id, n), data.type_name(), subject, version, time, recorded_at),
        *(cause.correlation_id, cause.id, current_traceparent(), json.loads(body)),
    )
    await tx.execute("select pg_notify('outbox', '')")


# The columns are the CloudEvents headers (1.0, Kafka binary binding); `#>> '{}'` writes an instant as RFC 3339.
_UNPUBLISHED = """
select id, data::text as body, '1.0' as ce_specversion, event_id::text as ce_id, type as ce_type,
       subject::text as ce_subject, to_json(time) #>> '{}' as ce_time, to_json(recorded_at) #>> '{}' as ce_recordedtime,
       version::text as ce_aggregateversion, correlation_id::text as ce_correlationid,
       causation_id::text as ce_causationid, traceparent as ce_traceparent,
       (select i.id::text from incarnation i order by started_at desc limit 1) as ce_incarnation
from outbox where published_at is null order by id limit $1
"""


class Relay:
    """Copies one service's outbox to its topic. Run one in every replica; the lock lets one of them work."""

    def __init__(self, settings: Settings, speaker: str) -> None:
        self._settings = settings
        self._topic, self._source = settings.topic(speaker), settings.source(speaker)
        self._woken = asyncio.Event()
        self.connected = False

    async def run(self) -> None:
        """For ever: lead when the lock is free; after any error start again from the flag."""
        await again_and_again("relay", self._lead)

    async def _lead(self) -> None:
        connection = await connect(self._settings.database_dsn, SILENCE_SECONDS)
        producer = None
        try:
            if not await connection.fetchval("select pg_try_advisory_lock($1)", RELAY_LOCK):
                return
            await connection.add_listener("outbox", lambda *_: self._woken.set())
            servers = self._settings.kafka_bootstrap_servers
            producer = AIOKafkaProducer(bootstrap_servers=servers, enable_idempotence=True, acks="all", **KAFKA_TIMES)
            await asyncio.wait_for(producer.start(), 10)
            self.connected = True
            while True:
                self._woken.clear()
                if await self.publish(connection, producer) < BATCH:
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._woken.wait(), 1.0)
        finally:
            self.connected = False
            await quietly(connection.close(timeout=2))
            if producer is not None:
                await quietly(producer.stop())

    def _headers(self, row: asyncpg.Record) -> list[tuple[str, bytes]]:
        always = {"ce_source": self._source, "content-type": "application/json"}
        said = {key: value for key, value in row.items() if key.startswith("ce_") and value is not None}
        return [(key, value.encode()) for key, value in {**said, **always}.items()]

    async def publish(self, connection: "asyncpg.Connection[Any]", producer: AIOKafkaProducer) -> int:
        """Send one batch in id order and mark it. The lock lives in this very connection: lost with it."""
        rows = await connection.fetch(_UNPUBLISHED, BATCH)
        if not rows:
            return 0
        sent = [
            await producer.send(
                self._topic, key=row["ce_subject"].encode(), value=row["body"].encode(), headers=self._headers(row)
            )
            for row in rows
        ]
        await asyncio.wait_for(asyncio.gather(*sent), 20)
        crash_point("relay.after_ack")
        ids = [row["id"] for row in rows]
        await connection.execute("update outbox set published_at = clock_timestamp() where id = any($1::bigint[])", ids)
        crash_point("relay.after_mark")
        RELAYED.inc(len(rows))
        return len(rows)
