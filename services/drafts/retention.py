"""A draft that nobody went on with for as long as a record is kept (保存期間): its words go. It is no record of the unit yet
(個人情報保護法60条1項) and nobody but its author could read it, so nobody decides."""

import asyncio
from datetime import datetime

from services.kernel.app import Service
from services.kernel.db import Connection
from services.kernel.loops import again_and_again
from services.person_request import RetentionSettings

LOOK_AGAIN_SECONDS = 3600


async def forget_old_drafts(service: Service) -> None:
    """For ever: years pass without anybody doing anything."""
    await again_and_again("drafts", lambda: _look(service))


async def _look(service: Service) -> None:
    async with service.db.transaction("drafts") as tx:
        await forget_old(tx, service.clock(), RetentionSettings().retention_years)
    await asyncio.sleep(LOOK_AGAIN_SECONDS)


async def forget_old(tx: Connection, now: datetime, years: int) -> None:
    """Of a draft last saved so long ago the id stays, so that no late save brings it back."""
    query = (
        "update draft_private set body = '{}', finished_at = $1"
        " where finished_at is null and saved_at < $1::timestamptz - make_interval(years => $2)"
    )
    await tx.execute(query, now, years)
