"""Reads a `World`: every database as its owner, every topic from its beginning."""

import asyncio
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from infra.paths import SPEAKERS
from infra.stack import Stack
from services.kernel.db import connect
from tests.chaos.checker.world import Access, Command, DeadLetter, Event, Record, World
from tests.chaos.driver.journal import read_journal

LISTENERS = {
    "staff": ("notify", "coordination"),
    "intake": ("coordination", "notify", "reporting", "gateway"),
    "coordination": ("intake", "notify", "reporting", "gateway"),
    "ibasho": ("coordination", "notify", "reporting"),
    "notify": (),  # of this the gateway tells open screens and keeps nothing
}
TABLES = {
    "gateway.assignment": "assignment_id",
    "intake.consultation": "consultation_id, opened_by",
    "intake.handoff": "handoff_id, consultation_id",
    "intake.consultation_told": "consultation_id, memo",
    "intake.handoff_told": "handoff_id, promised",
    "coordination.case_file": "case_id, handoff_id",
    "coordination.case_member": "case_id, staff_id",
    "coordination.package_fetch": "case_id, fetched_at is not null",
    "coordination.handoff_package_private": "case_id, promised",
    "coordination.visit": "visit_id, case_id, recorded_by",
    "coordination.visit_private": "visit_id, memo",
    "coordination.quarantine": "quarantine_id, case_id, author_id",
    "coordination.attendance_heard": "attendance_id, participant_id",
    "ibasho.session": "session_id",
    "ibasho.session_staff": "session_id, staff_id",
    "ibasho.attendance": "attendance_id, session_id, kind, recorded_by",
    "ibasho.correction": "correction_id, attendance_id",
    "ibasho.correction_private": "correction_id, note",
    "ibasho.closing_line_private": "closing_id, session_id, line",
    "notify.notice": "kind, recipient_id, handoff_id, case_id",
    "notify.staff_assignment": "assignment_id",
    "notify.case_team": "case_id, staff_id",
    "notify.session_staff": "session_id, staff_id",
    "reporting.case_window": "case_id",
    "reporting.fact_consultation": "consultation_id",
    "reporting.fact_handoff": "handoff_id",
    "reporting.fact_visit": "visit_id, case_id",
    "reporting.fact_session": "session_id",
    "reporting.fact_session_closed": "session_id",
    "reporting.fact_attendance": "attendance_id, session_id, kind, participant_id",
    "reporting.fact_correction": "attendance_id",
}
_EVENTS = "select id, event_id, type, subject, version, causation_id, data, published_at is not null from outbox"
_DEAD = "select topic, partition, log_offset, subject, kind from dead_letter where resolved_at is null"
_ACCESS = "select actor_id, action, shown, extract(epoch from at)::float8 as at from access_log"


async def read_world(stack: Stack, journal: Path) -> World:
    """All of it, at rest."""
    world = World(journal=read_journal(journal), listeners=LISTENERS)
    for service in ("gateway", "intake", "coordination", "ibasho", "notify", "reporting"):
        await _read_service(world, stack, service)
    for speaker in SPEAKERS:
        world.records += await _read_topic(stack, speaker)
    return world


async def _read_service(world: World, stack: Stack, service: str) -> None:
    connection = await connect(stack.dsns[service].owner)
    try:
        for row in await connection.fetch("select command_id, actor_id, command_type from command_log"):
            world.commands.append(Command(service, str(row[0]), str(row[1]), row[2]))
        topic = "staff" if service == "gateway" else service
        for row in await connection.fetch(_EVENTS):
            n, id, type, subject, version, cause, data, published = row
            world.events.append(Event(topic, n, str(id), type, str(subject), version, str(cause), data, published))
        for row in await connection.fetch("select topic, subject, version from seen"):
            world.seen[service, row["topic"], str(row["subject"])] = row["version"]
        for row in await connection.fetch(_DEAD):
            world.dead.append(DeadLetter(service, row[0], row[1], row[2], str(row[3]), row[4]))
        for row in await connection.fetch(_ACCESS):
            shown = tuple((kind, id) for kind, ids in row["shown"].items() for id in ids)
            world.access.append(Access(service, str(row["actor_id"]), row["action"], shown, row["at"]))
        for name, columns in TABLES.items():
            owner, table = name.split(".")
            if owner == service:
                found = await connection.fetch(f"select {columns} from {table}")
                world.tables[name] = [tuple(str(value) for value in row) for row in found]
    finally:
        await connection.close()


async def _read_topic(stack: Stack, speaker: str) -> list[Record]:
    consumer = AIOKafkaConsumer(bootstrap_servers=stack.bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        topic = f"{stack.prefix}.{speaker}"
        await consumer._client.add_topic(topic)
        partitions = [TopicPartition(topic, n) for n in sorted(consumer.partitions_for_topic(topic) or [])]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        found: list[Record] = []
        while any([await consumer.position(tp) < end for tp, end in ends.items()]):
            for tp, records in (await asyncio.wait_for(consumer.getmany(timeout_ms=500), 20)).items():
                found += [_record(speaker, tp.partition, record) for record in records]
        return found
    finally:
        await consumer.stop()


def _record(topic: str, partition: int, record: Any) -> Record:
    said = {key: value.decode("utf8", "replace") for key, value in record.headers}
    version = said.get("ce_aggregateversion", "")
    return Record(
        topic,
        partition,
        record.offset,
        said.get("ce_id", ""),
        said.get("ce_subject", ""),
        int(version) if version.isdecimal() else 0,
    )
