"""The staff register goes on too: an auditor gets one dated assignment after the other."""

import asyncio
from datetime import date, timedelta

from gateway.staff import staff
from infra.seed_people import staff_id
from infra.stack import Stack
from services.contracts.codes import Role
from services.kernel.db import TRANSIENT, Database
from services.kernel.errors import Overloaded
from services.kernel.ids import derived_id
from tests.chaos.driver.journal import Journal

WHO, UNIT = staff_id("fujiwara"), "audit-office"


class Register:
    """Whoever keeps it. `made`: how many days are in it for certain."""

    def __init__(self, stack: Stack, journal: Journal, may_write: asyncio.Event) -> None:
        self._db, self._journal, self._may_write = Database(stack.dsns["gateway"].app, 1), journal, may_write
        self.made = 0

    async def run(self, stopping: asyncio.Event) -> None:
        """A day more, twice a second, until told to stop."""
        await self._db.open()
        while not stopping.is_set():
            await self._may_write.wait()
            if await self._assign(self.made):
                self.made += 1
            await asyncio.sleep(0.5)
        await self._db.close()

    async def again(self) -> None:
        """After a restore: every day anew, as the paper has them. An assignment is made once."""
        for number in range(self.made):
            while not await self._assign(number):  # noqa: ASYNC110 - the answer comes from elsewhere
                await asyncio.sleep(0.2)

    async def _assign(self, number: int) -> bool:
        day = date(1990, 1, 1) + timedelta(days=number)
        try:
            async with self._db.transaction("register") as tx:
                await staff.assign(tx, WHO, UNIT, Role.AUDITOR, day)
        except (*TRANSIENT, Overloaded, TimeoutError):
            return False  # the same day again
        await self._journal.say("registered", assignment=str(derived_id(WHO, UNIT, Role.AUDITOR, day)))
        return True
