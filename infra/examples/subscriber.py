"""A stranger's subscriber, written from services/contracts/generated/asyncapi.json alone. Needs only confluent-kafka.

python subscriber.py --bootstrap 127.0.0.1:19092 --until-end
"""

import argparse
import json
import sys

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

SPEAKERS = ("staff", "intake", "coordination", "ibasho", "notify")


def main() -> None:
    """Read every topic from offset 0; drop what was seen; print one line an event."""
    options = argparse.ArgumentParser()
    options.add_argument("--bootstrap", default="127.0.0.1:19092")
    options.add_argument("--prefix", default="banso")
    options.add_argument("--until-end", action="store_true")
    asked = options.parse_args()
    settings = {"bootstrap.servers": asked.bootstrap, "group.id": "unused", "enable.auto.commit": False}
    consumer = Consumer({**settings, "enable.partition.eof": True})
    topics = consumer.list_topics(timeout=10).topics
    partitions = [
        TopicPartition(name, number, OFFSET_BEGINNING)
        for name in (f"{asked.prefix}.{speaker}" for speaker in SPEAKERS)
        for number in topics[name].partitions
    ]
    consumer.assign(partitions)
    seen: dict[tuple[str, str], int] = {}
    at_end = 0
    while not (asked.until_end and at_end == len(partitions)):
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            at_end += message.error().code() == KafkaError._PARTITION_EOF
            continue
        headers = {key: value.decode() for key, value in message.headers()}
        subject, version = (message.topic(), headers["ce_subject"]), int(headers["ce_aggregateversion"])
        if version > seen.get(subject, 0):  # sent twice is seen once
            seen[subject] = version
            print(headers["ce_time"], headers["ce_type"], headers["ce_subject"], version, json.loads(message.value()))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
