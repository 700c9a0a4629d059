"""The mirror image of `commands` for events: effect, own outbox rows, `seen` and the next offset in one transaction.

A failing batch is replayed one by one; a poison event goes to `dead_letter` and parks its subject only. The offset row
moves only from its old value, so a stale or second consumer cannot write."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord

from services.contracts.base import EventData
from services.kernel.clock import utc_now
from services.kernel.commands import Work
from services.kernel.db import TRANSIENT, Connection, Database
from services.kernel.outbox import Cause
from services.kernel.settings import crash_point
from services.kernel.telemetry import APPLIED, DEAD_LETTERS, UNSAID, VERSION_GAPS, log, remote_context, tracer
from services.kernel.token import service_actor

POISON_TRIES = 3
_PARKED = "select 1 from dead_letter where topic = $1 and subject = $2 and resolved_at is null limit 1"


@dataclass(frozen=True)
class Event:
    """One event as received. `topic` is the speaking service, without the installation's prefix."""

    topic: str
    id: UUID
    subject: UUID
    version: int
    time: datetime
    recorded_at: datetime
    correlation_id: UUID
    traceparent: str | None
    data: Any


Reaction = Callable[[Event, Work], Awaitable[None]]
Reactions = Mapping[type[EventData], Reaction]


class StaleConsumerError(Exception):
    """The offset row is not where this consumer left it: someone newer is at work, or the bus was rebuilt."""


class UnreadableError(Exception):
    """The record cannot become an event. `kind` is unknown_type or malformed."""

    def __init__(self, kind: str, reason: str) -> None:
        self.kind, self.reason = kind, reason


class Applier:
    """Applies the records of listened topics to one database."""

    def __init__(self, db: Database, service: str, known: Mapping[str, type[EventData]], reactions: Reactions) -> None:
        self._db, self._known, self._reactions = db, known, reactions
        self._actor = service_actor(service)

    async def apply(self, topic: str, partition: int, records: Sequence[ConsumerRecord]) -> None:
        """Apply a fetched batch of one partition; transient errors and StaleConsumerError are the caller's."""
        try:
            await self._apply(topic, partition, records)
        except (*TRANSIENT, StaleConsumerError):
            raise
        except Exception as error:
            log.warning("consumer.one_by_one", topic=topic, count=len(records), error=type(error).__name__)
            for record in records:
                await self._apply_alone(topic, partition, record)

    async def _apply(self, topic: str, partition: int, records: Sequence[ConsumerRecord]) -> None:
        async with self._db.transaction("consumer") as tx:
            for record in records:
                event = parse_event(topic, headers_of(record), record.value, self._known)
                if await tx.fetchval(_PARKED, topic, event.subject):
                    await _put_aside(tx, topic, partition, record, "parked", "behind an unresolved event")
                else:
                    await self._react(tx, event)
            crash_point("consumer.between_effect_and_offset")
            await _advance(tx, topic, partition, records[0].offset, records[-1].offset + 1)

    async def _apply_alone(self, topic: str, partition: int, record: ConsumerRecord) -> None:
        for attempt in range(1, POISON_TRIES + 1):
            try:
                await self._apply(topic, partition, [record])
                return
            except (*TRANSIENT, StaleConsumerError):
                raise
            except UnreadableError as error:
                kind, reason = error.kind, error.reason
                break
            except Exception as error:
                log.exception("consumer.poison", topic=topic, offset=record.offset, attempt=attempt)
                kind, reason = "poison", type(error).__name__
                await asyncio.sleep(0.1 * attempt)
        async with self._db.transaction("consumer") as tx:
            await _put_aside(tx, topic, partition, record, kind, reason)
            await _advance(tx, topic, partition, record.offset, record.offset + 1)

    async def _react(self, tx: Connection, event: Event) -> None:
        """Run the reaction unless this version was seen, and remember the version."""
        query = "select version from seen where topic = $1 and subject = $2"
        seen = await tx.fetchval(query, event.topic, event.subject) or 0
        if event.version <= seen:
            return
        if event.version > seen + 1:
            VERSION_GAPS.labels(event.topic).inc()
            log.error("consumer.version_gap", topic=event.topic, subject=str(event.subject), version=event.version)
        if reaction := self._reactions.get(type(event.data)):
            name, context = f"react {type(event.data).__name__}", remote_context(event.traceparent)
            with tracer.start_as_current_span(name, context, **UNSAID):
                work = Work(tx, utc_now(), self._actor, Cause(event.id, event.correlation_id))
                await reaction(event, work)
        await tx.execute(
            "insert into seen (topic, subject, version) values ($1, $2, $3)"
            " on conflict (topic, subject) do update set version = excluded.version",
            *(event.topic, event.subject, event.version),
        )
        APPLIED.labels(event.topic).inc()

    async def redrive(self) -> int:
        """Try what was put aside once more, each subject in order until its first failure. Returns how many healed."""
        async with self._db.transaction("redrive") as tx:
            query = "select * from dead_letter where resolved_at is null and subject is not null order by id"
            rows = await tx.fetch(query)
        healed, stuck = 0, set()
        for row in rows:
            if row["subject"] in stuck:
                continue
            try:
                async with self._db.transaction("redrive") as tx:
                    await self._react(tx, parse_event(row["topic"], row["headers"], row["body"], self._known))
                    await tx.execute("update dead_letter set resolved_at = now() where id = $1", row["id"])
                healed += 1
            except TRANSIENT:
                raise
            except Exception as error:
                log.warning("consumer.still_stuck", subject=str(row["subject"]), error=type(error).__name__)
                stuck.add(row["subject"])
        return healed


