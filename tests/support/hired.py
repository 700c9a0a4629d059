"""Somebody who begins to work here: a member of staff of a test's own, whose password and assignments it may change."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from gateway.staff.staff import Member, assign, register_member
from infra.stack import Stack
from services.contracts.codes import Role
from services.contracts.tokyo import tokyo_day
from services.kernel.db import Database
from services.kernel.ids import new_id
from tests.support.rows import rows

FIRST_PASSWORD = "kx93-lantern-oyster"


@dataclass(frozen=True)
class Hired:
    """A new member of staff, assigned from yesterday on."""

    city: Stack
    staff_id: UUID
    login: str

    def reassign(self, role: str = "coordinator", from_days: int = -1, until_days: int | None = None) -> None:
        """From this moment on the only assignment is this one; days count from today."""
        days = [today() + timedelta(days=each) if each is not None else None for each in (from_days, until_days)]
        rows(
            self.city,
            "gateway",
            "update assignment set role = $2, from_date = $3, until = $4 where staff_id = $1",
            *(self.staff_id, role, *days),
        )


def today() -> date:
    """The day in Tokyo."""
    return tokyo_day(datetime.now(UTC))


def hire(city: Stack, unit: str = "hikikomori-support", role: Role = Role.COORDINATOR) -> Hired:
    """Register and assign somebody whom no other test knows."""
    staff_id = new_id()
    login = f"new-{staff_id.hex[-12:]}"

    async def register() -> None:
        db = Database(city.dsns["gateway"].app, 1)
        await db.open()
        async with db.transaction("hire") as tx:
            await register_member(tx, Member(staff_id, login, "新任 試"), FIRST_PASSWORD)
            await assign(tx, staff_id, unit, role, today() - timedelta(days=1))
        await db.close()

    with ThreadPoolExecutor(1) as thread:  # also while Playwright's own loop runs in this one
        thread.submit(asyncio.run, register()).result()
    return Hired(city, staff_id, login)
