"""Whoever works here no more: the street they live in goes, whether their last day was today's decision or one long known."""

import asyncio

from gateway import staff_store
from services.contracts.tokyo import tokyo_day
from services.kernel.app import Service
from services.kernel.loops import again_and_again

LOOK_AGAIN_SECONDS = 600


async def forget_streets(service: Service) -> None:
    """For ever: a last day passes without anybody doing anything."""
    await again_and_again("leavers", lambda: _forget(service))


async def _forget(service: Service) -> None:
    async with service.db.transaction("leavers") as tx:
        await staff_store.forget_streets(tx, tokyo_day(service.clock()))
    await asyncio.sleep(LOOK_AGAIN_SECONDS)
