"""The topics and the statistics can be made again from the outboxes, beside running services or with all stopped."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from infra import seed
from infra.paths import SERVICES
from infra.ports import free_ports
from infra.rebuild_bus import NARROWS, rebuild_bus
from infra.rebuild_reporting import rebuild_reporting, wait_caught_up
from infra.stack import Stack
from services.contracts.codes import BasisKind
from services.contracts.coordination import BasisEnded
from services.intake.commands import COMMANDS
from services.kernel.db import Database
from services.kernel.ids import new_id
from services.reporting.rebuild import figures
from tests.infra.conftest import Machine

STARTED = ("intake", "reporting")
NUMBER = 12


@pytest_asyncio.fixture(scope="module")
async def stack(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """Intake and reporting run, with some consultations."""
    ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    var = tmp_path_factory.mktemp("rebuild")
    made = Stack(machine.postgres.admin_dsn, machine.kafka.bootstrap, var, "rebuild", ports)
    await made.prepare()
    made.start(STARTED)
    db = Database(made.dsns["intake"].app, 1)
    await db.open()
    intake = seed.Seeder(db, dict(COMMANDS))
    for number in range(NUMBER):
        at = datetime.now(UTC) - timedelta(days=20 * number)
        sheet = seed.consultation(number, at, "hoya-window")
        await intake.run("OpenConsultation", number, "watanabe", seed.demo_id("consultation", number), sheet, at)
    await db.close()
    await _until_published(made)
    yield made
    made.stop()


async def _until_published(stack: Stack) -> None:
    connection = await asyncpg.connect(stack.dsns["intake"].owner)
    for _ in range(600):
        if not await connection.fetchval("select count(*) from outbox where published_at is null"):
            break
        await asyncio.sleep(0.05)
    await connection.close()
    await wait_caught_up(stack, 30)


async def _on_topic(stack: Stack) -> list[tuple[UUID, UUID]]:
    """(event id, incarnation) of all records of intake's topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    partitions = [TopicPartition(f"{stack.prefix}.intake", number) for number in range(6)]
    consumer.assign(partitions)
    ends = await consumer.end_offsets(partitions)
    await consumer.seek_to_beginning()
    found: list[tuple[UUID, UUID]] = []
    async with asyncio.timeout(30):
        while len(found) < sum(ends.values()):
            for records in (await consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    headers = dict(record.headers)
                    found.append(
                        (UUID(headers["ce_id"].decode()), UUID(headers["ce_incarnation"].decode())),
                    )
    await consumer.stop()
    return found


async def _total(stack: Stack) -> int:
    return int(sum([row[-1] for row in await figures(stack.dsns["reporting"].owner)]))


async def _row(stack: Stack, service: str, query: str, *values: Any) -> Any:
    connection = await asyncpg.connect(stack.dsns[service].owner)
    try:
        return await connection.fetchval(query, *values)
    finally:
        await connection.close()


async def test_statistics_are_the_same_from_the_first_event(stack: Stack) -> None:
    found = await rebuild_reporting(stack, 60)
    assert found.are_equal
    assert sum(row[-1] for row in found.after) == NUMBER
    assert stack.is_alive("reporting"), "it begins again without a restart"


@pytest.mark.parametrize("is_running", [True, False])
async def test_topics_are_made_again_from_the_outboxes(stack: Stack, tmp_path: Path, is_running: bool) -> None:
    lost = await _row(
        stack, "intake", "delete from outbox where id = (select max(id) from outbox) returning event_id"
    )  # what a restore to an earlier moment does
    kept = await _row(stack, "intake", "select count(*) from outbox")
    if not is_running:
        stack.stop()
    rebuilt = await rebuild_bus(stack, tmp_path / "missing.json")
    assert [event.event_id for event in rebuilt.missing] == [lost]
    assert str(lost) in _text(tmp_path / "missing.json")
    assert rebuilt.to_publish == kept
    if not is_running:
        stack.start(STARTED)
    await _until_published(stack)
    on_topic = await _on_topic(stack)
    assert len({event_id for event_id, _ in on_topic}) == len(on_topic) == kept
    assert {incarnation for _, incarnation in on_topic} == {rebuilt.incarnation}
    assert await _total(stack) == NUMBER, "read again from 0, nothing counted twice"
    for service in SERVICES:
        newest = "select id from incarnation order by started_at desc limit 1"
        assert await _row(stack, service, newest) == rebuilt.incarnation


def _text(file: Path) -> str:
    return file.read_text()


async def test_a_second_rebuild_finds_nothing_missing(stack: Stack) -> None:
    rebuilt = await rebuild_bus(stack)
    assert rebuilt.missing == []
    await _until_published(stack)
    assert len(await _on_topic(stack)) == rebuilt.to_publish


async def test_what_is_no_event_is_passed_over(stack: Stack) -> None:
    id_, somebody = UUID(int=7), str(new_id()).encode()
    ended = BasisEnded(case_id=new_id(), basis_id=new_id(), kind=BasisKind.EMERGENCY)
    by_somebody = {"ce_id": str(id_).encode(), "ce_type": ended.type_name().encode(), "ce_subject": somebody}
    by_somebody |= {"ce_time": b"2026-11-24T00:00:00Z", "ce_causationid": somebody, "ce_correlationid": somebody}
    assert ended.type_name() in NARROWS
    strange: list[tuple[dict[str, bytes], bytes]] = [
        ({}, b"\x00\xff"),
        ({"ce_id": b"\xff\xfe"}, b"{}"),
        (by_somebody | {"ce_id": somebody}, b'{"x":'),
        (by_somebody, ended.model_dump_json(by_alias=True).encode()),
    ]
    producer = AIOKafkaProducer(bootstrap_servers=stack.bootstrap)
    await producer.start()
    for headers, body in strange:
        await producer.send_and_wait(f"{stack.prefix}.coordination", body, headers=list(headers.items()))
    await producer.stop()
    rebuilt = await rebuild_bus(stack)
    assert [event.event_id for event in rebuilt.missing] == [id_], "listed, and not done: no command of ours said it"
    assert rebuilt.narrowed_again == 0
