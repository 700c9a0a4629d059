"""The staff register goes on too: an auditor gets one dated assignment after the other."""

import asyncio
from datetime import date, timedelta

from gateway import staff
from infra.seed_people import staff_id
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import TRANSIENT, Database
from services.kernel.errors import Overloaded


async def register(stack: Stack, stopping: asyncio.Event) -> int:
    """Until told to stop. Answers how many were made."""
    db, made = Database(stack.dsns["gateway"].app, 1), 0
    await db.open()
    while not stopping.is_set():
        day = date(1990, 1, 1) + timedelta(days=made)
        try:
            async with db.transaction("register") as tx:
                await staff.assign(tx, staff_id("fujiwara"), "audit-office", Role.AUDITOR, day)
            made += 1
        except (*TRANSIENT, Overloaded, TimeoutError):
            pass  # the same day again: an assignment is made once
        await asyncio.sleep(0.5)
    await db.close()
    return made
