"""The installation under trial: its processes, its servers, and a path that can be cut between every pair."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from infra.kafka import Kafka
from infra.paths import SERVICES
from infra.ports import free_ports
from infra.postgres import Postgres, provision, with_user
from infra.seed import seed_places, seed_staff
from infra.stack import Stack
from tests.chaos.driver.people import seed_more
from tests.chaos.faults.clocks import Clocks
from tests.chaos.faults.proxy import Proxy
from tests.support.city import run
from tests.support.servers import Servers

_OLDER = """
import asyncio, sys
from pathlib import Path
from infra.seed import seed_places, seed_staff
from infra.stack import Stack
from tests.chaos.driver.people import seed_more

async def prepare(stack):
    await stack.prepare()
    await seed_staff(stack.dsns["gateway"].app)
    await seed_places(stack.dsns["ibasho"].app)
    await seed_more(stack)

asyncio.run(prepare(Stack(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4])))
"""
OWNERS = ("intake", "coordination", "ibasho", "notify", "reporting")


class PathedKafka(Kafka):
    """A broker that has a door for each service: it tells whoever comes there to come back over our path."""

    def __init__(self, home: Path, port: int, controller_port: int) -> None:
        super().__init__(home, port, controller_port)
        ports = free_ports(2 * len(SERVICES))
        self.doors = dict(zip(SERVICES, ports[: len(SERVICES)], strict=True))
        self.paths = dict(zip(SERVICES, ports[len(SERVICES) :], strict=True))

    def configuration(self) -> str:
        names = {name: name.upper() for name in SERVICES}
        inner = [f"PLAINTEXT://127.0.0.1:{self.port}", f"CONTROLLER://127.0.0.1:{self.controller_port}"]
        inner += [f"{names[name]}://127.0.0.1:{port}" for name, port in self.doors.items()]
        outer = [inner[0], *(f"{names[name]}://127.0.0.1:{port}" for name, port in self.paths.items())]
        plain = [f"{name}:PLAINTEXT" for name in ("PLAINTEXT", "CONTROLLER", *names.values())]
        more = {"listeners": inner, "advertised.listeners": outer, "listener.security.protocol.map": plain}
        lines = [f"{key}={','.join(values)}\n" for key, values in more.items()]
        return super().configuration() + "".join(lines)  # of a key said twice the last counts


@dataclass
class PathedStack(Stack):
    """A stack whose processes reach the database, the bus and one another over paths of ours, and go by clocks of ours."""

    paths: dict[str, Proxy] = field(default_factory=dict, init=False)
    trees: dict[str, Path] = field(default_factory=dict, init=False)
    """Who runs the code of another folder than ours, of an older release."""

    @cached_property
    def clocks(self) -> Clocks:
        """Everybody's wall clock."""
        return Clocks(self.var / "clocks")

    def tree_of(self, name: str) -> Path:
        return self.trees.get(name, super().tree_of(name))

    def env_of(self, name: str) -> dict[str, str]:
        env = {**super().env_of(name), **self.clocks.env_of(name), "PYTHONPATH": str(self.tree_of(name))}
        if path := self.paths.get(f"{name}-bus"):
            env["KAFKA_BOOTSTRAP_SERVERS"] = f"127.0.0.1:{path.port}"
        if path := self.paths.get(f"{name}-database"):
            env["BANSO_DATABASE_DSN"] = env["BANSO_DATABASE_DSN"].replace(f":{_port(self)}/", f":{path.port}/")
        for owner in OWNERS:
            if path := self.paths.get(f"{name}-{owner}"):
                env[f"BANSO_{owner.upper()}_URL"] = f"http://127.0.0.1:{path.port}"
        return env


def _second(first: PathedStack) -> PathedStack:
    ports = dict(zip(SERVICES, free_ports(len(SERVICES)), strict=True))
    own = ",".join(f"http://{host}:{ports['gateway']}" for host in ("127.0.0.1", "localhost"))
    origins = {"BANSO_PUBLIC_ORIGINS": f"{first.environment['BANSO_PUBLIC_ORIGINS']},{own}"}
    second = replace(first, var=first.var / "second", ports=ports, environment={**first.environment, **origins})
    second.dsns.update(first.dsns)
    second.paths, second.trees = first.paths, dict(first.trees)
    for folder in ("log", "run"):
        (second.var / folder).mkdir(parents=True)
    (second.var / "secrets").symlink_to(first.var / "secrets")
    return second


async def prepare(stack: Stack) -> None:
    """Databases, staff, places, and what a town has on the first day."""
    await stack.prepare()
    await seed_staff(stack.dsns["gateway"].app)
    await seed_places(stack.dsns["ibasho"].app)
    await seed_more(stack)


def _prepare_older(stack: PathedStack, tree: Path) -> None:
    """As the older release did it, in a process of its own; then its databases are known here."""
    said = [stack.admin_dsn, stack.bootstrap, str(stack.var), stack.prefix]
    env = {**os.environ, "PYTHONPATH": str(tree)}
    subprocess.run([sys.executable, "-c", _OLDER, *said], cwd=tree, env=env, check=True)
    for name in SERVICES:
        stack.dsns[name] = run(provision(stack.admin_dsn, stack.prefix, name, stack.var / "secrets"))


def _port(stack: Stack) -> str:
    return with_user(stack.admin_dsn, "", "", "").rsplit(":", 1)[1].split("/")[0]


@dataclass
class Town:
    """What faults are done to."""

    stack: PathedStack
    postgres: Postgres
    kafka: PathedKafka
    door: Proxy
    """Between people and the gateway."""
    second: PathedStack | None = None
    """A second process of every service, where there is one."""

    @property
    def stacks(self) -> tuple[PathedStack, ...]:
        """One, or both."""
        return (self.stack, self.second) if self.second else (self.stack,)

    @property
    def paths(self) -> dict[str, Proxy]:
        """Every path, the door included."""
        return {**self.stack.paths, "people-gateway": self.door}

    @property
    def url(self) -> str:
        """Where people go: through the door."""
        return f"http://127.0.0.1:{self.door.port}"


@contextmanager
def running_town(servers: Servers, prefix: str, *, is_double: bool = False, tree: Path | None = None) -> Iterator[Town]:
    """Prepared, seeded, started and at rest; ended afterwards. `is_double`: two of every service; `tree`: of an older release, with its
    databases. The broker: a `PathedKafka`."""
    assert isinstance(servers.kafka, PathedKafka)
    names = [*(f"{name}-database" for name in SERVICES), *(f"gateway-{name}" for name in OWNERS), "coordination-intake"]
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
    if tree:
        stack.trees = dict.fromkeys(SERVICES, tree)
        _prepare_older(stack, tree)
    else:
        run(prepare(stack))
    second = _second(stack) if is_double else None
    every = [stack.ports, *([second.ports] if second else [])]
    for name in names:
        owner = name.split("-")[1]
        targets = [servers.postgres.port] if owner == "database" else [each[owner] for each in every]
        stack.paths[name] = Proxy(ports[name], *targets)
    for name, port in servers.kafka.paths.items():
        stack.paths[f"{name}-bus"] = Proxy(port, servers.kafka.doors[name])
    door = Proxy(ports["door"], *(each["gateway"] for each in every))
    town = Town(stack, servers.postgres, servers.kafka, door, second)
    try:
        stack.start()
        if second:
            second.start(wait=False)
            for name in SERVICES:
                second.wait_ready(name, bus=False)  # who stands by has no bus
        stack.wait_settled()
        yield town
    finally:
        for each in town.stacks:
            each.stop()
        for path in town.paths.values():
            path.stop()
