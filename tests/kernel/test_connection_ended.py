"""A connection that its server ends is an error of the moment, also in the instant before its end is known here."""

import asyncio

from services.kernel.db import TRANSIENT, connect
from tests.kernel.conftest import Room
from tests.support.servers import Servers

TRIES = 90


async def test_a_connection_ended_between_two_statements_is_tried_again(room: Room, servers: Servers) -> None:
    admin = await connect(servers.postgres.admin_dsn)
    failed, pid = 0, 0
    for n in range(TRIES):
        try:
            async with room.db.transaction() as tx:
                pid = await tx.fetchval("select pg_backend_pid()")
            ending = asyncio.ensure_future(admin.fetchval("select pg_terminate_backend($1)", pid))
            for _ in range(n % 30):
                await asyncio.sleep(0)
            try:
                async with room.db.transaction() as tx:
                    await tx.fetchval("select 1")
            finally:
                await ending
        except TRANSIENT:
            failed += 1
    await admin.close()
    assert failed > 0, "no connection was ended in the way that this is about"
