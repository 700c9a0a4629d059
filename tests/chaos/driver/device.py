"""A tablet that is often without a signal: it queues, then sends what it kept in bursts of sealed commands.

It keeps the app's rules: oldest first, at most fifty at once and one of each subject, nothing leaves the queue without a
definite answer, a refused command stays in 要確認, a 401 pauses; after a restore "not found" is no answer, because the case comes back.
"""

import asyncio
import random
from typing import Any

from tests.chaos.driver.journal import Journal
from tests.chaos.driver.people import Unknown, Worker
from tests.support.vault import Vault

BURST = 50
SAID = {"ACCEPTED": "ok", "REFUSED": "fail", "RETRY": "info"}
"""How the journal calls an outcome."""


class Device:
    """One person's tablet and its queue."""

    def __init__(self, worker: Worker, journal: Journal, chosen: random.Random, may_send: asyncio.Event) -> None:
        self.worker, self._journal, self._chosen, self._may_send = worker, journal, chosen, may_send
        self.queue: list[dict[str, Any]] = []
        self.is_patient = False
        """It heard of a restore (the app: for 72 hours)."""
        self._vault: Vault

    async def set_up(self) -> None:
        """Signed in, with a vault."""
        await self.worker.sign_in()
        device = {"id": self.worker.device, "name": "タブレット"}
        said = (await self.worker.ask("RegisterDevice", device=device))["registerDevice"]
        self._vault = Vault.given(self.worker.device, said)

    async def enqueue(self, envelope: dict[str, Any]) -> None:
        """On the disk of the tablet."""
        await self._journal.say("queued", device=self.worker.device, **envelope)
        self.queue.append(envelope)

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
        await self._journal.say_all("invoke", [{"device": self.worker.device, **envelope} for envelope in batch])
        sealed = [self._vault.seal(envelope) for envelope in batch]
        try:
            outcomes = (await self.worker.ask("SubmitSealed", commands=sealed))["submitSealed"]
        except Unknown as why:
            return await self._unanswered(batch, str(why))
        for outcome in outcomes:
            if self.is_patient and outcome["code"] == "not_found":
                outcome["status"] = "RETRY"
        for status, kind in SAID.items():
            said = [(e, o["code"]) for e, o in zip(batch, outcomes, strict=True) if o["status"] == status]
            if kind != "info":
                self.queue = [each for each in self.queue if each not in [envelope for envelope, _ in said]]
            await self._journal.say_all(kind, [{"id": envelope["id"], "code": code} for envelope, code in said])
        return all(outcome["status"] != "RETRY" for outcome in outcomes)

    async def _unanswered(self, batch: list[dict[str, Any]], why: str) -> bool:
        await self._journal.say_all("info", [{"id": envelope["id"], "why": why} for envelope in batch])
        return False
