"""The second copy of the access logs (`<prefix>.access`): read it, and after a restore read back into the logs what they lost."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import AwareDatetime, BaseModel

from infra.paths import SERVICES
from infra.stack import Stack
from infra.topics import read_topic
from services.copier.rows import ROWS
from services.kernel.db import connect


class _Said(BaseModel):
    """What a copied row must say to be one of ours."""

    access_id: UUID
    service: str
    at: AwareDatetime


@dataclass(frozen=True)
class Copied:
    """A row as it was first copied, word for word."""

    service: str
    access_id: str
    at: datetime
    body: str


@dataclass
class Copy:
    """The whole topic: access_id -> row, and where (`partition@offset`) a record lies that no copier of ours made."""

    rows: dict[str, Copied] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)


async def read_copy(bootstrap: str, topic: str) -> Copy:
    """All of it up to its ends of now; nothing when the broker does not know the topic."""
    copy = Copy()
    async for records in read_topic(bootstrap, topic):
        for record in records:
            if (row := _row(record.key or b"", record.value or b"")) is None:
                copy.foreign.append(f"{record.partition}@{record.offset}")
            else:
                copy.rows.setdefault(row.access_id, row)
    return copy


def _row(key: bytes, body: bytes) -> Copied | None:
    """Nothing for what is no row of ours: the broker takes records from anybody."""
    try:
        json.loads(body.decode())  # as `is_same` will
        said = _Said.model_validate_json(body, strict=True)
        row = Copied(said.service, str(said.access_id), said.at.astimezone(UTC), body.decode())
    except (ValueError, RecursionError, OverflowError):
        return None
    return row if row.service in SERVICES and key == row.access_id.encode() else None


def is_same(one: str, other: str) -> bool:
    """Whether two rows say the same. The log's own number is left out: what was read back has a new one."""
    return one == other or json.loads(one) | {"id": 0} == json.loads(other) | {"id": 0}


@dataclass
class ReadBack:
    """What a restore read back into the logs. `older`: those that the backup should have had; `refused`: not to be put back."""

    rows: int = 0
    older: list[Copied] = field(default_factory=list)
    refused: list[Copied] = field(default_factory=list)


_PUT = """
with back as (
    insert into access_log ({columns}, published_at) select {columns}, clock_timestamp()
    from jsonb_populate_record(null::access_log, $2::text::jsonb) on conflict (access_id) do nothing returning *
)""" + ROWS.replace("from access_log a order by id", "from back a")  # noqa: S608 - constants; {columns} are the table's own
"""Numbered by the log itself: the number of before may be another row's by now, and one made up might be the last there is."""
_COLUMNS = """
select string_agg(quote_ident(attname), ', ') from pg_attribute
where attrelid = 'access_log'::regclass and attnum > 0 and not attisdropped and attname not in ('id', 'published_at')
"""
LONGEST = timedelta(minutes=1)
"""A transaction begun before the backup and committed after it is younger than this; whatever is older was in the backup."""


async def read_back(stack: Stack) -> ReadBack:
    """Every row that the copy has and its log has not is put into the log, as it was copied.

    That heals as well what somebody deleted before the backup was made: those are answered in `older`, so that they are
    told. A row that was changed stays changed. Works beside running services and copier. Safe to repeat.
    """
    copy, back = await read_copy(stack.bootstrap, f"{stack.prefix}.access"), ReadBack()
    for service in SERVICES:
        owner = await connect(stack.dsns[service].owner)
        try:
            there = {str(row["access_id"]) for row in await owner.fetch("select access_id from access_log")}
            lost = [row for row in copy.rows.values() if row.service == service and row.access_id not in there]
            async with owner.transaction():
                await _put_all(owner, sorted(lost, key=lambda row: row.at), back)
        finally:
            await owner.close()
    return back


async def _put_all(owner: "asyncpg.Connection[Any]", lost: list[Copied], back: ReadBack) -> None:
    if not lost:
        return
    backup = await owner.fetchval("select max(at) from access_log where at < $1", lost[-1].at)
    put = await owner.prepare(_PUT.format(columns=await owner.fetchval(_COLUMNS)))
    for row in lost:
        if not await _put(owner, put, row):
            back.refused.append(row)
            continue
        back.rows += 1
        if backup and row.at < backup - LONGEST:
            back.older.append(row)


async def _put(owner: "asyncpg.Connection[Any]", put: Any, row: Copied) -> bool:
    """False, and nothing changed, for what does not stand in the log as the copy has it: no log of ours ever said it."""
    try:
        async with owner.transaction():
            found = await put.fetchrow(row.service, row.body)
            if found is None or not is_same(found["body"], row.body):
                raise ValueError
    except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValueError):
        return False
    return True
