"""The relay: nothing lost between commit and bus, whatever dies or commits late."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from uuid import UUID

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from services.kernel.commands import Work, execute
from services.kernel.consumer import Consumer
from services.kernel.db import connect
from services.kernel.ids import new_id
from services.kernel.outbox import BATCH, Cause, Relay, insert
from services.kernel.stream import Applier, Event
from tests.kernel import process
from tests.kernel.conftest import COMMANDS, EVENTS, Room, Ticked
from tests.kernel.test_commands import ANNA, envelope


async def read_topic(room: Room, count: int, seconds: float = 15) -> list[ConsumerRecord]:
    """The first `count` records of the topic, and whatever else is there by then."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=room.settings.kafka_bootstrap_servers, auto_offset_reset="earliest", enable_auto_commit=False
    )
    await consumer.start()
    consumer.assign([TopicPartition(room.settings.topic("intake"), p) for p in range(6)])
    found: list[ConsumerRecord] = []
    deadline = asyncio.get_running_loop().time() + seconds
    while len(found) < count and asyncio.get_running_loop().time() < deadline:
        for records in (await consumer.getmany(timeout_ms=300)).values():
            found += records
    for records in (await consumer.getmany(timeout_ms=500)).values():
        found += records
    await consumer.stop()
    return found


def ids(records: list[ConsumerRecord]) -> list[str]:
    return [dict(record.headers)["ce_id"].decode() for record in records]


class Relaying:
    """Relays running in the background."""

    def __init__(self, room: Room, count: int = 1) -> None:
        self._relays = [Relay(room.settings, "intake") for _ in range(count)]

    async def __aenter__(self) -> None:
        self._tasks = [asyncio.ensure_future(relay.run()) for relay in self._relays]

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


UNPUBLISHED = "select count(*)::int from outbox where published_at is null"
LEADER = (
    "select l.pid from pg_locks l join pg_database d on d.oid = l.database"
    " where locktype = 'advisory' and objid = 7101 and d.datname = current_database()"
)


async def until(room: Room, query: str) -> None:
    """Ask until the answer is true."""
    for _ in range(600):
        if await room.value(query):
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"never true: {query}")


async def commit_many(room: Room, count: int) -> None:
    """So many events of one subject, in one transaction."""
    subject, now = new_id(), datetime.now(UTC)
    async with room.db.transaction() as tx:
        for n in range(count):
            await insert(tx, Cause(subject, subject), n, subject, Ticked(counter_id=subject, step=1), now, now)


async def ended(child: "subprocess.Popen[bytes]") -> int:
    """How a process ended."""
    return await asyncio.to_thread(child.wait, 60)


