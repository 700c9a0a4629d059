"""Two replicas of a service: when the one at work is killed, the other takes over its relay and its consumer.

First one after the other with the promise in seconds; then a whole town of two each, at work under kills, judged as in a round.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from infra.paths import SERVICES
from infra.ports import free_ports
from infra.stack import Stack
from services.kernel.consumer import CONSUMER_LOCK
from services.kernel.db import connect
from services.kernel.outbox import RELAY_LOCK
from tests.chaos.faults.faults import Faults
from tests.chaos.faults.town import PathedKafka, Town, running_town
from tests.chaos.round import Plan, play, report
from tests.chaos.test_fast_profile import SEED
from tests.support.city import running_city
from tests.support.person import Person, open_case, visit_payload
from tests.support.servers import Servers, running_servers

NAMES = ("intake", "coordination", "ibasho", "notify")
WITHIN_SECONDS = 10.0
"""The promise, after a kill of the one at work."""
_HOLDER = """
select l.pid from pg_locks l join pg_database d on d.oid = l.database
where d.datname = $1 and l.locktype = 'advisory' and l.classid = 0 and l.objid = $2 and l.granted
"""


@pytest.fixture
def pair(servers: Servers) -> Iterator[tuple[Stack, Stack]]:
    """An installation, and a second process of every service beside it."""
    with running_city(servers, "pair") as first:
        ports = {**first.ports, **dict(zip(NAMES, free_ports(len(NAMES)), strict=True))}
        second = replace(first, var=first.var / "second", ports=ports)
        second.dsns.update(first.dsns)
        for folder in ("log", "run"):
            (second.var / folder).mkdir(parents=True)
        (second.var / "secrets").symlink_to(first.var / "secrets")
        second.start(NAMES, wait=False)
        try:
            for name in NAMES:
                second.wait_ready(name, bus=False)
            yield first, second
        finally:
            second.stop()


async def holder(stack: Stack, name: str, lock: int) -> int | None:
    """The connection that holds a lock of a service's database."""
    connection = await connect(stack.admin_dsn)
    try:
        return await connection.fetchval(_HOLDER, f"{stack.prefix}_{name}", lock)
    finally:
        await connection.close()


def seconds_until_taken_over(stack: Stack, name: str, lock: int, before: int | None) -> float:
    """From now until another connection holds the lock."""
    begun = time.monotonic()
    while (found := asyncio.run(holder(stack, name, lock))) in (None, before):
        assert time.monotonic() < begun + 60, f"nobody took over {name}: {found}"
        time.sleep(0.05)
    return time.monotonic() - begun


def test_a_killed_replica_is_replaced_and_nothing_doubles(pair: tuple[Stack, Stack]) -> None:
    first, second = pair
    clerk, coordinator, colleague = (Person(first.url, login) for login in ("watanabe", "takahashi", "hamada"))
    case = open_case(clerk, coordinator, colleague)
    took = {}
    for name in NAMES:
        locks = (RELAY_LOCK, CONSUMER_LOCK) if name in ("coordination", "notify") else (RELAY_LOCK,)
        before = {lock: asyncio.run(holder(first, name, lock)) for lock in locks}
        first.kill(name)  # it began first, so it is at work
        took |= {(name, lock): seconds_until_taken_over(first, name, lock, pid) for lock, pid in before.items()}
        first.start([name], wait=False)
        first.wait_ready(name, bus=False)
        coordinator.do("RecordVisit", case, visit_payload())
    first.wait_settled()
    visits = len(colleague.ask("Case", id=str(case))["case"]["timeline"])
    notices = [each for each in colleague.ask("Notices")["notices"] if each["kind"] == "visit_recorded"]
    print({f"{name} {lock}": round(seconds, 1) for (name, lock), seconds in took.items()})
    assert len(notices) == len(NAMES) <= visits
    assert max(took.values()) <= WITHIN_SECONDS, took
    assert second.is_alive("notify")


@pytest.mark.timeout(900)
def test_a_town_of_two_each_loses_nothing_and_a_killed_leader_is_replaced() -> None:
    took: dict[str, list[float]] = defaultdict(list)

    async def kill_in_turn(faults: Faults) -> None:
        town, chosen = faults.town, random.Random(SEED)
        for name in SERVICES * 3:
            victim = chosen.choice(town.stacks)
            locks = (RELAY_LOCK, CONSUMER_LOCK) if name in ("coordination", "notify") else ()
            locks = locks or ((CONSUMER_LOCK,) if name == "reporting" else (RELAY_LOCK,))
            before = {lock: await holder(town.stack, name, lock) for lock in locks}
            begun = time.monotonic()
            with faults.holding(name):
                victim.kill(name)
                await faults.note("kill", f"{name}, the {'first' if victim is town.stack else 'second'} of two")
                for lock, pid in before.items():
                    if (seconds := await seconds_until_replaced(town.stack, name, lock, pid, begun)) is not None:
                        took[f"{name} {'relay' if lock == RELAY_LOCK else 'consumer'}"].append(seconds)
                victim.start([name], wait=False)
            await asyncio.sleep(chosen.uniform(0.5, 1.5))
        await asyncio.to_thread(both_ready, town)

    with running_servers(PathedKafka) as servers, running_town(servers, "double", is_double=True) as town:
        verdict = asyncio.run(play(town, servers.home, Plan(SEED, 0, armed=0, script=kill_in_turn)))
    print(report(verdict), {name: [round(each, 1) for each in found] for name, found in took.items()})
    assert not verdict.violations, verdict.violations
    assert len(took) >= 4, "too few leaders were killed to say anything"
    assert max(map(max, took.values())) <= WITHIN_SECONDS, dict(took)


def both_ready(town: Town) -> None:
    """Every process of both answers, with its database."""
    for stack in town.stacks:
        for name in SERVICES:
            stack.wait_ready(name, bus=False)


async def seconds_until_replaced(stack: Stack, name: str, lock: int, before: int | None, begun: float) -> float | None:
    """From the kill until another connection holds the lock; nothing when whoever held it was not killed."""
    while (found := await holder(stack, name, lock)) in (None, before):
        if found == before and time.monotonic() > begun + 1:
            return None
        assert time.monotonic() < begun + 60, f"nobody took over {name}"
        await asyncio.sleep(0.05)
    return time.monotonic() - begun
