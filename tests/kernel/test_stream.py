"""The stream: effect, seen and offset move together or not at all."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kernel.commands import Work
from services.kernel.errors import Overloaded
from services.kernel.ids import new_id
from services.kernel.stream import Applier, Event, StaleConsumerError
from tests.kernel.conftest import EVENTS, Room, Ticked


@dataclass
class Fetched:
    """A record as the client hands it over."""

    offset: int
    headers: Sequence[tuple[str, bytes]]
    value: bytes | None


def record(offset: int, subject: UUID, version: int, step: int = 1, **changes: str) -> Fetched:
    headers = {
        "ce_id": str(uuid4()),
        "ce_type": "banso.intake.Ticked.v1",
        "ce_subject": str(subject),
        "ce_time": "2026-11-24T03:00:00+00:00",
        "ce_recordedtime": "2026-11-24T03:00:01+00:00",
        "ce_aggregateversion": str(version),
        "ce_correlationid": str(uuid4()),
        **changes,
    }
    body = json.dumps({"counterId": str(subject), "step": step}).encode()
    return Fetched(offset, [(key, value.encode()) for key, value in headers.items()], body)


async def add(event: Event, work: Work) -> None:
    """Adds to the counter; step 13 is poison."""
    if event.data.step == 13:
        raise ValueError("poison")
    await work.tx.execute(
        "insert into counter as c values ($1, $2) on conflict (counter_id) do update set value = c.value + $2",
        *(event.subject, event.data.step),
    )


@pytest.fixture
async def applier(room: Room) -> Applier:
    async with room.db.transaction() as tx:
        await tx.execute("insert into consumer_offset values ('intake', 0, 0)")
    return Applier(room.db, "test", EVENTS, {Ticked: add})


async def offset(room: Room) -> object:
    return await room.value("select next_offset::int from consumer_offset where partition = 0")


async def total(room: Room, subject: UUID) -> object:
    return await room.value("select coalesce(max(value), 0) from counter where counter_id = $1", subject)


async def test_a_batch_is_applied_with_its_offset(room: Room, applier: Applier) -> None:
    subject = new_id()
    await applier.apply("intake", 0, [record(0, subject, 1), record(1, subject, 2)])
    assert (await total(room, subject), await offset(room)) == (2, 2)


async def test_replay_from_zero_changes_nothing(room: Room, applier: Applier) -> None:
    subject = new_id()
    batch = [record(n, subject, n + 1) for n in range(5)]
    await applier.apply("intake", 0, batch)
    async with room.db.transaction() as tx:
        await tx.execute("update consumer_offset set next_offset = 0")
    await applier.apply("intake", 0, batch)
    assert (await total(room, subject), await offset(room)) == (5, 5)


async def test_a_stale_consumer_loses_the_fence_and_writes_nothing(room: Room, applier: Applier) -> None:
    subject = new_id()
    await applier.apply("intake", 0, [record(0, subject, 1)])
    with pytest.raises(StaleConsumerError):
        await applier.apply("intake", 0, [record(0, new_id(), 1), record(1, subject, 2)])
    assert (await total(room, subject), await offset(room)) == (1, 1)
    assert await room.value("select count(*)::int from counter") == 1


async def test_a_poison_event_parks_its_subject_only_and_heals_by_redrive(room: Room, applier: Applier) -> None:
    sick, healthy = new_id(), new_id()
    batch = [record(0, sick, 1), record(1, sick, 2, step=13), record(2, healthy, 1), record(3, sick, 3)]
    await applier.apply("intake", 0, batch)
    assert (await total(room, sick), await total(room, healthy), await offset(room)) == (1, 1, 4)
    assert await room.value("select array_agg(kind order by id) from dead_letter") == ["poison", "parked"]
    assert await applier.redrive() == 0

    async def mended(event: Event, work: Work) -> None:
        await work.tx.execute(
            "update counter set value = value + $2 where counter_id = $1", event.subject, event.data.step
        )

    assert await Applier(room.db, "test", EVENTS, {Ticked: mended}).redrive() == 2
    assert await total(room, sick) == 1 + 13 + 1
    assert await room.value("select count(*)::int from dead_letter where resolved_at is null") == 0


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"ce_type": "banso.intake.Unheard.v1"}, "unknown_type"),
        ({"ce_time": "yesterday"}, "malformed"),
        ({"ce_aggregateversion": "x"}, "malformed"),
    ],
)
async def test_what_cannot_be_read_is_put_aside_never_dropped(
    room: Room, applier: Applier, change: dict[str, str], kind: str
) -> None:
    subject = new_id()
    await applier.apply("intake", 0, [record(0, subject, 1, **change), record(1, new_id(), 1)])
    assert await room.value("select array_agg(kind) from dead_letter") == [kind]
    assert await offset(room) == 2


async def test_random_bytes_do_not_stop_the_partition(room: Room, applier: Applier) -> None:
    good = new_id()
    garbage = Fetched(0, [("ce_type", b"\xff\x00")], b"\xff\xfe\x00")
    await applier.apply("intake", 0, [garbage, record(1, good, 1)])
    assert (await total(room, good), await offset(room)) == (1, 2)


@pytest.mark.parametrize("error", [Overloaded("overloaded"), asyncpg.DiskFullError("no space left on device")])
async def test_a_full_disk_and_a_busy_pool_are_no_poison(room: Room, applier: Applier, error: Exception) -> None:
    async def cannot(event: Event, work: Work) -> None:
        raise error

    subject = new_id()
    with pytest.raises(type(error)):
        await Applier(room.db, "test", EVENTS, {Ticked: cannot}).apply("intake", 0, [record(0, subject, 1)])
    assert await room.value("select count(*) from dead_letter") == 0
    assert await offset(room) == 0
    await applier.apply("intake", 0, [record(0, subject, 1)])
    assert await room.value("select value from counter where counter_id = $1", subject) == 1
