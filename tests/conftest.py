"""What every suite shares: one PostgreSQL, one Kafka, one whole installation."""

import os
from collections.abc import Iterator

import pytest

from infra.stack import Stack
from tests.support.city import running_city
from tests.support.full_documents import trusting_full_documents
from tests.support.servers import Servers, running_servers


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """PostgreSQL and Kafka, as `make run` starts them."""
    given = {name: os.environ.pop(name, None) for name in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")}
    with running_servers() as found:
        yield found
    os.environ.update({name: value for name, value in given.items() if value})


@pytest.fixture(scope="session")
def city(servers: Servers) -> Iterator[Stack]:
    """Every service running, with the demo staff. Its gateway also trusts the documents that ask for every field."""
    with running_city(servers, "city", trusting_full_documents(servers.home)) as stack:
        yield stack
