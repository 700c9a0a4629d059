"""A database with the kernel's tables and one table of its own, and topics of its own on the shared broker."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from infra.keys import ensure_keys
from infra.migrate import migrate
from infra.paths import ROOT
from infra.postgres import Dsns, provision
from infra.topics import create_topics
from services.contracts.base import Command, EventData
from services.kernel.commands import Work, specs
from services.kernel.db import Database, connect
from services.kernel.errors import Refusal
from services.kernel.ids import new_id
from services.kernel.settings import Settings
from tests.support.servers import Servers


class Tick(Command):
    """A toy command: counts on a counter."""

    step: int = 1


class Ticked(EventData):
    """A toy event."""

    SERVICE = "intake"
    counter_id: UUID
    step: int


EVENTS = {Ticked.type_name(): Ticked}


async def tick(command: Tick, counter_id: UUID, work: Work) -> dict[str, object] | Refusal:
    """Adds to a counter; refuses 13, and 14 so that what it wrote stays."""
    if command.step == 13:
        raise Refusal("not_possible", "thirteen is refused")
    await work.tx.execute(
        "insert into counter as c values ($1, $2) on conflict (counter_id) do update set value = c.value + $2",
        *(counter_id, command.step),
    )
    if command.step == 14:
        return Refusal("not_possible", "fourteen is refused, and counted")
    await work.emit(counter_id, Ticked(counter_id=counter_id, step=command.step))
    return {"counterId": str(counter_id)}


COMMANDS = specs((Tick, tick))


@dataclass
class Room:
    """One service's database and bus, for one test."""

    db: Database
    dsns: Dsns
    settings: Settings

    async def value(self, query: str, *arguments: object) -> object:
        """One value, as the owner."""
        connection = await connect(self.dsns.owner)
        try:
            return await connection.fetchval(query, *arguments)
        finally:
            await connection.close()


@pytest.fixture
async def room(servers: Servers, tmp_path: Path) -> AsyncIterator[Room]:
    """Fresh tables and topics."""
    prefix = f"k{str(new_id())[-8:]}"
    dsns = await provision(servers.postgres.admin_dsn, prefix, "intake", tmp_path / "secrets")
    await migrate(dsns.owner, [ROOT / "services" / "kernel" / "migrations"], dsns.app_role)
    owner = await connect(dsns.owner)
    await owner.execute("create table counter (counter_id uuid primary key, value int not null)")
    await owner.execute(f"grant select, insert, update on counter to {dsns.app_role}")
    await owner.close()
    await create_topics(servers.kafka.bootstrap, prefix)
    settings = Settings(
        database_dsn=dsns.app,
        KAFKA_BOOTSTRAP_SERVERS=servers.kafka.bootstrap,
        topic_prefix=prefix,
        keys_dir=ensure_keys(tmp_path / "keys"),
    )
    db = Database(dsns.app, 6)
    await db.open()
    yield Room(db, dsns, settings)
    await db.close()
