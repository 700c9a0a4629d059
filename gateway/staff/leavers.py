"""Whoever works here no more: where they lived is kept as long as 記録の閲覧 tells of what they read, so that nobody takes
the mark of the own street from a read by ending an assignment; then it goes. So does what was handed in and never sent on."""

import asyncio
from datetime import timedelta

from gateway.devices import device_store
from gateway.staff import staff_store
from services.contracts.access_log import DAYS_BACK
from services.contracts.tokyo import tokyo_day
from services.kernel.app import Service
from services.kernel.loops import again_and_again
from services.person_request import RetentionSettings

LOOK_AGAIN_SECONDS = 600


async def forget_leavers(service: Service) -> None:
    """For ever: a last day passes without anybody doing anything."""
    await again_and_again("leavers", lambda: _forget(service))


async def _forget(service: Service) -> None:
    async with service.db.transaction("leavers") as tx:
        await staff_store.forget_streets(tx, tokyo_day(service.clock()) - timedelta(days=DAYS_BACK))
        await device_store.forget_old(tx, service.clock(), RetentionSettings().retention_years)
    await asyncio.sleep(LOOK_AGAIN_SECONDS)
