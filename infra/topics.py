"""Kafka topics: made by this step alone (`auto.create.topics` is off), kept without limit."""

import asyncio

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from infra.paths import SPEAKERS

PARTITIONS = 6


async def create_topics(bootstrap: str, prefix: str) -> None:
    """`<prefix>.<speaker>` for every speaking service, and `<prefix>.access`, which no rebuild ever deletes."""
    topics = [
        NewTopic(f"{prefix}.{speaker}", PARTITIONS, 1, topic_configs={"retention.ms": "-1", "cleanup.policy": "delete"})
        for speaker in (*SPEAKERS, "access")
    ]
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        for _ in range(50):
            answer = await admin.create_topics(topics)
            codes = {code for _, code, *_ in answer.topic_errors}
            if codes <= {0, TopicAlreadyExistsError.errno}:
                return
            await asyncio.sleep(0.2)  # just deleted, or the controller is still starting
        raise for_code(max(codes))
    finally:
        await admin.close()


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
