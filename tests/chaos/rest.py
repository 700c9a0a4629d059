"""When a town has come to rest."""

import asyncio
import time

from infra.paths import SERVICES
from services.kernel.db import connect
from tests.chaos.faults.town import Town


async def rest(town: Town, seconds: float) -> bool:
    """True once everything is published, applied and fetched; False when that does not come within so many seconds."""
    try:
        await asyncio.wait_for(_all_listen(town), seconds)
        for stack in town.stacks:
            await asyncio.to_thread(stack.wait_settled, seconds)
    except (RuntimeError, TimeoutError):
        return False
    return await _packages_fetched(town, seconds)


async def _all_listen(town: Town) -> None:
    """Every service has the bus, and time to look how far behind it is: one that has just begun says 0 before it knows."""
    waiting = set(SERVICES)
    while waiting:
        for stack in town.stacks:
            said = {name: await asyncio.to_thread(stack.status, name) for name in waiting}
            waiting -= {name for name, status in said.items() if status and status["bus"] == "ok"}
        await asyncio.sleep(0.2)
    await asyncio.sleep(3)


async def _packages_fetched(town: Town, seconds: float) -> bool:
    connection = await connect(town.stack.dsns["coordination"].owner)
    try:
        deadline = time.monotonic() + seconds
        while await connection.fetchval("select count(*) from package_fetch where fetched_at is null"):
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.2)
        return True
    finally:
        await connection.close()
