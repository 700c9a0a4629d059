"""The protocol of submit, relay and apply under every order of faults that Hypothesis can think of; and the same with one part wrong,
which must be found. `BANSO_MODEL_EXAMPLES` sets how many lives are tried, `BANSO_MODEL_SEED` another beginning."""

import asyncio
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from infra.keys import ensure_keys
from services.kernel.settings import Settings
from tests.model.machine import Protocol
from tests.model.room import Room
from tests.model.wrong import WRONG
from tests.support.servers import Servers

EXAMPLES = int(os.environ.get("BANSO_MODEL_EXAMPLES", "40"))
SEED = int(os.environ.get("BANSO_MODEL_SEED", "1"))
FOUND_WITHIN, ROUND = 400, 10


pytestmark = pytest.mark.timeout(900)  # what was found is made small before it is told


@pytest.fixture(scope="module")
def town(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Protocol]]:
    home = tmp_path_factory.mktemp("model")
    loop, room = asyncio.new_event_loop(), Room()
    loop.run_until_complete(room.open(servers, home))
    Protocol.loop, Protocol.room = loop, room
    Protocol.settings = Settings(
        database_dsn=room.dsns.app, KAFKA_BOOTSTRAP_SERVERS="", keys_dir=ensure_keys(home / "keys")
    )
    yield Protocol
    loop.run_until_complete(room.close())
    loop.close()


def live(machine: type[Protocol], examples: int, *phases: Phase) -> None:
    """So many lives of at most 50 steps, in rounds: within one, Hypothesis soon repeats itself with small changes."""
    for number in range(0, examples, ROUND):
        run_state_machine_as_test(
            seed(SEED + number)(machine),
            settings=settings(
                max_examples=min(ROUND, examples - number),
                stateful_step_count=50,
                deadline=None,
                database=None,
                report_multiple_bugs=False,
                phases=phases or (Phase.generate, Phase.shrink),
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_nothing_acknowledged_is_lost_doubled_or_out_of_order_whatever_dies(town: type[Protocol]) -> None:
    live(town, EXAMPLES)


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_part_is_found(town: type[Protocol], wrong: str) -> None:
    class Mutant(town):  # type: ignore[valid-type, misc]
        parts = WRONG[wrong]

    with pytest.raises((AssertionError, BaseExceptionGroup)) as found:
        live(Mutant, FOUND_WITHIN, Phase.generate)
    print(f"{wrong}: {found.value!r:.120}")
