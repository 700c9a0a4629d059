"""PostgreSQL and Kafka for the tests: the same as in `make run`, in a folder that goes away."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from infra.kafka import Kafka
from infra.ports import free_ports
from infra.postgres import Postgres


@dataclass
class Servers:
    """A running cluster and broker."""

    postgres: Postgres
    kafka: Kafka
    home: Path


@contextmanager
def running_servers(
    broker: type[Kafka] = Kafka, disk: Callable[[Path], AbstractContextManager[object]] = nullcontext
) -> Iterator[Servers]:
    """Start both in a folder of their own, and end them whatever happened. `disk`: what the folder is made of meanwhile."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="banso-test-", ignore_cleanup_errors=True) as home:
        folder = Path(home)
        folder.chmod(0o755)
        with disk(folder):
            first, second, third = free_ports(3)
            servers = Servers(
                Postgres(folder / "pg" / "cluster", first), broker(folder / "kafka", second, third), folder
            )
            servers.postgres.start()
            servers.kafka.start()
            try:
                yield servers
            finally:
                servers.kafka.kill()
                servers.postgres.stop("immediate")