@contextmanager
def child(room: Room, what: str, crash_at: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A process of this test's own, gone at its end."""
    started = process.start(room, what, crash_at)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


async def test_what_was_committed_before_a_crash_is_published_by_the_next_relay(room: Room) -> None:
    """The process dies between commit and publish: the row waits with its flag, and any later relay finds it."""
    with child(room, "command", "command.after_commit") as died:
        assert await ended(died) == -9
    assert await room.value(UNPUBLISHED) == 1
    async with Relaying(room):
        records = await read_topic(room, 1)
    assert len(records) == 1
    assert await room.value("select count(*)::int from outbox where published_at is null") == 0
    headers = {key: value.decode() for key, value in records[0].headers}
    assert headers["ce_type"] == "banso.intake.Ticked.v1" and headers["ce_aggregateversion"] == "1"
    assert headers["ce_subject"].encode() == records[0].key
    assert {
        "ce_time",
        "ce_recordedtime",
        "ce_incarnation",
        "ce_correlationid",
        "ce_causationid",
        "ce_source",
    } <= headers.keys()


async def test_a_low_id_that_commits_late_is_published(room: Room) -> None:
    """The race that loses 46–49 % with a remembered maximum id (reliability.md §3.2): id 1 commits after id 2 is out."""
    slow = await connect(room.dsns.app)
    transaction = slow.transaction()
    await transaction.start()
    low = new_id()
    now = datetime.now(UTC)
    await insert(slow, Cause(low, low), 0, low, Ticked(counter_id=low, step=1), now, now)
    async with Relaying(room):
        await execute(room.db, COMMANDS, envelope(), ANNA, datetime.now(UTC))
        assert len(await read_topic(room, 1)) == 1
        await transaction.commit()
        records = await read_topic(room, 2)
    await slow.close()
    assert len(set(ids(records))) == 2
    assert await room.value("select min(id) < max(id) from outbox")


async def test_two_relays_publish_each_event_once_and_in_order(room: Room) -> None:
    subject = str(new_id())
    async with Relaying(room, 2):
        for _ in range(40):
            await execute(room.db, COMMANDS, envelope(subject=subject), ANNA, datetime.now(UTC))
        records = await read_topic(room, 40)
    assert [dict(r.headers)["ce_aggregateversion"] for r in records] == [str(n).encode() for n in range(1, 41)]


async def effects_downstream(room: Room, count: int) -> tuple[int, int]:
    """A real consumer reads the whole topic. (reactions that took effect, what the counter says)."""
    reacted = []

    async def hear(event: Event, work: Work) -> None:
        reacted.append(event.id)
        await work.tx.execute(
            "insert into counter as c values ($1, 1) on conflict (counter_id) do update set value = c.value + 1",
            event.subject,
        )

    consumer = Consumer(room.settings, Applier(room.db, "test", EVENTS, {Ticked: hear}), room.db, ("intake",))
    task = asyncio.ensure_future(consumer.run())
    await until(room, f"select sum(next_offset) >= {count} from consumer_offset")
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    return len(reacted), await room.value("select sum(value)::int from counter")


async def test_a_relay_that_dies_between_ack_and_mark_doubles_on_the_wire_and_nowhere_else(room: Room) -> None:
    await commit_many(room, 5)
    with child(room, "relay", "relay.after_ack") as died:
        assert await ended(died) == -9
    assert await room.value(UNPUBLISHED) == 5, "acknowledged by the broker, marked by nobody"
    with child(room, "relay"):
        records = await read_topic(room, 10)
    assert (len(records), len(set(ids(records)))) == (10, 5)
    assert await room.value(UNPUBLISHED) == 0
    assert await effects_downstream(room, 10) == (5, 5)


async def test_the_leader_of_two_relays_dies_in_mid_batch_and_the_other_goes_on(room: Room) -> None:
    rest = 200
    with child(room, "relay", "relay.after_ack:2") as leader:
        await until(room, LEADER)
        with child(room, "relay") as follower:
            await commit_many(room, BATCH + rest)
            assert await ended(leader) == -9
            records = await read_topic(room, BATCH + 2 * rest, 30)
            assert follower.poll() is None
    versions = [int(dict(record.headers)["ce_aggregateversion"]) for record in records]
    first, second = list(range(1, BATCH + 1)), list(range(BATCH + 1, BATCH + rest + 1))
    assert versions == [*first, *second, *second], "the second batch twice, each time in order"
    assert await room.value(UNPUBLISHED) == 0
    assert await effects_downstream(room, len(records)) == (BATCH + rest, BATCH + rest)


async def test_a_relay_that_loses_its_connection_starts_again_from_the_flag(room: Room) -> None:
    async with Relaying(room):
        await execute(room.db, COMMANDS, envelope(), ANNA, datetime.now(UTC))
        await read_topic(room, 1)
        owner = await connect(room.dsns.owner)
        pid = await owner.fetchval(LEADER)
        await owner.close()
        admin = await connect(room.dsns.app)
        assert await admin.fetchval("select pg_terminate_backend($1)", pid)
        await admin.close()
        await execute(room.db, COMMANDS, envelope(), ANNA, datetime.now(UTC))
        records = await read_topic(room, 2)
    assert len(set(ids(records))) == 2


def test_event_ids_are_stable() -> None:
    from services.kernel.ids import event_id

    assert event_id(UUID(int=1), 0) == event_id(UUID(int=1), 0) != event_id(UUID(int=1), 1)
