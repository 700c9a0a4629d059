"""A tablet that is often without a signal: it queues, then sends what it kept in bursts of sealed commands.

It keeps the app's rules: oldest first, at most fifty at once and one of each subject, nothing leaves the queue without a
definite answer, a refused command stays in 要確認, a 401 pauses.
"""

import asyncio
import random
from typing import Any

from tests.chaos.driver.journal import Journal
from tests.chaos.driver.people import Unknown, Worker
from tests.support.vault import Vault

BURST = 50


class Device:
    """One person's tablet and its queue."""

    def __init__(self, worker: Worker, journal: Journal, chosen: random.Random, may_send: asyncio.Event) -> None:
        self.worker, self._journal, self._chosen, self._may_send = worker, journal, chosen, may_send
        self.queue: list[dict[str, Any]] = []
        self.acknowledged: dict[str, asyncio.Event] = {}
        self._vault: Vault

    async def set_up(self) -> None:
        """Signed in, with a vault."""
        await self.worker.sign_in()
        device = {"id": self.worker.device, "name": "タブレット"}
        said = (await self.worker.ask("RegisterDevice", device=device))["registerDevice"]
        self._vault = Vault.given(self.worker.device, said)

    async def enqueue(self, envelope: dict[str, Any]) -> asyncio.Event:
        """On the disk of the tablet; the event is set when it was acknowledged."""
        await self._journal.say("queued", device=self.worker.device, **envelope)
        self.queue.append(envelope)
        return self.acknowledged.setdefault(envelope["id"], asyncio.Event())

    async def run(self, stopping: asyncio.Event) -> None:
        """Off and on the net, until told to stop and the queue is empty."""
        while not (stopping.is_set() and not self.queue):
            await asyncio.sleep(0.3 if stopping.is_set() else self._chosen.uniform(0.5, 4))
            while batch := self._next_batch():
                if not await self._send(batch):
                    break

    def _next_batch(self) -> list[dict[str, Any]]:
        firsts = {envelope["subject"]: envelope for envelope in reversed(self.queue)}
        return sorted(firsts.values(), key=lambda envelope: int(envelope["deviceSeq"]))[:BURST]

    async def _send(self, batch: list[dict[str, Any]]) -> bool:
        """True when every one of them got a definite answer."""
        await self._may_send.wait()
        for envelope in batch:
            await self._journal.say("invoke", device=self.worker.device, **envelope)
        sealed = [self._vault.seal(envelope) for envelope in batch]
        try:
            outcomes = (await self.worker.ask("SubmitSealed", commands=sealed))["submitSealed"]
        except Unknown as why:
            return await self._unanswered(batch, str(why))
        is_definite = True
        for envelope, outcome in zip(batch, outcomes, strict=True):
            is_definite &= await self._settle(envelope, outcome)
        return is_definite

    async def _unanswered(self, batch: list[dict[str, Any]], why: str) -> bool:
        for envelope in batch:
            await self._journal.say("info", id=envelope["id"], why=why)
        return False

    async def _settle(self, envelope: dict[str, Any], outcome: dict[str, Any]) -> bool:
        if outcome["status"] == "RETRY":
            await self._journal.say("info", id=envelope["id"], why=outcome["code"])
            return False
        self.queue.remove(envelope)
        if outcome["status"] == "ACCEPTED":
            await self._journal.say("ok", id=envelope["id"])
            self.acknowledged[envelope["id"]].set()
        else:
            await self._journal.say("fail", id=envelope["id"], code=outcome["code"])
        return True
