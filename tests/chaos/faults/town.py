"""The installation under trial: its processes, its servers, and a path that can be cut between every pair."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.kafka import Kafka
from infra.paths import SERVICES
from infra.ports import free_ports
from infra.postgres import Postgres, with_user
from infra.seed import seed_places, seed_staff
from infra.stack import Stack
from tests.chaos.driver.people import seed_more
from tests.chaos.faults.proxy import Proxy
from tests.support.city import run
from tests.support.servers import Servers

OWNERS = ("intake", "coordination", "ibasho", "notify", "reporting")


@dataclass
class PathedStack(Stack):
    """A stack whose processes reach the database, and the gateway its owners, over paths of ours."""

    paths: dict[str, Proxy] = field(default_factory=dict, init=False)

    def env_of(self, name: str) -> dict[str, str]:
        env = super().env_of(name)
        if path := self.paths.get(f"{name}-database"):
            env["BANSO_DATABASE_DSN"] = env["BANSO_DATABASE_DSN"].replace(f":{_port(self)}/", f":{path.port}/")
        for owner in OWNERS:
            if name == "gateway" and (path := self.paths.get(f"gateway-{owner}")):
                env[f"BANSO_{owner.upper()}_URL"] = f"http://127.0.0.1:{path.port}"
        return env


def _port(stack: Stack) -> str:
    return with_user(stack.admin_dsn, "", "", "").rsplit(":", 1)[1].split("/")[0]


@dataclass
class Town:
    """What faults are done to."""

    stack: PathedStack
    postgres: Postgres
    kafka: Kafka
    door: Proxy
    """Between people and the gateway."""

    @property
    def paths(self) -> dict[str, Proxy]:
        """Every path, the door included."""
        return {**self.stack.paths, "people-gateway": self.door}

    @property
    def url(self) -> str:
        """Where people go: through the door."""
        return f"http://127.0.0.1:{self.door.port}"


@contextmanager
def running_town(servers: Servers, prefix: str) -> Iterator[Town]:
    """Prepared, seeded, started and at rest; ended afterwards."""
    names = [*(f"{name}-database" for name in SERVICES), *(f"gateway-{name}" for name in OWNERS)]
    ports = dict(zip([*SERVICES, *names, "door"], free_ports(len(SERVICES) + len(names) + 1), strict=True))
    origins = ",".join(
        f"http://{host}:{ports[port]}" for port in ("door", "gateway") for host in ("127.0.0.1", "localhost")
    )
    stack = PathedStack(
        servers.postgres.admin_dsn,
        servers.kafka.bootstrap,
        servers.home / prefix,
        prefix,
        {name: ports[name] for name in SERVICES},
        {"BANSO_ENV": "test", "BANSO_PUBLIC_ORIGINS": origins},
    )
    run(stack.prepare())
    run(seed_staff(stack.dsns["gateway"].app))
    run(seed_places(stack.dsns["ibasho"].app))
    run(seed_more(stack))
    for name in names:
        target = servers.postgres.port if name.endswith("-database") else ports[name.removeprefix("gateway-")]
        stack.paths[name] = Proxy(ports[name], target)
    town = Town(stack, servers.postgres, servers.kafka, Proxy(ports["door"], ports["gateway"]))
    try:
        stack.start()
        stack.wait_settled()
        yield town
    finally:
        stack.stop()
        for path in town.paths.values():
            path.stop()
