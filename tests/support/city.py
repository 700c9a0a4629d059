"""A whole installation for tests: every service a process of its own, the demo staff and places, nothing else."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from infra.paths import PROCESSES
from infra.ports import free_ports
from infra.seed import seed_places, seed_staff
from infra.stack import Stack
from tests.support.servers import Servers


def run(work):
    """Run a coroutine outside any running loop (fixtures are synchronous)."""
    return asyncio.run(work)


@contextmanager
def running_city(
    servers: Servers, prefix: str, environment: Mapping[str, str] | None = None, path_ports: Sequence[int] = ()
) -> Iterator[Stack]:
    """Prepare and start a stack with the demo staff and places; end it afterwards. `path_ports` are addresses of ours as well."""
    ports = dict(zip(PROCESSES, free_ports(len(PROCESSES)), strict=True))
    ours = [f"http://{host}:{ports['gateway']}" for host in ("localhost", "127.0.0.1")]
    origins = ",".join([*ours, *(f"http://localhost:{port}" for port in path_ports)])
    stack = Stack(
        servers.postgres.admin_dsn,
        servers.kafka.bootstrap,
        servers.home / prefix,
        prefix,
        ports,
        {"BANSO_ENV": "test", "BANSO_PUBLIC_ORIGINS": origins, **(environment or {})},
    )
    run(stack.prepare())
    run(seed_staff(stack.dsns["gateway"].app))
    run(seed_places(stack.dsns["ibasho"].app))
    try:
        stack.start()
        stack.wait_settled()
        yield stack
    finally:
        stack.stop()
