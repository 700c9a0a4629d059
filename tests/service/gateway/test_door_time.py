"""Before the password is looked at, a known login costs the door as many questions to the database as an unknown one."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace

from fastapi import Request

from gateway.sign_in import by_password, throttle
from infra.stack import Stack
from services.kernel.db import connect
from services.kernel.ids import new_id
from tests.support.hired import hire


async def test_the_door_asks_as_much_about_a_stranger_as_about_somebody(city: Stack) -> None:
    service = SimpleNamespace(settings=SimpleNamespace(env="test"))
    app = SimpleNamespace(state=SimpleNamespace(service=service))
    request = Request({"type": "http", "headers": [], "client": ("127.0.0.1", 1), "app": app})
    connection = await connect(city.dsns["gateway"].app)
    await connection.fetch("select $1::bytea[]", [b""])  # what the driver asks once about its types
    said: list[str] = []
    connection.add_query_logger(lambda record: said.append(record.query))
    asked = []
    try:
        for staff_id in (hire(city).staff_id, None):
            said.clear()
            keys = await by_password.keys_of(connection, request, f"login-{new_id()}", staff_id)
            assert set(keys) == {"pair", "account", "address"}
            async with connection.transaction():
                assert set(await throttle.begin(connection, keys, datetime.now(UTC))) == {"pair", "address"}
            await asyncio.sleep(0.05)  # asyncpg tells its loggers a moment later
            asked.append(list(said))
    finally:
        await connection.close()
    assert asked[0] == asked[1] != []
