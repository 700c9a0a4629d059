"""The tests of the gateway share one address: failed tries of one test are none of the next one's."""

from collections.abc import Iterator

import pytest

from infra.stack import Stack
from tests.support.rows import rows


@pytest.fixture(autouse=True)
def no_failed_tries(city: Stack) -> Iterator[None]:
    yield
    rows(city, "gateway", "delete from sign_in_failure")
