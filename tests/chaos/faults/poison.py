"""Records that are no events: random bytes, an unknown type, a body that does not fit."""

import random
import uuid

from aiokafka import AIOKafkaProducer

from infra.stack import Stack


async def put_poison(stack: Stack, topic: str, chosen: random.Random) -> tuple[int, int]:
    """One record about a subject of its own, among everybody's. Returns (partition, offset)."""
    subject, known = str(uuid.UUID(int=chosen.getrandbits(128))), f"banso.{topic}."
    kinds = {
        "bytes": ([], chosen.randbytes(300)),
        "unknown_type": (_headers(subject, f"{known}NeverHeardOf.v1"), b"{}"),
        "wrong_body": (_headers(subject, f"{known}{_SOME[topic]}.v1"), b'{"visitId": 7}'),
        "deep": (_headers(subject, f"{known}{_SOME[topic]}.v1"), b"[" * 20_000 + b"]" * 20_000),
    }
    headers, body = kinds[chosen.choice(sorted(kinds))]
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    try:
        sent = await producer.send_and_wait(f"{stack.prefix}.{topic}", body, key=subject.encode(), headers=headers)
        return sent.partition, sent.offset
    finally:
        await producer.stop()


_SOME = {"intake": "HandedOff", "coordination": "VisitRecorded", "ibasho": "AttendanceLogged"}


def _headers(subject: str, type: str) -> list[tuple[str, bytes]]:
    said = {"ce_id": str(uuid.uuid4()), "ce_type": type, "ce_subject": subject, "ce_aggregateversion": "1"}
    said |= {"ce_time": "2026-11-24T00:00:00Z", "ce_recordedtime": "2026-11-24T00:00:00Z"}
    return [(key, value.encode()) for key, value in {**said, "ce_correlationid": str(uuid.uuid4())}.items()]
