"""People who leave in mid-sentence, thousands of them: every connection, file and place in the pool comes back.

`BANSO_LEAVERS` requests (1,000) are begun and dropped at a random moment: while they are sent, while the answer is awaited,
while it is read; half of them by a reset.
"""

import asyncio
import json
import os
import random
import socket
import struct
import time
from collections import Counter

import pytest

from infra.stack import Stack
from services.kernel.db import Database
from tests.hostile.story import SERVICES, Story, Tokens, bugs
from tests.hostile.vitals import Vitals, vitals
from tests.support.person import Person, document_ids

LEAVERS = int(os.environ.get("BANSO_LEAVERS", "1000"))
AT_ONCE, SEED, LONGEST_SECONDS = 60, 20261128, 0.06
_READS = {
    "intake": "/views/tray",
    "coordination": "/views/cases",
    "ibasho": "/views/places",
    "notify": "/views/notices",
    "reporting": "/views/statistics?from=2026-01&to=2026-12",
}
_FILES_OF_KEPT_CONNECTIONS = 20
"""httpx keeps that many to an owner, opened when they are needed."""


def request(method: str, path: str, host: str, body: object = None, **headers: str) -> bytes:
    """The bytes of one request."""
    content = b"" if body is None else json.dumps(body).encode()
    head = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Content-Type: application/json"]
    head += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*head, f"Content-Length: {len(content)}", "", ""]).encode() + content


class Leavers:
    """What they ask, and how they leave."""

    def __init__(self, town: Stack, story: Story) -> None:
        self._town, self._chosen = town, random.Random(SEED)
        self._tokens = {name: Tokens(town, name) for name in SERVICES}
        person = Person(town.url, "takahashi")
        host = f"localhost:{town.ports['gateway']}"
        said = {"Host": host, "Origin": town.url, "Cookie": f"banso_session={person.http.cookies['banso_session']}"}
        said.pop("Host")
        ids = document_ids()
        asked = [("Today", {}), ("Cases", {}), ("Case", {"id": str(story.case)}), ("Sync", {"have": [], "waiting": 0})]
        self._documents = [
            request("POST", "/graphql", host, {"documentId": ids[name], "variables": variables}, **said)
            for name, variables in asked
        ]
        self.left: Counter[str] = Counter()

    async def leave(self) -> None:
        """One of them."""
        name = self._chosen.choice((*SERVICES, "gateway", "gateway"))
        if name == "gateway":
            said = self._chosen.choice(self._documents)
        else:
            said = request("GET", _READS[name], "x", **self._tokens[name].header())
        reader, writer = await asyncio.open_connection("127.0.0.1", self._town.ports[name])
        how = self._chosen.choice(("sending", "waiting", "reading"))
        self.left[how] += 1
        writer.write(said[: self._chosen.randrange(1, len(said))] if how == "sending" else said)
        if how == "reading":
            await asyncio.wait_for(reader.read(self._chosen.randrange(1, 400)), 30)
        else:
            await asyncio.sleep(self._chosen.uniform(0, LONGEST_SECONDS))
        if self._chosen.random() < 0.5:  # a reset instead of a goodbye
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.close()

    async def leave_all(self, count: int) -> None:
        """Some at once, until all have left."""
        left = iter(range(count))

        async def one_after_the_other() -> None:
            for _ in left:
                await self.leave()

        await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def settled(town: Stack, before: dict[str, Vitals], seconds: float = 20) -> dict[str, Vitals]:
    """What everybody holds, as soon as it is no more than before; else what they held at last. The gateway is asked meanwhile:
    with the next question httpx closes what it kept open to an owner and did not need for five seconds."""
    deadline, person = time.monotonic() + seconds, Person(town.url, "takahashi")
    while True:
        await asyncio.to_thread(person.ask, "Sync", have=[], waiting=0)
        await asyncio.to_thread(person.ask, "Today")
        now = {name: await vitals(town, name) for name in before}
        if time.monotonic() > deadline or all(is_back(before[name], now[name]) for name in before):
            return now
        await asyncio.sleep(0.2)


def is_back(before: Vitals, now: Vitals) -> bool:
    """Nothing is held that was not held before."""
    files = now.files <= before.files + _FILES_OF_KEPT_CONNECTIONS
    return now.tasks <= before.tasks and files and now.connections <= before.connections and now.in_transaction == 0


@pytest.mark.timeout(900)
async def test_ten_thousand_who_leave_take_nothing_with_them(town: Stack, story: Story) -> None:
    leavers, logged = Leavers(town, story), bugs(town)
    await leavers.leave_all(AT_ONCE * 5)  # so that every pool is as full as it gets
    await asyncio.sleep(1)
    before = {name: await vitals(town, name) for name in (*SERVICES, "gateway")}
    begun = time.monotonic()
    await leavers.leave_all(LEAVERS)
    seconds = time.monotonic() - begun
    after = await settled(town, before)
    person = Person(town.url, "takahashi")
    assert person.ask("Today")["today"]["unavailable"] == []
    print(f"{dict(leavers.left)} left in {seconds:.0f} s, seed {SEED}")
    for name in before:
        print(f"  {name}: {before[name]} -> {after[name]}")
    assert {name for name in before if not is_back(before[name], after[name])} == set()
    assert bugs(town) == logged


@pytest.mark.timeout(900)
async def test_a_cancelled_transaction_gives_its_place_and_its_connection_back(town: Stack) -> None:
    """The pool itself, with tasks cancelled between any two steps: while they queue, connect, begin, ask, commit."""
    size, chosen = 4, random.Random(SEED)
    db = Database(town.dsns["notify"].app, size)
    await db.open()
    assert db._pool is not None

    async def work() -> None:
        async with db.transaction() as tx:
            await tx.fetchval("select pg_sleep(0.001)")
            await tx.execute("select 1")

    cancelled = 0
    for _ in range(LEAVERS // 20):
        tasks = [asyncio.ensure_future(work()) for _ in range(20)]
        for task in sorted(tasks, key=lambda _: chosen.random()):
            await asyncio.sleep(chosen.choice((0, 0, 0.0005, 0.002)))
            task.cancel()
        found = await asyncio.gather(*tasks, return_exceptions=True)
        cancelled += sum(isinstance(one, asyncio.CancelledError) for one in found)
        assert not [one for one in found if one is not None and not isinstance(one, asyncio.CancelledError)]
    await asyncio.wait_for(asyncio.gather(*(work() for _ in range(size * 3))), 10)
    assert (db._free._value, db._pool.get_idle_size()) == (size, db._pool.get_size())
    print(f"{cancelled} of {LEAVERS // 20 * 20} transactions cancelled; {db._pool.get_size()} connections, all idle")
    await db.close()
