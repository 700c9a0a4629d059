"""Feeds the stream from Kafka: `assign()`, no consumer group; the offsets are rows of this service's database."""

import asyncio
import os
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kernel.db import Database, connect
from services.kernel.loops import KAFKA_TIMES, OF_THE_MOMENT, again_and_again, quietly
from services.kernel.settings import Settings
from services.kernel.stream import Applier, StaleConsumerError
from services.kernel.telemetry import BEHIND, log

CONSUMER_LOCK = 7102
MAX_BATCH = 200


class Consumer:
    """Run one in every replica; an advisory lock lets one of them work."""

    def __init__(self, settings: Settings, applier: Applier, db: Database, topics: Sequence[str]) -> None:
        self._settings, self._applier, self._db, self._topics = settings, applier, db, tuple(topics)
        self.connected, self.behind, self._progress = False, 0, 0

    async def run(self) -> None:
        """For ever: lead when the lock is free; after any error start again from the offset rows."""
        await again_and_again("consumer", self._lead)

    async def _lead(self) -> None:
        lock = await connect(self._settings.database_dsn)
        consumer = self._new_consumer()
        try:
            if not await lock.fetchval("select pg_try_advisory_lock($1)", CONSUMER_LOCK):
                return
            await asyncio.wait_for(consumer.start(), 10)
            wanted = await self._wanted(consumer)
            consumer.assign(list(wanted))
            for tp, offset in wanted.items():
                consumer.seek(tp, offset)
            self.connected = True
            if healed := await self._applier.redrive():
                log.info("consumer.redriven", count=healed)
            while not lock.is_closed():
                await self._fetch_and_apply(consumer)
        except StaleConsumerError as error:
            log.warning("consumer.stale", where=str(error))
        finally:
            self.connected = False
            await quietly(lock.close(timeout=2))
            await quietly(consumer.stop())

    def _new_consumer(self) -> AIOKafkaConsumer:
        never_by_itself: Any = {"enable_auto_commit": False, "auto_offset_reset": "earliest", **KAFKA_TIMES}
        return AIOKafkaConsumer(bootstrap_servers=self._settings.kafka_bootstrap_servers, **never_by_itself)

    async def _wanted(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """Every partition of the listened topics, and its offset here. One unknown to the broker is an error of the moment."""
        wanted = []
        for name in map(self._settings.topic, self._topics):
            await consumer._client.add_topic(name)  # aiokafka looks a topic up only when told to
            partitions = consumer.partitions_for_topic(name)
            if not partitions:
                raise TimeoutError(f"{name} is not known to the broker")
            wanted += [TopicPartition(name, partition) for partition in sorted(partitions)]
        async with self._db.transaction("assign") as tx:
            await tx.executemany(
                "insert into consumer_offset (topic, partition, next_offset) values ($1, $2, 0) on conflict do nothing",
                [(self._name(tp), tp.partition) for tp in wanted],
            )
            rows = await tx.fetch("select topic, partition, next_offset from consumer_offset")
        offsets = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        return {tp: offsets[self._name(tp), tp.partition] for tp in wanted}

    def _name(self, tp: TopicPartition) -> str:
        return str(tp.topic).removeprefix(f"{self._settings.topic_prefix}.")

    async def _fetch_and_apply(self, consumer: AIOKafkaConsumer) -> None:
        for tp, records in (await consumer.getmany(timeout_ms=1000, max_records=MAX_BATCH)).items():
            await self._applier.apply(self._name(tp), tp.partition, records)
            self._progress += len(records)
        ends = {tp: consumer.highwater(tp) or 0 for tp in consumer.assignment()}
        self.behind = sum([max(0, end - await consumer.position(tp)) for tp, end in ends.items()])
        BEHIND.set(self.behind)

    async def watch_progress(self) -> None:
        """Every 30 s ask for the ends of the topics over a fresh connection. Behind twice without progress: exit.
        aiokafka can hang in silence (its issues 1154, 1037, 703); a supervisor starts the process again."""
        before = None
        while True:
            await asyncio.sleep(self._settings.progress_check_seconds)
            try:
                behind = self.connected and await self._behind_by_fresh_look()
            except OF_THE_MOMENT:
                continue  # no answer: the broker is down, waiting is right
            if behind and before == self._progress:
                log.error("consumer.hangs", behind=behind)
                os._exit(70)
            before = self._progress if behind else None

    async def _behind_by_fresh_look(self) -> int:
        fresh = self._new_consumer()
        try:
            await asyncio.wait_for(fresh.start(), 10)
            wanted = await self._wanted(fresh)
            ends = await asyncio.wait_for(fresh.end_offsets(list(wanted)), 10)
        finally:
            await quietly(fresh.stop())
        return sum(max(0, end - wanted[tp]) for tp, end in ends.items())
