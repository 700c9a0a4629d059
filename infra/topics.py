"""Kafka topics: made by this step alone (`auto.create.topics` is off), kept without limit; and read from beginning to end."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from infra.paths import SPEAKERS

PARTITIONS = 6
CONFIG = {"retention.ms": "-1", "cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime"}
"""The broker dates its records itself: it would refuse those of a service whose clock is more than an hour ahead."""


async def create_topics(bootstrap: str, prefix: str) -> None:
    """`<prefix>.<speaker>` for every speaking service, and `<prefix>.access`, which no rebuild ever deletes."""
    topics = [NewTopic(f"{prefix}.{speaker}", PARTITIONS, 1, topic_configs=CONFIG) for speaker in (*SPEAKERS, "access")]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        for _ in range(50):
            answer = await admin.create_topics(topics)
            codes = {code for _, code, *_ in answer.topic_errors}
            if codes <= {0, TopicAlreadyExistsError.errno}:
                await _bring_up_to_date(admin, [name for name, code, *_ in answer.topic_errors if code])
                return
            await asyncio.sleep(0.2)  # just deleted, or the controller is still starting
        raise for_code(max(codes))
    finally:
        await admin.close()


async def _bring_up_to_date(admin: AIOKafkaAdminClient, names: list[str]) -> None:
    """Topics of an earlier version get today's settings."""
    wanted = [ConfigResource(ConfigResourceType.TOPIC, name, CONFIG) for name in names]
    for answer in await admin.alter_configs(wanted) if wanted else []:
        if codes := {code for code, *_ in answer.resources} - {0}:
            raise for_code(max(codes))


async def delete_topics(bootstrap: str, prefix: str) -> None:
    """Delete them all and wait until they are gone."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        names = [f"{prefix}.{speaker}" for speaker in SPEAKERS]
        await admin.delete_topics(names)
        for _ in range(100):
            answers = await admin.describe_topics(names)
            if all(answer["error_code"] == UnknownTopicOrPartitionError.errno for answer in answers):
                return
            await asyncio.sleep(0.1)
    finally:
        await admin.close()


async def read_topic(bootstrap: str, topic: str) -> "AsyncIterator[list[ConsumerRecord[Any, Any]]]":
    """The whole topic up to its ends of now, in batches of one partition; nothing when the broker does not know it."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        await consumer._client.add_topic(topic)
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(partitions)
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
                yield records
    finally:
        await consumer.stop()
