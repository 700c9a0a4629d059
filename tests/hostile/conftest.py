"""One installation to be rude to, apart from everybody else's: its throttles and logs are full of it afterwards."""

from collections.abc import Iterator

import pytest

from infra.stack import Stack
from tests.hostile.story import Story, tell
from tests.support.city import running_city
from tests.support.servers import Servers


@pytest.fixture(scope="session")
def town(servers: Servers) -> Iterator[Stack]:
    """Every service running, with the demo staff."""
    with running_city(servers, "hostile") as stack:
        yield stack


@pytest.fixture(scope="session")
def story(town: Stack) -> Story:
    """A case, a handoff, an afternoon of We+: things whose ids the fuzzers may use."""
    return tell(town)
