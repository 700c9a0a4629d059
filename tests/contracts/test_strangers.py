"""What strangers use reads us: the AsyncAPI parser, the `cloudevents` package, confluent-kafka."""

import json
import subprocess
from pathlib import Path

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event
from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

from infra.paths import SPEAKERS
from infra.stack import Stack
from services.contracts.generate import GENERATED
from services.contracts.registry import EVENTS
from tests.support.person import Person, open_case, visit_payload

HERE = Path(__file__).parent


def test_the_asyncapi_parser_accepts_the_document() -> None:
    if not (HERE / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=HERE, check=True)
    done = subprocess.run(
        ["node", "parse_asyncapi.mjs", str(GENERATED / "asyncapi.json")],
        cwd=HERE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["3.0.0", "5", "channels", str(len(EVENTS)), "messages"]


def parsed(record: KafkaMessage) -> BaseCloudEvent:
    """What the `cloudevents` package makes of a record, held against the contract of its type."""
    event = from_binary_event(record)
    assert event.get_specversion() == "1.0"
    assert event.get_subject() == (record.key or b"").decode()
    assert event.get_source() == f"urn:banso:132292:{event.get_type().split('.')[1]}"
    assert event.get_extension("aggregateversion")
    data = event.get_data()
    EVENTS[event.get_type()].model_validate(data if isinstance(data, dict) else json.loads(data))
    return event


@pytest.mark.parametrize("type_name", EVENTS)
def test_cloudevents_reads_every_golden_event(type_name: str) -> None:
    golden = json.loads((HERE / "golden" / f"{type_name}.json").read_text(encoding="utf8"))
    headers = {key: value.encode() for key, value in golden["headers"].items()}
    body = json.dumps(golden["data"]).encode()
    event = parsed(KafkaMessage(headers=headers, key=headers["ce_subject"], value=body))
    assert event.get_type() == type_name
    assert event.get_time().isoformat() == golden["headers"]["ce_time"]
    data = event.get_data()
    assert (data if isinstance(data, dict) else json.loads(data)) == golden["data"]


def test_confluent_kafka_reads_every_topic(city: Stack) -> None:
    member, colleague = Person(city.url, "takahashi"), Person(city.url, "hamada")
    case = open_case(Person(city.url, "watanabe"), member, colleague)
    member.do("RecordVisit", case, visit_payload())
    city.wait_settled()
    consumer = Consumer({"bootstrap.servers": city.bootstrap, "group.id": "stranger", "enable.auto.commit": False})
    read: dict[str, set[str]] = {}
    for speaker in SPEAKERS:
        topic = f"{city.prefix}.{speaker}"
        numbers = consumer.list_topics(topic, 10).topics[topic].partitions
        consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in numbers])
        ends = [consumer.get_watermark_offsets(TopicPartition(topic, number), 10)[1] for number in numbers]
        for _ in range(sum(ends)):
            message = consumer.poll(10)
            assert message is not None and not message.error(), topic
            record = KafkaMessage(headers=dict(message.headers()), key=message.key(), value=message.value())
            read.setdefault(speaker, set()).add(parsed(record).get_type().split(".")[2])
    consumer.close()
    assert read.keys() >= {"staff", "intake", "coordination", "notify"}
    assert {
        "StaffAssigned",
        "HandedOff",
        "HandoffAccepted",
        "CaseOpened",
        "VisitRecorded",
        "NoticeRaised",
    } <= set().union(*read.values())
    print({speaker: sorted(types) for speaker, types in read.items()})
