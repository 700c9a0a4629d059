"""`make rebuild-reporting`: make the statistics again from the first event on, and compare them with those before."""

import asyncio
import sys
import time
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from infra.installation import installation
from infra.leases import held
from infra.stack import Stack
from infra.topics import PARTITIONS
from services.kernel.consumer import CONSUMER_LOCK
from services.kernel.db import connect
from services.reporting.rebuild import figures, reset

LISTENS_TO = ("intake", "coordination", "ibasho")
Figures = list[tuple[Any, ...]]


@dataclass(frozen=True)
class Compared:
    """Figures (kind, unit, month, number) before and after."""

    before: Figures
    after: Figures

    @property
    def are_equal(self) -> bool:
        """True when nothing was lost or counted twice."""
        return self.before == self.after


async def rebuild_reporting(stack: Stack, seconds: float = 120) -> Compared:
    """Forget and read again. The reporting service must be running; what it had not read yet is waited for first."""
    owner = stack.dsns["reporting"].owner
    await wait_caught_up(stack, seconds)
    before = await _figures(owner)
    async with held(stack.admin_dsn, owner, (CONSUMER_LOCK,)):
        await reset(owner)
    await wait_caught_up(stack, seconds)
    return Compared(before, await _figures(owner))


async def _figures(dsn: str) -> Figures:
    return [tuple(row) for row in await figures(dsn)]


async def wait_caught_up(stack: Stack, seconds: float) -> None:
    """Until reporting's offsets have reached the ends of its topics."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, enable_auto_commit=False)
    await consumer.start()
    connection = await connect(stack.dsns["reporting"].app)
    topics = {TopicPartition(f"{stack.prefix}.{name}", n): (name, n) for name in LISTENS_TO for n in range(PARTITIONS)}
    deadline = time.monotonic() + seconds
    try:
        while time.monotonic() < deadline:
            ends = await consumer.end_offsets(list(topics))
            rows = await connection.fetch("select topic, partition, next_offset from consumer_offset")
            offsets = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
            if all(offsets.get(topics[partition], 0) >= end for partition, end in ends.items()):
                return
            await asyncio.sleep(0.1)
    finally:
        await connection.close()
        await consumer.stop()
    raise RuntimeError(f"reporting did not catch up within {seconds} s")


async def main() -> None:
    """Rebuild the installation of `make run`; reporting is started for the moment when that is not running."""
    async with installation() as (stack, is_running):
        if not is_running:
            stack.start(["reporting"])
        try:
            found = await rebuild_reporting(stack)
        finally:
            stack.stop()
    total = sum(row[-1] for row in found.after)
    if found.are_equal:
        print(f"前と同じ数字です / the figures are the same: {len(found.after)} rows, {total} facts")
        return
    for row in sorted(set(found.before) ^ set(found.after)):
        print(("- " if row in found.before else "+ ") + " ".join(map(str, row)))
    sys.exit("前と違う数字です / the figures differ (- before, + after)")


if __name__ == "__main__":
    asyncio.run(main())
