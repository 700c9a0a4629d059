"""The real half of the protocol test: PostgreSQL with the kernel's and the gateway's tables, one table for what a listener did,
and a pool that can be killed at each edge of a transaction. And the backup: every row as it stood, sequences included."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID, uuid4

from gateway.devices import device_store
from infra.migrate import folders_of, migrate
from infra.postgres import Dsns, provision
from infra.rebuild_bus import _begin_again
from services.contracts.base import EventData
from services.kernel.commands import Work
from services.kernel.db import Connection, Database, connect
from services.kernel.ids import derived_id
from services.kernel.stream import Event
from tests.kernel.conftest import Ticked
from tests.support.servers import Servers

EFFECTS = """
create table counter (counter_id uuid primary key, value int not null);
create table effect (n bigint generated always as identity primary key, subject uuid not null, version bigint not null,
                     event_id uuid not null);
grant select, insert, update on counter, effect to {app};
create schema backup;
"""
KEPT = (
    *(
        "command_log",
        "subject_version",
        "outbox",
        "incarnation",
        "consumer_offset",
        "seen",
        "dead_letter",
        "access_log",
    ),
    *("counter", "effect", "handed_in"),
)
NUMBERED = {"outbox": "id", "dead_letter": "id", "access_log": "id", "effect": "n"}


class Killed(BaseException):
    """kill -9. No `except Exception` may hold it up."""


class Echoed(EventData):
    """What the listener itself says about each event it hears."""

    SERVICE = "intake"
    counter_id: UUID


EVENTS: dict[str, type[EventData]] = {each.type_name(): each for each in (Ticked, Echoed)}


async def hear(event: Event, work: Work) -> None:
    """The listener's reaction: an effect, and an event of its own under another subject."""
    query = "insert into effect (subject, version, event_id) values ($1, $2, $3)"
    await work.tx.execute(query, event.subject, event.version, event.id)
    await work.emit(derived_id(event.subject, "echo"), Echoed(counter_id=event.subject))


class Mortal(Database):
    """The real pool. `die_in(n)`: the n-th edge from now kills: before BEGIN, before COMMIT, after COMMIT, and so on.
    `hold_up()`: from now on a command waits before its COMMIT for `gate`."""

    left: int | None = None
    gate: asyncio.Event | None = None
    reached: asyncio.Event

    def die_in(self, edges: int | None) -> None:
        self.left = edges

    def hold_up(self) -> None:
        self.gate, self.reached = asyncio.Event(), asyncio.Event()

    def edge(self) -> None:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                self.left = None
                raise Killed

    @asynccontextmanager
    async def transaction(
        self, point: str = "transaction", isolation: Literal["read_committed", "repeatable_read"] = "read_committed"
    ) -> AsyncIterator[Connection]:
        self.edge()
        async with super().transaction(point, isolation) as tx:
            yield tx
            if self.gate and point == "command":
                self.reached.set()
                await self.gate.wait()
            self.edge()
        self.edge()


class Room:
    """One database for all examples, emptied before each."""

    dsns: Dsns
    db: Mortal
    slow: Mortal
    owner: Any

    async def open(self, servers: Servers, secrets: Path) -> None:
        """Make the database and the pools."""
        self.dsns = await provision(servers.postgres.admin_dsn, f"m{uuid4().hex[:8]}", "gateway", secrets)
        await migrate(self.dsns.owner, folders_of("gateway"), self.dsns.app_role)
        self.owner = await connect(self.dsns.owner)
        await self.owner.execute(EFFECTS.replace("{app}", self.dsns.app_role))
        for table in KEPT:
            await self.owner.execute(f"create table backup.{table} (like {table})")
        database = await self.owner.fetchval("select current_database()")
        # Processes are killed here, never the disk.
        await self.owner.execute(
            f"alter database {database} set synchronous_commit = off; set synchronous_commit = off"
        )
        self.db, self.slow = Mortal(self.dsns.app, 4), Mortal(self.dsns.app, 1)
        await self.db.open()
        await self.slow.open()

    async def close(self) -> None:
        """Everything of it."""
        await self.owner.close()
        await self.db.close()
        await self.slow.close()

    async def empty(self, devices: dict[UUID, UUID]) -> None:
        """A first day: devices (id -> whose) are registered, nothing was said yet."""
        for pool in (self.db, self.slow):
            pool.die_in(None)
            pool.gate = None
        for device, staff in devices.items():
            await self.owner.execute("insert into staff values ($1, $2) on conflict do nothing", staff, staff.hex)
            await device_store.register(self.owner, device, staff, "", b"", datetime.now(UTC))
        emptied = ";".join(f"delete from {table}" for table in KEPT)
        anew = "insert into incarnation (id) values (gen_random_uuid()); update device set revoked_at = null"
        await self.owner.execute(f"{emptied}; {anew}")
        await self.back_up()

    async def back_up(self) -> None:
        """Keep everything as it stands."""
        steps = [f"delete from backup.{table}; insert into backup.{table} select * from {table}" for table in KEPT]
        await self.owner.execute(";".join(steps))

    async def restore(self) -> None:
        """Everything as it stood at the last backup, then what `make rebuild-bus` does to a database."""
        steps = [f"delete from {t}; insert into {t} overriding system value select * from backup.{t}" for t in KEPT]
        for table, column in NUMBERED.items():
            sequence = f"pg_get_serial_sequence('{table}', '{column}')"
            steps.append(f"select setval({sequence}, coalesce(max({column}), 0) + 1, false) from {table}")
        await self.owner.execute(";".join(steps))
        await _begin_again(self.owner, uuid4())

    async def everything(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of all tables, in the order of writing where there is one; in one look."""
        parts = [
            f"'{table}', (select coalesce(jsonb_agg(to_jsonb(t) order by {NUMBERED.get(table, '1')}), '[]') from {table} t)"
            for table in KEPT
        ]
        query = f"select jsonb_build_object({', '.join(parts)})"
        found: dict[str, list[dict[str, Any]]] = await self.owner.fetchval(query)
        return found

    async def incarnation(self) -> UUID:
        """The one of now."""
        found: UUID = await self.owner.fetchval("select id from incarnation order by started_at desc limit 1")
        return found
