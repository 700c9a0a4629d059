"""Wrong wall clocks: each service by ±1 hour and ±1 year, and set back while it works. Nothing is refused, lost or disordered."""

import asyncio
import re

import pytest

from infra.paths import SERVICES
from services.kernel.db import connect
from tests.chaos.faults.clocks import SKEWS, can_skew
from tests.chaos.faults.faults import Faults
from tests.chaos.round import Plan, one_round, report
from tests.chaos.test_fast_profile import SEED

STEP_SECONDS = 2.0
_SAID_OF_TIME = re.compile(r"token_expired|token_invalid|InvalidTimestamp|out of range of broker")


@pytest.mark.timeout(900)
def test_a_service_whose_wall_clock_is_wrong_refuses_nothing_and_dates_nothing_wrongly() -> None:
    assert can_skew(), "please run: sudo apt-get install gcc libc6-dev"
    said: list[str] = []

    async def go_wrong(faults: Faults) -> None:
        for name in SERVICES:
            for skew in SKEWS:
                await faults.note("clock", f"{name} {skew}")
                faults.town.stack.clocks.set(name, SKEWS[skew])
                await asyncio.sleep(STEP_SECONDS)
        await look(faults)

    async def look(faults: Faults) -> None:
        stack = faults.town.stack
        said.extend(
            f"{name}: {found}" for name in SERVICES for found in _SAID_OF_TIME.findall(stack.log_file(name).read_text())
        )
        said.extend(await moments(faults))

    verdict = one_round("clocks", Plan(SEED, 0, armed=0, script=go_wrong))
    print(report(verdict))
    assert not verdict.violations, verdict.violations
    assert not said, said[:10]
    assert verdict.commands["ok"] > 300


async def moments(faults: Faults) -> list[str]:
    """What was dated minutes off by a service."""
    found: list[str] = []
    for service in ("gateway", "intake", "coordination", "ibasho", "notify"):
        query = "select last_seen_at from session" if service == "gateway" else "select recorded_at from outbox"
        connection = await connect(faults.town.stack.dsns[service].owner)
        try:
            off = f"select x.* from ({query}) x(at) where abs(extract(epoch from now() - at)) > 600"  # the test is over sooner
            found += [f"{service} wrote {row[0]}" for row in await connection.fetch(off)]
        finally:
            await connection.close()
    return found
