"""`make verify-access-log`: compare every service's access log with its copy on `banso.access`, and name each difference.

deleted     the copy has a row that the log has not
changed     both have it, and they say different things (the copy as it was first made counts)
not copied  the log says it was copied, and the copy has not got it
Rows the copier has not yet reached are counted as waiting. What was changed before it was copied (about a second) is not seen.
"""

import asyncio
import json
import sys
from dataclasses import dataclass, field
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from infra.installation import installation
from infra.paths import SERVICES
from infra.stack import Stack
from services.copier.rows import ROWS
from services.kernel.db import connect


@dataclass(frozen=True)
class Difference:
    """One row that is not the same in both copies: where, which, and how."""

    service: str
    access_id: str
    how: str
    at: str = ""


@dataclass
class Compared:
    """What a comparison found."""

    rows: int = 0
    waiting: int = 0
    differences: list[Difference] = field(default_factory=list)


async def compare(stack: Stack) -> Compared:
    """Both copies, as of now. Works beside running services."""
    begun = {name: await _value(stack.dsns[name].owner, "select clock_timestamp()") for name in SERVICES}
    copied = await _read_copy(stack.bootstrap, f"{stack.prefix}.access")
    found = Compared()
    for service in SERVICES:
        await _compare_one(stack.dsns[service].owner, service, begun[service], copied, found)
    for access_id, body in copied.items():  # what is left stands in no log
        said = json.loads(body)
        found.differences.append(Difference(said["service"], access_id, "deleted", said["at"]))
    return found


async def _compare_one(dsn: str, service: str, begun: Any, copied: dict[str, str], found: Compared) -> None:
    connection = await connect(dsn)
    try:
        async with connection.transaction():
            async for row in connection.cursor(ROWS, service, prefetch=2000):
                found.rows += 1
                copy = copied.pop(row["key"], None)
                if copy is not None and copy != row["body"]:
                    at = str(json.loads(copy)["at"])
                    found.differences.append(Difference(service, row["key"], "changed", at))
                elif copy is None and (row["published_at"] is None or row["published_at"] >= begun):
                    found.waiting += 1
                elif copy is None:
                    found.differences.append(Difference(service, row["key"], "not copied"))
    finally:
        await connection.close()


async def _value(dsn: str, query: str) -> Any:
    connection = await connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def _read_copy(bootstrap: str, topic: str) -> dict[str, str]:
    """access_id -> the row as it was first copied."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    found: dict[str, str] = {}
    try:
        await consumer._client.add_topic(topic)
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        ends = await consumer.end_offsets(partitions)
        consumer.assign(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        while any([await consumer.position(partition) < ends[partition] for partition in partitions]):
            for records in (await consumer.getmany(timeout_ms=500, max_records=5000)).values():
                for record in records:
                    found.setdefault(record.key.decode(), record.value.decode())
    finally:
        await consumer.stop()
    return found


async def main() -> None:
    """Compare the installation of `make run`; exit 1 when anything differs."""
    async with installation() as (stack, _):
        found = await compare(stack)
    print(f"閲覧の記録 / access rows: {found.rows}   写しを待つ / waiting: {found.waiting}")
    for one in found.differences:
        print(f"  {one.how:<10}  {one.service}  {one.access_id}  {one.at}")
    if found.differences:
        sys.exit(f"二つの写しが違います / the copies differ: {len(found.differences)}")
    print("二つの写しは同じです / both copies are the same.")


if __name__ == "__main__":
    asyncio.run(main())
