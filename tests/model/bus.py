"""The modelled half, the bus: a broker in memory that does what a real one cannot be told to do when told (die in mid-batch, let a
dead relay's batch arrive late, repeat), and the kernel's consumer as far as it holds no broker. The relay that fills it and
the applier that empties it are the kernel's own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from aiokafka.errors import KafkaConnectionError

from services.kernel.stream import Applier, StaleConsumerError
from tests.model.room import Killed, Mortal

PARTITIONS = 2


@dataclass(frozen=True)
class Record:
    """A record as the client hands it over."""

    offset: int
    headers: Sequence[tuple[str, bytes]]
    value: bytes

    def says(self, header: str) -> str:
        return dict(self.headers)[header].decode()


@dataclass
class Broker:
    """Partitions, and what is still on its way to them: batches of relays that died."""

    log: list[list[Record]] = field(default_factory=lambda: [[] for _ in range(PARTITIONS)])
    late: list[list[tuple[int, Record]]] = field(default_factory=list)

    def append(self, partition: int, record: Record) -> None:
        self.log[partition].append(replace(record, offset=len(self.log[partition])))

    def arrive(self, n: int) -> None:
        """A late batch arrives."""
        for partition, record in self.late.pop(n):
            self.append(partition, record)


class Producer:
    """As the relay uses it. `fate`: fine; down (the broker dies after `reach` records: the rest fails); killed (the relay dies
    after `reach` records: the rest is lost); slow (likewise: the rest arrives some day)."""

    def __init__(self, broker: Broker, fate: str, reach: int) -> None:
        self._broker, self._fate, self._reach = broker, fate, reach
        self._sent: list[tuple[int, Record]] = []

    async def send(self, topic: str, *, key: bytes, value: bytes, headers: Any) -> "asyncio.Future[None]":
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sent.append((sum(key) % PARTITIONS, Record(-1, headers, value)))
        if self._fate in ("fine", "acked", "marked") or len(self._sent) <= self._reach:
            self._broker.append(*self._sent[-1])
            answer.set_result(None)
        elif self._fate == "down":
            answer.set_exception(KafkaConnectionError())
        else:
            if self._fate == "slow":
                self._broker.late.append([self._sent[-1]])
            raise Killed
        return answer


class RelayConnection:
    """The relay's own connection. `fate`: acked (dies between the broker's ack and the mark), marked (dies after it)."""

    def __init__(self, connection: Any, fate: str) -> None:
        self._connection, self._fate = connection, fate

    async def fetch(self, *asked: Any) -> Any:
        return await self._connection.fetch(*asked)

    async def execute(self, *asked: Any) -> None:
        if self._fate == "acked":
            raise Killed
        await self._connection.execute(*asked)
        if self._fate == "marked":
            raise Killed


class Consumer:
    """A replica's loop: positions from the offset rows, batches to the applier, from the rows again after any trouble."""

    def __init__(self, db: Mortal, applier: Applier, broker: Broker) -> None:
        self._db, self._applier, self._broker = db, applier, broker
        self._positions: list[int] | None = None
        self._fetched: list[list[Record]] = []

    def die(self) -> None:
        """What was in memory is gone."""
        self._positions = None

    async def start(self) -> None:
        """As the kernel's: missing offset rows begin at 0, what was put aside is tried once more."""
        async with self._db.transaction("assign") as tx:
            await tx.executemany(
                "insert into consumer_offset (topic, partition, next_offset) values ('intake', $1, 0) on conflict do nothing",
                [(n,) for n in range(PARTITIONS)],
            )
            rows = await tx.fetch("select next_offset from consumer_offset order by partition")
        self._positions, self._fetched = [row[0] for row in rows], [[] for _ in range(PARTITIONS)]
        await self._applier.redrive()

    async def fetch(self, partition: int, at_most: int) -> None:
        """Into memory; it may be applied much later, when another replica was here."""
        if self._positions is None:
            await self.start()
        assert self._positions is not None
        first = self._positions[partition]
        self._fetched[partition] = self._broker.log[partition][first : first + at_most]

    async def fetch_if_empty(self, partition: int) -> None:
        """A few, when nothing waits in memory."""
        if self._positions is None or not self._fetched[partition]:
            await self.fetch(partition, 5)

    async def apply(self, partition: int) -> None:
        """What was fetched. A stale one begins again from the rows."""
        if self._positions is None or not self._fetched[partition]:
            return
        batch, self._fetched[partition] = self._fetched[partition], []
        try:
            await self._applier.apply("intake", partition, batch)  # type: ignore[arg-type]
            self._positions[partition] = batch[-1].offset + 1
        except StaleConsumerError:
            self.die()
        except Killed:
            self.die()
            raise
