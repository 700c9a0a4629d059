"""Every service in turn is ended and started while the town works: nothing acknowledged is lost, doubled or stuck."""

import pytest

from tests.chaos.faults.faults import Faults
from tests.chaos.round import Plan, one_round, report
from tests.chaos.test_fast_profile import SEED


@pytest.mark.timeout(900)
def test_a_rolling_restart_under_load_loses_nothing() -> None:
    async def twice(faults: Faults) -> None:
        for _ in range(2):
            await faults.rolling_restart()

    verdict = one_round("rolling", Plan(SEED, 0, armed=0, script=twice))
    print(report(verdict))
    assert not verdict.violations, verdict.violations
    assert verdict.faults["restart"] == 12 and verdict.faults.get("ended by itself", 0) == 0
    assert verdict.commands["ok"] > 100
