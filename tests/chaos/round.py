"""One round: a town at work, faults on it, rest, and the judge. `python -m tests.chaos.round --seconds 40 --seed 1`."""

import argparse
import asyncio
import json
import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx

from infra.paths import SERVICES
from tests.chaos.checker.invariants import check
from tests.chaos.checker.refusals import told_absent
from tests.chaos.checker.snapshot import read_world
from tests.chaos.checker.story import tell_all
from tests.chaos.checker.world import World
from tests.chaos.driver.journal import Journal, is_unanswered, read_journal
from tests.chaos.driver.load import Load
from tests.chaos.driver.people import RECEIVERS, Unknown
from tests.chaos.driver.register import Register
from tests.chaos.faults.crashes import Crashes
from tests.chaos.faults.faults import Faults
from tests.chaos.faults.restore import restore
from tests.chaos.faults.town import PathedKafka, Town, running_town
from tests.chaos.rest import rest
from tests.support.person import document_ids
from tests.support.servers import running_servers

FAST = (
    *("duplicate", "sign_out", "poison", "broker_hang", "cut", "pause", "backends", "replay", "database_stop", "cut"),
    *("clock", "kill", "broker_kill", "reorder", "pause", "cut"),
)
"""Every kind of fault once at least (but the rolling restart, which takes too long), those that most mutants need first."""
WEIGHTS = {
    **{"kill": 3, "pause": 3, "broker_kill": 2.5, "broker_hang": 1, "database_stop": 3.5, "backends": 1.5},
    **{"cut": 4, "duplicate": 1, "reorder": 1, "replay": 0.5, "poison": 0.5, "sign_out": 0.3},
    **{"clock": 1, "rolling": 0.1},
}

BESIDES = {"cut": 3, "pause": 2}
"""What a busy round does besides, with a second hand: neither ends a process."""
MOST_BEHIND, MOST_OLD = 500, 5.0
"""The next stack of paper waits while a listener is so many events behind, or an event so many seconds unpublished."""


@dataclass
class Verdict:
    """What a round was, and what the judge says. `violations` is empty or the stories; `told_absent`: how often somebody of the team,
    at a screen, was told soon after a restore that their case is not there (a tablet: a violation)."""

    seed: int
    commands: dict[str, int]
    reads: int
    redelivered: int
    faults: dict[str, int]
    back: dict[str, list[float]]
    settled_after: float | None
    violations: str
    judged_after: float
    never_died_at: list[str]
    told_absent: int


@dataclass(frozen=True)
class Plan:
    """What a round is to be. `armed`: processes at a time that die at named places; `fast`: the list, else by chance.

    `restores`: how often the database is lost; `is_busy`: stacks of paper besides, as many as the town keeps up with;
    `script`: what is done instead of faults by list or chance; `documents`: what people's app asks (operation -> id).
    """

    seed: int
    seconds: float
    rate: float = 3
    settle: float = 60
    armed: int = 2
    fast: bool = False
    restores: int = 0
    is_busy: bool = False
    script: Callable[[Faults], Awaitable[None]] | None = None
    documents: Mapping[str, str] = field(default_factory=document_ids)


async def play(town: Town, home: Path, plan: Plan) -> Verdict:
    """Work under faults for a time, come to rest, judge."""
    begun, path = time.monotonic(), home / f"{town.stack.prefix}.jsonl"
    journal = Journal(path)
    load = Load(town.url, journal, plan.seed, plan.rate, plan.documents)
    await load.begin()
    faults = Faults(town, journal, random.Random(plan.seed))
    crashes = Crashes(faults, random.Random(plan.seed), plan.armed, 120 if plan.is_busy else 12)
    stopping = asyncio.Event()
    stacks = [load.run_stacks(stopping, lambda: _is_behind(town))] if plan.is_busy else []
    register, earlier = Register(town.stack, journal, load.may_send), list[str]()
    working = asyncio.gather(load.run(stopping), *stacks, crashes.run(stopping), register.run(stopping))

    async def restoring() -> None:
        """A restore makes the bus anew and would heal what was wrong on it: what was before is judged before."""
        async with crashes.peace(), load.held():
            earlier.append(await _judge_midway(town, load, path, plan))
        await restore(faults, load, path)
        await register.again()

    if plan.script:
        await plan.script(faults)
    else:
        await _hurt_all(faults, working, plan, restoring)
    stopping.set()
    await working
    seen = asyncio.Event()
    watching = asyncio.ensure_future(crashes.supervise(seen))
    await faults.rest()
    is_done, ended = await load.finish(plan.settle), time.monotonic()
    is_at_rest = await rest(town, plan.settle) and is_done
    settled_after = round(time.monotonic() - ended, 1) if is_at_rest else None
    world = await _look(town, load, path)
    world.settled_after = settled_after
    seen.set()
    await watching
    await load.close()
    journal.close()
    if kept := os.environ.get("BANSO_CHAOS_JOURNAL"):
        shutil.copy(path, kept)
    return _judge(world, earlier, plan, faults, crashes, begun)


async def _judge_midway(town: Town, load: Load, path: Path, plan: Plan) -> str:
    """The stories of what does not hold, of a town that stands still for a moment; empty when all does."""
    deadline = time.monotonic() + plan.settle
    while is_unanswered(read_journal(path)) and time.monotonic() < deadline:  # noqa: ASYNC110 - a file says it
        await asyncio.sleep(0.5)
    is_at_rest = await rest(town, plan.settle)
    while True:  # what is still on its way within the minute is no violation; what stays is one
        world = await read_world(town.stack, path)
        world.settled_after = 0.0 if is_at_rest else None
        world.left_on_devices = sum(len(device.queue) for device in load.devices.values())
        violations = check(world, RECEIVERS)
        if not violations or time.monotonic() > deadline:
            break
        await asyncio.sleep(2)
    return f"before a restore:\n{tell_all(world, violations)}" if violations else ""


