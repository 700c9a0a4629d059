"""Each fault, from its beginning to its end, and how long the town took to come back."""

import asyncio
import os
import random
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from infra.paths import SERVICES
from services.kernel.db import connect
from tests.chaos.driver.journal import Journal
from tests.chaos.faults.clocks import SKEWS, can_skew
from tests.chaos.faults.redelivery import put_again
from tests.chaos.faults.town import Town

_AGAIN = "update outbox set published_at = null where id in (select id from outbox order by random() limit 200)"
_END_SOME = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname like $1 and usename like '%_app' and (query ilike 'commit%' or random() < 0.3)
"""
_ANSWER_SECONDS = 60.0


class Faults:
    """Does a fault. `counts`: what was done; `back`: seconds until the API answered, until effects flowed, by cause."""

    def __init__(self, town: Town, journal: Journal, chosen: random.Random) -> None:
        self.town, self.journal, self._chosen = town, journal, chosen
        self.counts: Counter[str] = Counter()
        self.back: dict[str, list[float]] = defaultdict(list)
        self._returning: set[asyncio.Task[None]] = set()
        self._held: set[str] = set()
        self.turn = asyncio.Lock()  # who holds it kills and starts alone

    @property
    def kinds(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """By name."""
        return {
            "kill": self.kill,
            "pause": self.pause,
            "broker_kill": self.broker_kill,
            "broker_hang": self.broker_hang,
            "database_stop": self.database_stop,
            "backends": self.end_backends,
            "cut": self.cut,
            "duplicate": self.duplicate,
            "reorder": self.reorder,
            "rolling": self.rolling_restart,
            "clock": self.clock,
            "replay": self.replay,
            "poison": self.poison,
            "sign_out": self.sign_out,
        }

    async def do(self, kind: str) -> None:
        """One fault, begun and ended."""
        await self.kinds[kind]()

    async def rest(self) -> None:
        """Wait for everybody who is still coming back."""
        if self._returning:
            await asyncio.wait(self._returning)

    async def kill(self) -> None:
        """kill -9, anywhere; started again at once, as a supervisor does."""
        name = self._chosen.choice([each for each in SERVICES if not self.is_busy(each)])
        with self.holding(name):
            await self.killed(name, "anywhere")
            self.start(name)

    async def pause(self) -> None:
        """SIGSTOP, later SIGCONT: who comes back believes it is still the one at work."""
        name = self._chosen.choice([each for each in SERVICES if not self.is_busy(each)])
        with self.holding(name):
            if not self.town.stack.is_alive(name):
                return
            await self.note("pause", name)
            pid = self.town.stack.pid(name)
            os.kill(pid, signal.SIGSTOP)
            await asyncio.sleep(self._chosen.uniform(1, 4))
            with suppress(ProcessLookupError):  # another fault may have killed it meanwhile
                os.kill(pid, signal.SIGCONT)
        self._time_back("pause", name)

    async def broker_kill(self) -> None:
        """kill -9 of Kafka, and its start."""
        await self.note("broker", "kill -9")
        await asyncio.to_thread(self.town.kafka.kill)
        await asyncio.to_thread(self.town.kafka.start)
        self._time_back("broker", "coordination", "notify")

    async def broker_hang(self) -> None:
        """Kafka hangs with open connections, then dies without having read what was sent to it."""
        await self.note("broker", "SIGSTOP, kill -9")
        pid = self.town.kafka.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        await asyncio.sleep(1.5)
        await asyncio.to_thread(self.town.kafka.kill)
        await asyncio.to_thread(self.town.kafka.start)
        self._time_back("broker", "coordination", "notify")

    async def database_stop(self) -> None:
        """PostgreSQL stops at once, without a checkpoint, and starts again."""
        await self.note("database", "immediate stop")
        await asyncio.to_thread(self.town.postgres.stop, "immediate")
        await asyncio.sleep(self._chosen.uniform(0, 1.5))
        await asyncio.to_thread(self.town.postgres.start)
        self._time_back("database", "intake", "coordination")

    async def end_backends(self) -> None:
        """Connections end under the services, those at COMMIT first."""
        connection = await connect(self.town.stack.admin_dsn)
        try:
            for _ in range(8):
                ended = await connection.fetch(_END_SOME, f"{self.town.stack.prefix}_%")
                await asyncio.sleep(0.05)
        finally:
            await connection.close()
        await self.note("backends", f"{len(ended)} at the last try")

    async def cut(self) -> None:
        """One path: cut, half-open, slow, after some bytes, or deaf one way."""
        name, path = self._chosen.choice(sorted(self.town.paths.items()))
        acts = [path.cut, path.half_open, path.slow, path.one_way, lambda: path.after(self._chosen.randrange(9000))]
        act = self._chosen.choice(acts)
        await self.note("cut", f"{name} {getattr(act, '__name__', 'after')}")
        await asyncio.to_thread(act)
        await asyncio.sleep(self._chosen.uniform(0.5, 4))
        await asyncio.to_thread(path.heal)
        self._time_back("cut", name.split("-")[0].replace("people", "gateway"))

    async def duplicate(self) -> None:
        """Two hundred events of an owner are published once more."""
        name = self._chosen.choice(("intake", "coordination", "ibasho"))
        await self.note("duplicate", name)
        await self._execute(name, _AGAIN)

    async def reorder(self) -> None:
        """The last events of an owner are delivered once more, shuffled."""
        name = self._chosen.choice(("intake", "coordination", "ibasho"))
        count = await put_again(self.town.stack, name, self._chosen)
        await self.note("reorder", f"{count} of {name}")

    async def rolling_restart(self) -> None:
        """Every service in turn: asked to end, ended, started, back; then the next."""
        for name in SERVICES:
            with self.holding(name):
                if not self.town.stack.is_alive(name):
                    continue
                await self.note("restart", name)
                await asyncio.to_thread(self.town.stack.stop, [name])
                self.start(name, cause="restart")
                with suppress(RuntimeError):  # another fault may have ended it meanwhile
                    await asyncio.to_thread(partial(self.town.stack.wait_ready, name, bus=False))

    async def clock(self) -> None:
        """The wall clock of a service goes wrong, by an hour or a year, forwards or back, and stays so until its next turn."""
        if not can_skew():
            return
        name, skew = self._chosen.choice(SERVICES), self._chosen.choice(sorted(SKEWS))
        await self.note("clock", f"{name} {skew}")
        self.town.stack.clocks.set(name, SKEWS[skew])

    async def replay(self) -> None:
        """A listener reads everything from 0."""
        name = self._chosen.choice(("coordination", "notify", "reporting"))
        await self.note("replay", name)
        await self._execute(name, "update consumer_offset set next_offset = 0")
        with self.holding(name):
            await self.killed(name, "to read from 0")
            self.start(name)

    async def poison(self) -> None:
        """Something that is not an event, between events."""
        from tests.chaos.faults.poison import put_poison

        topic = self._chosen.choice(("intake", "coordination", "ibasho"))
        partition, offset = await put_poison(self.town.stack, topic, self._chosen)
        await self.journal.say("poison", topic=topic, partition=partition, offset=offset)
        await self.note("poison", topic)

    async def sign_out(self) -> None:
        """Every session ends; whoever holds something unsent must sign in again first."""
        await self.note("sign_out", "all sessions")
        await self._execute("gateway", "update session set revoked_at = now() where revoked_at is null")

    async def _execute(self, service: str, query: str) -> None:
        connection = await connect(self.town.stack.dsns[service].owner)
        try:
            await connection.execute(query)
        finally:
            await connection.close()

    async def note(self, kind: str, what: str) -> None:
        """Counted, and told to the journal."""
        self.counts[kind] += 1
        await self.journal.say("fault", what=f"{kind} {what}")

    def is_busy(self, name: str) -> bool:
        """True while a fault works on this process: nobody else may."""
        return name in self._held

    @contextmanager
    def holding(self, name: str) -> Iterator[None]:
        """Nobody else kills or starts it meanwhile."""
        self._held.add(name)
        try:
            yield
        finally:
            self._held.discard(name)

    async def killed(self, name: str, where: str) -> None:
        """kill -9 (of the dead as well), counted."""
        self.town.stack.kill(name)
        await self.note("kill", f"{name} {where}")

    def start(self, name: str, extra: dict[str, str] | None = None, cause: str = "kill") -> None:
        """As a supervisor does; how long it takes to be back is noted."""
        self.town.stack.start([name], extra, wait=False)
        self._time_back(cause, name)

    def _time_back(self, cause: str, *names: str) -> None:
        for name in names:
            task = asyncio.ensure_future(self._time(cause, name, self.town.stack.pid(name)))
            self._returning.add(task)
            task.add_done_callback(self._returning.discard)

    async def _time(self, cause: str, name: str, pid: int) -> None:
        """From now until the database, then the bus, are there for it. A process that died meanwhile counts anew."""
        begun, answered = time.monotonic(), False
        while time.monotonic() < begun + _ANSWER_SECONDS and self.town.stack.pid(name) == pid:
            status = await asyncio.to_thread(self.town.stack.status, name)
            if status and status["database"] == "ok" and not answered:
                answered = True
                self.back[f"api after {cause}"].append(time.monotonic() - begun)
            if answered and status and status["bus"] == "ok":
                self.back[f"effects after {cause}"].append(time.monotonic() - begun)
                return
            await asyncio.sleep(0.2)
