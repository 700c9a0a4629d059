"""What is only ever appended to: the service's own role cannot change or remove a row of it, whatever its code would try."""

import asyncio
from typing import Any

import asyncpg
import pytest

from infra.paths import SERVICES
from infra.stack import Stack
from services.kernel.db import connect

EVERYWHERE = ("command_log", "access_log", "outbox", "incarnation")
OWN = {
    "gateway": ("staff_change", "staff_change_private"),
    "intake": ("erasure", "consultation"),
    "coordination": ("erasure", "erasure_done", "access_review", "basis", "basis_end", "visit"),
    "ibasho": ("attendance", "correction"),
    "reporting": ("fact_consultation", "fact_visit", "fact_session", "fact_attendance", "fact_correction"),
}
TABLES = [(service, table) for service in SERVICES for table in (*EVERYWHERE, *OWN.get(service, ()))]
MAY_CHANGE = {"outbox": {"published_at"}}
"""The relay marks what the broker has acknowledged."""
_COLUMNS = "select attname from pg_attribute where attrelid = $1::text::regclass and attnum > 0 and not attisdropped"


async def refused(dsn: str, *statements: str) -> list[str]:
    """Which of them the database refuses to this role."""
    connection = await connect(dsn)
    try:
        return [statement for statement in statements if await is_refused(connection, statement)]
    finally:
        await connection.close()


async def is_refused(connection: "asyncpg.Connection[Any]", statement: str) -> bool:
    try:
        async with connection.transaction():
            await connection.execute(statement)
    except asyncpg.InsufficientPrivilegeError:
        return True
    return False


async def columns_of(dsn: str, table: str) -> list[str]:
    connection = await connect(dsn)
    try:
        return [row["attname"] for row in await connection.fetch(_COLUMNS, table)]
    finally:
        await connection.close()


@pytest.mark.parametrize(("service", "table"), TABLES, ids=lambda each: each)
def test_no_row_is_changed_or_removed_by_the_service(city: Stack, service: str, table: str) -> None:
    dsns = city.dsns[service]
    columns = asyncio.run(columns_of(dsns.owner, table))
    assert MAY_CHANGE.get(table, set()) < set(columns)
    fixed = [column for column in columns if column not in MAY_CHANGE.get(table, ())]
    forbidden = [f'update {table} set "{column}" = default where false' for column in fixed]
    forbidden += [f"delete from {table} where false", f"truncate {table}", f"alter table {table} rename to gone"]
    forbidden += [f"drop table {table}", f"create rule gone as on insert to {table} do instead nothing"]
    assert asyncio.run(refused(dsns.app, *forbidden)) == forbidden


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_is_not_born_told_and_no_service_starts_an_incarnation(city: Stack, service: str) -> None:
    made = (
        "insert into outbox (event_id, type, subject, version, time, recorded_at, correlation_id, causation_id, data{})"
    )
    made += " select gen_random_uuid(), '', gen_random_uuid(), 1, now(), now(), gen_random_uuid(), gen_random_uuid(), '{{}}'{}"
    forbidden = [made.format(", published_at", ", now()"), "insert into incarnation values (gen_random_uuid())"]
    assert asyncio.run(refused(city.dsns[service].app, *forbidden)) == forbidden
    assert asyncio.run(refused(city.dsns[service].app, made.format("", "") + " where false")) == []
