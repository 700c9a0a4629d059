"""Some processes are always armed: each dies at a named place it comes to by itself, and starts again armed anew."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from infra.paths import SERVICES
from tests.chaos.faults.faults import Faults

_COMMAND = ("command.before_commit", "command.mid_commit", "command.after_commit")
_RELAY = ("relay.after_ack", "relay.after_mark")
_CONSUMER = tuple(
    f"consumer.{at}" for at in ("between_effect_and_offset", "before_commit", "mid_commit", "after_commit")
)
POINTS = {
    "intake": _COMMAND + _RELAY + _CONSUMER,
    "coordination": _COMMAND + _RELAY + _CONSUMER,
    "ibasho": _COMMAND + _RELAY,
    "notify": _RELAY + _CONSUMER,
    "reporting": _CONSUMER,
}  # the gateway is killed anywhere: while it is armed nobody would come in
NAMED = {(name, point) for name, points in POINTS.items() for point in points}
PATIENCE = 12.0
"""Seconds until who did not come to its place is killed where it stands."""


class Crashes:
    """`most` processes at a time are armed; a turn ends when each of its points was died at, or by chance."""

    def __init__(self, faults: Faults, chosen: random.Random, most: int, commands: int = 12) -> None:
        """`commands`: how many of them an armed process takes at most, once every place was died at."""
        self._faults, self._chosen, self._most, self._commands = faults, chosen, most, commands
        self._stack = faults.town.stack
        self._armed: dict[str, tuple[str, float]] = {}
        self._at_peace = False
        self.reached: Counter[tuple[str, str]] = Counter()

    @property
    def missing(self) -> set[tuple[str, str]]:
        """Named places nobody died at yet."""
        return {each for each in NAMED if not self.reached[each]}

    async def run(self, stopping: asyncio.Event) -> None:
        """Until told to stop; then everybody runs unarmed."""
        while not stopping.is_set():
            async with self._faults.turn:
                await self._look()
            await asyncio.sleep(0.1)
        await self._disarm()

    @asynccontextmanager
    async def peace(self) -> AsyncIterator[None]:
        """Nobody is armed meanwhile; whoever ends is started."""
        async with self._faults.turn:
            self._at_peace = True
            await self._disarm()
        try:
            yield
        finally:
            self._at_peace = False

    async def _disarm(self) -> None:
        for name in self._armed:
            await self._faults.killed(name, "to be unarmed")
            self._faults.start(name)
        self._armed.clear()

    async def supervise(self, stopping: asyncio.Event) -> None:
        """Arm nobody; start whoever ended by itself, until told to stop."""
        self._most = 0
        while not stopping.is_set():
            async with self._faults.turn:
                await self._look()
            await asyncio.sleep(0.2)

    async def _look(self) -> None:
        for name in [name for name in self._armed if not self._faults.is_busy(name)]:
            await self._look_after(name)
        free = [name for name in POINTS if name not in self._armed and not self._faults.is_busy(name)]
        idle = [name for name in SERVICES if name not in self._armed and not self._faults.is_busy(name)]
        for name in [name for name in idle if not self._stack.is_alive(name)]:  # as the supervisor of `make run` does
            await self._faults.note("ended by itself", f"{name}: {self._stack.exit_code(name)}")
            self._faults.start(name)
        while free and len(self._armed) < self._most and not self._at_peace:
            name = free.pop(self._chosen.randrange(len(free)))
            await self._faults.killed(name, "to be armed")
            self._arm(name)

    def _arm(self, name: str) -> None:
        missing = [point for point in POINTS[name] if not self.reached[name, point]]
        point = self._chosen.choice(missing or POINTS[name])
        most = self._commands if point in _COMMAND else 12
        passing = self._chosen.randrange(1, 3 if missing else most)
        self._faults.start(name, {"BANSO_CRASH_AT": f"{point}:{passing}"})
        self._armed[name] = (point, time.monotonic())

    async def _look_after(self, name: str) -> None:
        point, since = self._armed[name]
        if not self._stack.is_alive(name):
            code = self._stack.exit_code(name)
            await self._faults.note("kill" if code == -9 else "ended by itself", f"{name} {point} ({code})")
            self.reached[name, point] += code == -9
        elif time.monotonic() - since > PATIENCE:
            await self._faults.killed(name, "anywhere")
        else:
            return
        if self._chosen.random() < 0.25 and all(self.reached[name, each] for each in POINTS[name]):
            del self._armed[name]
            self._faults.start(name)
        else:
            self._arm(name)
