"""Open loop: stories begin at their own pace, however slow the answers are."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from tests.chaos.driver import stories
from tests.chaos.driver.device import SAID, Device
from tests.chaos.driver.journal import Journal
from tests.chaos.driver.people import COORDINATORS, IBASHO_STAFF, WINDOWS, Unknown, Worker
from tests.chaos.driver.stories import GivenUpError

LEFT_SHARE = 0.05
"""Of the commands without an answer, this share is never sent again: the person closed the browser."""
MOST_STORIES = 40
MOST_STACKS = 4
"""Stacks of paper and full tablets at a time, of a busy town."""
Step = tuple[str, str, object, dict[str, Any]]


class Load:
    """The town at work against one address."""

    def __init__(self, url: str, journal: Journal, seed: int, rate: float, documents: Mapping[str, str]) -> None:
        self.journal, self.seed, self.rate = journal, seed, rate
        self.workers = {login: Worker(url, login, documents) for login in (*WINDOWS, *COORDINATORS, *IBASHO_STAFF)}
        chosen = random.Random(seed)
        self.may_send = asyncio.Event()
        self.may_send.set()
        self.devices = {
            login: Device(Worker(url, login, documents), journal, random.Random(chosen.random()), self.may_send)
            for login in (*COORDINATORS, *IBASHO_STAFF)
        }
        self.shed = 0
        self.cases: dict[str, list[str]] = {login: [] for login in COORDINATORS}
        """The open cases of each coordinator."""
        self._chosen = chosen
        self._stopping = asyncio.Event()
        self._running: set[asyncio.Task[None]] = set()
        self._failed: list[BaseException] = []
        self._devices: list[asyncio.Task[None]] = []

    def id_of(self, login: str) -> str:
        """The staff id."""
        return self.workers[login].id

    async def begin(self) -> None:
        """Everybody signs in, every tablet gets its vault."""
        for worker in self.workers.values():
            await worker.sign_in()
        for device in self.devices.values():
            await device.set_up()
        self._devices = [asyncio.ensure_future(device.run(self._stopping)) for device in self.devices.values()]

    async def run(self, until: asyncio.Event) -> None:
        """A morning's backlog, then stories at `rate` a second until told to stop."""
        number = 0
        for window in WINDOWS:
            self._begin(stories.backlog(self, window, 100))
        for owner, colleague in zip(COORDINATORS[::2], COORDINATORS[1::2], strict=True):
            self._begin(stories.busy_case(self, "yoshida", owner, colleague))
        while not until.is_set():
            await asyncio.sleep(self._chosen.expovariate(self.rate))
            number += 1
            if len(self._running) >= MOST_STORIES:
                self.shed += 1
                continue
            chosen = random.Random(self.seed * 1_000_003 + number)
            story = chosen.choices([stories.call, stories.afternoon, stories.outreach], [18, 6, 1])[0]
            self._begin(story(self, chosen))

    async def run_stacks(self, until: asyncio.Event, is_behind: Callable[[], Awaitable[bool]]) -> None:
        """Paper and full tablets in requests of up to fifty, as many as the town keeps up with: paper can wait."""
        chosen, kinds = (
            random.Random(self.seed + 2),
            [stories.paper_calls, stories.paper_months, stories.round_of_visits],
        )
        running: set[asyncio.Task[None]] = set()
        while not until.is_set():
            if len(running) < MOST_STACKS and not await is_behind():
                story = chosen.choices(kinds, [6, 2, 4])[0]
                running.add(self._begin(story(self, random.Random(chosen.random()))))
            await asyncio.sleep(0.5)
            running = {task for task in running if not task.done()}

    def _begin(self, story: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        task = asyncio.ensure_future(_told(story))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        task.add_done_callback(self._note_failure)
        return task

    def _note_failure(self, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            self._failed.append(error)

    async def finish(self, seconds: float) -> bool:
        """No new stories; those that began come to their end, and the tablets empty their queues. True when all did.

        A story or tablet that died of itself is a fault of the trial, and raised: what it held would be excused otherwise."""
        if self._running:
            await asyncio.wait(self._running, timeout=seconds)
        self._stopping.set()
        await asyncio.wait(self._devices, timeout=seconds)
        is_done = all(task.done() for task in (*self._running, *self._devices))
        failed = [*self._failed, *(error for task in self._devices if task.done() and (error := task.exception()))]
        for task in (*self._running, *self._devices):
            task.cancel()
        await asyncio.gather(*self._running, *self._devices, return_exceptions=True)
        if failed:
            raise AssertionError("a story or a tablet failed by itself") from failed[0]
        return is_done

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Nobody sends anything new meanwhile."""
        self.may_send.clear()
        try:
            yield
        finally:
            self.may_send.set()

    async def close(self) -> None:
        """Every connection."""
        for worker in (*self.workers.values(), *(device.worker for device in self.devices.values())):
            await worker.http.aclose()

    async def do(
        self, login: str, type: str, subject: object, payload: dict[str, Any], base: int | None = None
    ) -> None:
        """One command to its definite answer; GivenUpError when that is no, or when it is left."""
        if not await self.send(self.workers[login], self.workers[login].envelope(type, subject, payload, base)):
            raise GivenUpError

    async def try_to(self, login: str, type: str, subject: object, payload: dict[str, Any]) -> None:
        """A command that may be refused."""
        await self.send(self.workers[login], self.workers[login].envelope(type, subject, payload))

    async def race(self, *steps: Step, base: int | None = None) -> None:
        """All at once; who loses is refused."""
        envelopes = [(self.workers[step[0]], self.workers[step[0]].envelope(*step[1:], base)) for step in steps]
        await asyncio.gather(*(self.send(*each) for each in envelopes))

    async def send(self, worker: Worker, envelope: dict[str, Any], *, is_kept: bool = False) -> bool:
        """The same id until there is an answer (or it is left). True when acknowledged. `is_kept`: also while held."""
        chosen, wait = random.Random(envelope["id"]), 0.1
        is_left = chosen.random() < LEFT_SHARE and not is_kept
        while True:
            if not is_kept:
                await self.may_send.wait()
            await self.journal.say("invoke", device=None, **envelope)
            try:
                outcome = (await worker.ask("Submit", commands=[envelope]))["submit"][0]
                status, why = outcome["status"], outcome["code"]
            except Unknown as error:
                status, why = "RETRY", str(error)
            if status == "ACCEPTED":
                await self.journal.say("ok", id=envelope["id"])
                return True
            if status == "REFUSED":
                await self.journal.say("fail", id=envelope["id"], code=why)
                return False
            await self.journal.say("info", id=envelope["id"], why=why)
            if is_left:
                return False
            wait = min(2 * wait, 2.0)
            await asyncio.sleep(chosen.uniform(0, wait))

    async def send_many(
        self, worker: Worker, envelopes: list[dict[str, Any]], *, is_kept: bool = False
    ) -> list[dict[str, Any]]:
        """At most fifty in one request, again with what has no answer yet; those that were refused. `is_kept`: also while held."""
        refused: list[dict[str, Any]] = []
        while envelopes:
            if not is_kept:
                await self.may_send.wait()
            await self.journal.say_all("invoke", [{"device": None, **envelope} for envelope in envelopes])
            try:
                outcomes = (await worker.ask("Submit", commands=envelopes))["submit"]
            except Unknown as error:
                outcomes = [{"status": "RETRY", "code": str(error)} for _ in envelopes]
            for status, kind in SAID.items():
                said = [(e, o) for e, o in zip(envelopes, outcomes, strict=True) if o["status"] == status]
                await self.journal.say_all(kind, [{"id": e["id"], "code": o["code"]} for e, o in said])
            refused += [e for e, o in zip(envelopes, outcomes, strict=True) if o["status"] == "REFUSED"]
            envelopes = [e for e, o in zip(envelopes, outcomes, strict=True) if o["status"] == "RETRY"]
            await asyncio.sleep(0.5 if envelopes else 0)
        return refused

    async def queue(self, login: str, type: str, subject: object, payload: dict[str, Any]) -> None:
        """Onto the tablet; the story goes on without an answer, as on a stair."""
        device = self.devices[login]
        await device.enqueue(device.worker.envelope(type, subject, payload))

    async def wait_for_case(self, login: str, case: str) -> None:
        """Until the case is open for its owner."""
        while not await self.read_case(login, case):  # noqa: ASYNC110 - the answer comes from elsewhere
            await asyncio.sleep(0.3)

    async def read_case(self, login: str, case: str) -> bool:
        """What the answer showed goes into the journal, with the moment it was asked and came."""
        asked = asyncio.get_running_loop().time()
        try:
            found = (await self.workers[login].ask("Case", id=case))["case"]
        except Unknown:
            return False
        took = asyncio.get_running_loop().time() - asked
        if found is None:
            return False
        shown = [each["id"] for each in found["timeline"]]
        await self.journal.say("read", actor=self.id_of(login), case=case, shown=shown, took=took)
        return True


async def _told(story: Coroutine[Any, Any, None]) -> None:
    with suppress(GivenUpError):
        await story
