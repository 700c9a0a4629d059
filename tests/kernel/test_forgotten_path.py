"""A path that forgets its connections without a word (a firewall that starts anew): nobody has to be called for it."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlsplit, urlunsplit

import pytest

from infra.ports import free_ports
from services.kernel.commands import execute
from services.kernel.db import SILENCE_SECONDS, Database
from tests.chaos.faults.proxy import Proxy
from tests.kernel.conftest import COMMANDS, Room
from tests.kernel.test_commands import ANNA, envelope
from tests.kernel.test_outbox import Relaying, read_topic


@pytest.fixture
def path(room: Room) -> Iterator[Proxy]:
    """To the room's database."""
    proxy = Proxy(free_ports(1)[0], urlsplit(room.dsns.app).port or 5432)
    yield proxy
    proxy.stop()


def over(path: Proxy, dsn: str) -> str:
    """The same database by that path."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{path.port}"))


async def test_one_silent_connection_is_enough_to_leave_all_of_them(room: Room, path: Proxy) -> None:
    db, together = Database(over(path, room.dsns.app), 4), asyncio.Barrier(4)
    await db.open()

    async def ask_together() -> None:
        async with db.transaction() as tx:
            await together.wait()  # four connections
            await tx.fetchval("select 1")

    await asyncio.gather(*(ask_together() for _ in range(4)))
    path.forget()
    with pytest.raises(TimeoutError):
        async with db.transaction() as tx:
            await tx.fetchval("select 1")
    await asyncio.gather(*(ask_together() for _ in range(4)))
    await db.close()


async def test_a_relay_on_a_silent_connection_begins_again_by_itself(room: Room, path: Proxy) -> None:
    apart = replace(room, settings=room.settings.model_copy(update={"database_dsn": over(path, room.dsns.app)}))
    async with Relaying(apart):
        await execute(room.db, COMMANDS, envelope(), ANNA, datetime.now(UTC))
        assert len(await read_topic(room, 1)) == 1
        path.forget()
        await execute(room.db, COMMANDS, envelope(), ANNA, datetime.now(UTC))
        assert len(await read_topic(room, 2, seconds=SILENCE_SECONDS + 30)) == 2
