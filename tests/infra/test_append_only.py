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
    "gateway": (*("device_key_private", "erased", "staff_change", "staff_change_line", "staff_change_private"),),
    "intake": ("access_review", "consultation", "erasure"),
    "coordination": (
        *("access_review", "basis", "basis_end", "contact_safety", "erasure", "erasure_done", "handoff_package"),
        *("participant_forgotten", "person", "visit"),
    ),
    "ibasho": (
        *("attendance", "correction", "erased_line", "erasure", "erasure_done", "participant", "participant_alias"),
        *("place", "place_name", "programme", "programme_name", "session_staff"),
    ),
    "notify": ("closed_unit", "session_staff"),
    "reporting": (
        *("case_window", "fact_attendance", "fact_closing", "fact_consultation", "fact_correction", "fact_handoff"),
        *("fact_session", "fact_session_closed", "fact_visit"),
    ),
}
"""No more and no less than the grants say (below)."""
TABLES = [(service, table) for service in SERVICES for table in (*EVERYWHERE, *OWN.get(service, ()))]
MAY_CHANGE = {"outbox": {"published_at"}, "participant": {"code"}, "participant_alias": {"code"}}
"""The relay marks what the broker has acknowledged; an erasure forgets the code of a token."""
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


_GRANTED = """
select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and
"""
_ANY = "select, insert, update, references"


async def granted(dsn: str, condition: str, *values: object) -> set[str]:
    """The tables (and views) of one database for which it holds."""
    connection = await connect(dsn)
    try:
        return {row["relname"] for row in await connection.fetch(_GRANTED + condition, *values)}
    finally:
        await connection.close()


@pytest.mark.parametrize("service", SERVICES)
def test_the_list_is_what_the_grants_say(city: Stack, service: str) -> None:
    """A new table of which no row can be changed or removed is on the list, and none leaves it by a grant."""
    dsns = city.dsns[service]
    fixed = "not has_any_column_privilege($1, oid, 'update') and not has_table_privilege($1, oid, 'delete')"
    fixed += " and has_any_column_privilege($1, oid, 'select, insert')"
    found = asyncio.run(granted(dsns.owner, fixed, dsns.app_role))
    listed = {table for name, table in TABLES if name == service}
    assert found | (MAY_CHANGE.keys() & listed) == listed


@pytest.mark.parametrize("service", SERVICES)
def test_the_copying_role_has_the_log_and_its_mark_and_nothing_else(city: Stack, service: str) -> None:
    dsns, role = city.dsns[service], f"{city.dsns[service].app_role}_copy"
    any_of = (
        f"(has_any_column_privilege($1, oid, '{_ANY}') or has_table_privilege($1, oid, 'delete, truncate, trigger'))"
    )
    assert asyncio.run(granted(dsns.owner, any_of, role)) == {"access_log"}
    columns = asyncio.run(columns_of(dsns.owner, "access_log"))
    forbidden = [f'update access_log set "{each}" = default where false' for each in columns if each != "published_at"]
    forbidden += ["delete from access_log where false", "truncate access_log", "alter table access_log rename to gone"]
    forbidden += ["insert into access_log default values", "drop table access_log", "create table mine (n int)"]
    assert asyncio.run(refused(dsns.copy, *forbidden)) == forbidden


@pytest.mark.parametrize("service", SERVICES)
def test_an_event_is_not_born_told_and_no_service_starts_an_incarnation(city: Stack, service: str) -> None:
    made = (
        "insert into outbox (event_id, type, subject, version, time, recorded_at, correlation_id, causation_id, data{})"
    )
    made += " select gen_random_uuid(), '', gen_random_uuid(), 1, now(), now(), gen_random_uuid(), gen_random_uuid(), '{{}}'{}"
    forbidden = [made.format(", published_at", ", now()"), "insert into incarnation values (gen_random_uuid())"]
    assert asyncio.run(refused(city.dsns[service].app, *forbidden)) == forbidden
    assert asyncio.run(refused(city.dsns[service].app, made.format("", "") + " where false")) == []