def _judge(world: World, earlier: Sequence[str], plan: Plan, faults: Faults, crashes: Crashes, begun: float) -> Verdict:
    violations = check(world, RECEIVERS)
    stories = [*filter(None, earlier), *([tell_all(world, violations)] if violations else [])]
    return Verdict(
        seed=plan.seed,
        commands=_counted(world),
        reads=sum(line["kind"] == "read" for line in world.journal),
        redelivered=world.redelivered,
        faults=dict(faults.counts),
        back={name: [round(each, 2) for each in took] for name, took in faults.back.items()},
        settled_after=world.settled_after,
        violations="\n".join(stories),
        judged_after=round(time.monotonic() - begun, 1),
        never_died_at=sorted(" ".join(each) for each in crashes.missing),
        told_absent=len(told_absent(world)),
    )


async def _hurt_all(
    faults: Faults,
    working: "asyncio.Future[Any]",
    plan: Plan,
    restoring: Callable[[], Awaitable[None]],
) -> None:
    begun, hands = time.monotonic(), [(random.Random(plan.seed + 1), list(FAST) if plan.fast else WEIGHTS)]
    if plan.is_busy:
        hands.append((random.Random(plan.seed + 2), BESIDES))
    for n in range(plan.restores + 1):
        until = begun + plan.seconds * (n + 1) / (plan.restores + 1)
        await asyncio.gather(*(_hurt(faults, chosen, until, what, working) for chosen, what in hands))
        if n < plan.restores:
            await restoring()


def _counted(world: World) -> dict[str, int]:
    states = Counter(asked.state for asked in world.asked.values())
    return {**states, "tries": sum(asked.tries for asked in world.asked.values())}


async def _hurt(
    faults: Faults,
    chosen: random.Random,
    until: float,
    what: list[str] | dict[str, float],
    working: "asyncio.Future[Any]",
) -> None:
    """One after the other: a list to its end and then by chance, or by chance with these weights."""
    await asyncio.sleep(2)
    first, weights = (what, WEIGHTS) if isinstance(what, list) else ([], what)
    while time.monotonic() < until and not working.done():
        kind = first.pop(0) if first else chosen.choices(list(weights), list(weights.values()))[0]
        await faults.do(kind)
        await asyncio.sleep(chosen.uniform(0.1, 1.2))


async def _is_behind(town: Town) -> bool:
    """True while more waits to be published or applied than takes a few seconds."""
    for name in SERVICES:
        status: dict[str, Any] = await asyncio.to_thread(town.stack.status, name) or {}
        if status.get("consumerBehind", 0) > MOST_BEHIND or (status.get("oldestUnpublishedSeconds") or 0) > MOST_OLD:
            return True
    return False


async def _look(town: Town, load: Load, journal: Path) -> World:
    """The tablets sync once more; then everything is read."""
    devices: dict[str, set[str]] = {}
    for device in load.devices.values():
        device.worker.http.timeout = httpx.Timeout(30)  # hundreds of cases at once
        for _ in range(20):
            try:
                found = (await device.worker.ask("Sync", have=[], waiting=0))["sync"]
            except Unknown:
                await asyncio.sleep(0.3)
                continue
            if not found["unavailable"]:
                devices[device.worker.id] = {case["id"] for case in found["cases"]}
                break
    world = await read_world(town.stack, journal)
    world.devices = devices
    world.unsynced = tuple(login for login, device in load.devices.items() if device.worker.id not in devices)
    world.left_on_devices = sum(len(device.queue) for device in load.devices.values())
    world.stopped = tuple(name for name in SERVICES if not town.stack.is_alive(name))
    return world


def report(verdict: Verdict) -> str:
    """In the words of the house: counts, faults, seed."""
    commands, faults = verdict.commands, verdict.faults
    what = "0 lost, 0 doubled" if not verdict.violations else verdict.violations
    times = ", ".join(f"{name} p50 {pick(took, 0.5)} p99 {pick(took, 0.99)} s" for name, took in verdict.back.items())
    return (
        f"{what} of {commands.get('ok', 0)} acknowledged commands ({commands.get('fail', 0)} refused,"
        f" {commands.get('info', 0)} left unknown, {commands['tries']} sends), {verdict.reads} reads,"
        f" {verdict.redelivered} redelivered events, under {sum(faults.values())} faults {faults};"
        f" back: {times}; at rest after {verdict.settled_after} s; seed {verdict.seed}"
    )


def pick(took: Sequence[float], share: float) -> float | None:
    """A percentile of seconds."""
    return sorted(took)[min(len(took) - 1, int(len(took) * share))] if took else None


def one_round(prefix: str, plan: Plan) -> Verdict:
    """Servers and town of its own, from nothing to the verdict."""
    with running_servers(PathedKafka) as servers, running_town(servers, prefix) as town:
        return asyncio.run(play(town, servers.home, plan))


def main() -> None:
    """Exit 1 when the judge found something."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--settle", type=float, default=60)
    parser.add_argument("--rate", type=float, default=3)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument("--armed", type=int, default=2)
    parser.add_argument("--json", type=Path, help="where to write the verdict")
    asked = parser.parse_args()
    verdict = one_round("chaos", Plan(asked.seed, asked.seconds, asked.rate, asked.settle, asked.armed, fast=True))
    if asked.json:
        asked.json.write_text(json.dumps(asdict(verdict)))
    print(report(verdict))
    raise SystemExit(bool(verdict.violations))


if __name__ == "__main__":
    main()
