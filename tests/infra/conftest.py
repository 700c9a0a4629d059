"""A cluster and a broker of these tests' own: they are killed on purpose."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.kafka import Kafka
from infra.ports import free_ports
from infra.postgres import Postgres


@dataclass
class Machine:
    """PostgreSQL and Kafka that nobody else uses."""

    postgres: Postgres
    kafka: Kafka


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    """Started once; stopped and forgotten at the end."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", ignore_cleanup_errors=True) as home:
        Path(home).chmod(0o755)
        first, second, third = free_ports(3)
        made = Machine(Postgres(Path(home) / "postgres", first), Kafka(Path(home) / "kafka", second, third))
        made.postgres.start()
        made.kafka.start()
        yield made
        made.kafka.kill()
        made.postgres.stop("immediate")