def headers_of(record: ConsumerRecord) -> dict[str, str]:
    """A record's headers as text that PostgreSQL can store."""
    return {key: value.decode("utf8", "replace").replace("\x00", "\ufffd") for key, value in record.headers}


def parse_event(
    topic: str, headers: Mapping[str, str], body: bytes | None, known: Mapping[str, type[EventData]]
) -> Event:
    """The event in CloudEvents headers and a JSON body, or UnreadableError."""
    contract = known.get(headers.get("ce_type", ""))
    if contract is None:
        raise UnreadableError("unknown_type", "no contract for this type")
    try:
        return Event(
            topic=topic,
            id=UUID(headers["ce_id"]),
            subject=UUID(headers["ce_subject"]),
            version=int(headers["ce_aggregateversion"]),
            time=datetime.fromisoformat(headers["ce_time"]),
            recorded_at=datetime.fromisoformat(headers["ce_recordedtime"]),
            correlation_id=UUID(headers["ce_correlationid"]),
            traceparent=headers.get("ce_traceparent"),
            data=contract.model_validate_json(body or b""),
        )
    except (KeyError, ValueError) as error:
        raise UnreadableError("malformed", type(error).__name__) from None


async def _put_aside(
    tx: Connection, topic: str, partition: int, record: ConsumerRecord, kind: str, reason: str
) -> None:
    headers = headers_of(record)
    try:
        subject = UUID(headers.get("ce_subject", ""))
    except ValueError:
        subject = None
    await tx.execute(
        "insert into dead_letter (topic, partition, log_offset, subject, kind, error, headers, body)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(topic, partition, record.offset, subject, kind, reason, headers, record.value),
    )
    DEAD_LETTERS.labels(kind).inc()
    log.error("consumer.put_aside", topic=topic, kind=kind, offset=record.offset, subject=str(subject))


async def _advance(tx: Connection, topic: str, partition: int, first: int, following: int) -> None:
    """Move the offset row to `following`, only from where this batch began."""
    moved = await tx.execute(
        "update consumer_offset set next_offset = $4 where topic = $1 and partition = $2 and next_offset = $3",
        *(topic, partition, first, following),
    )
    if moved != "UPDATE 1":
        raise StaleConsumerError(f"{topic}/{partition} is no longer at {first}")
