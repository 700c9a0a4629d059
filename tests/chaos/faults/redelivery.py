"""What lies on the bus is put there once more, in any order: late, doubled and out of order at once."""

import random

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from infra.stack import Stack
from services.kernel.db import connect

MOST = 100
"""Of the last records of each partition."""


async def put_again(stack: Stack, speaker: str, chosen: random.Random) -> int:
    """Shuffled copies of the last events of a topic (what is poison stays alone). Answers how many."""
    records = await _last(stack, f"{stack.prefix}.{speaker}")
    connection = await connect(stack.dsns[speaker].owner)
    try:
        found = await connection.fetch("select event_id::text from outbox where published_at is not null")
    finally:
        await connection.close()
    known = {row[0].encode() for row in found}
    copies = [record for record in records if dict(record.headers).get("ce_id") in known]
    chosen.shuffle(copies)
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    try:
        for each in copies:
            headers = list(each.headers)
            await producer.send(each.topic, each.value, key=each.key, headers=headers, partition=each.partition)
    finally:
        await producer.stop()
    return len(copies)


async def _last(stack: Stack, topic: str) -> list:  # type: ignore[type-arg]
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        await consumer._client.add_topic(topic)
        partitions = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic) or [])]
        consumer.assign(partitions)
        ends, found = await consumer.end_offsets(partitions), []
        for tp, end in ends.items():
            consumer.seek(tp, max(0, end - MOST))
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += records
        return found
    finally:
        await consumer.stop()
