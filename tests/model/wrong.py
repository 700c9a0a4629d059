"""Wrong parts, each something that somebody could have believed. The machine must find every one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from services.kernel.commands import Outcome, execute
from services.kernel.ids import new_id
from services.kernel.outbox import Relay
from services.kernel.stream import Applier, _advance, headers_of, parse_event
from tests.model.machine import Parts
from tests.model.room import Killed
from tests.model.tablet import Row, Tablet


class _Later:
    """A relay's connection that looks for rows in another way."""

    def __init__(self, connection: Any, find: Any) -> None:
        self._connection, self.fetch = connection, find
        self.execute = connection.execute


class RelayByRememberedId(Relay):
    """Ids only grow, so the last one is enough, also after a start."""

    last = 0

    async def publish(self, connection: Any, producer: Any) -> int:
        async def find(*asked: Any) -> list[Any]:
            rows = [row for row in await connection.fetch(*asked) if row["id"] > self.last]
            RelayByRememberedId.last = max([self.last, *(row["id"] for row in rows)])
            return rows

        return await super().publish(_Later(connection, find), producer)


class RelayNewestFirst(Relay):
    """Any order will do: they are versioned."""

    async def publish(self, connection: Any, producer: Any) -> int:
        async def find(*asked: Any) -> list[Any]:
            return list(reversed(await connection.fetch(*asked)))

        return await super().publish(_Later(connection, find), producer)


class RelayMarksFirst(Relay):
    """The broker is on the same machine."""

    async def publish(self, connection: Any, producer: Any) -> int:
        async def find(*asked: Any) -> list[Any]:
            rows: list[Any] = await connection.fetch(*asked)
            await connection.execute("update outbox set published_at = now() where published_at is null")
            return rows

        return await super().publish(_Later(connection, find), producer)


class NoSeenCheck(Applier):
    """The bus delivers once, so nobody needs to look."""

    async def _react(self, tx: Any, event: Any) -> None:
        await tx.execute("update seen set version = 0 where topic = $1 and subject = $2", event.topic, event.subject)
        await super()._react(tx, event)


class OffsetBeforeEffect(Applier):
    """Advance first, so that a bad batch is not read twice."""

    async def _apply(self, topic: str, partition: int, records: Sequence[Any]) -> None:
        async with self._db.transaction("consumer") as tx:
            await _advance(tx, topic, partition, records[0].offset, records[-1].offset + 1)
        async with self._db.transaction("consumer") as tx:
            for record in records:
                await self._react(tx, parse_event(topic, headers_of(record), record.value, self._known))


class SwallowsPoison(Applier):
    """What cannot be applied is of no use to anybody."""

    async def _apply_alone(self, topic: str, partition: int, record: Any) -> None:
        try:
            await self._apply(topic, partition, [record])
        except ValueError:
            async with self._db.transaction("consumer") as tx:
                await _advance(tx, topic, partition, record.offset, record.offset + 1)


class ShowsWhatItSent(Tablet):
    """Sent is as good as received."""

    def sendable(self) -> list[Row]:
        rows = super().sendable()
        for row in rows:
            row.state = "received"
        return rows


class SendsEverythingAtOnce(Tablet):
    """Two about one subject may go together, and what was refused holds nobody up."""

    def sendable(self) -> list[Row]:
        return [row for row in reversed(self.rows) if row.state == "device"]


class NewIdEachTry(Tablet):
    """A try is a request, a request has an id."""

    def sendable(self) -> list[Row]:
        rows = super().sendable()
        for row in rows:
            row.envelope["id"] = str(new_id())
        return rows


class DropsWhatIsNotHers(Tablet):
    """Refused is refused, whoever was asked."""

    def settle(self, rows: list[Row], outcomes: list[Outcome], incarnation: Any) -> None:
        super().settle(rows, outcomes, incarnation)
        for row, outcome in zip(rows, outcomes, strict=True):
            if outcome.error and outcome.error.code == "not_the_author":
                self.rows.remove(row)


class DeafToIncarnations(Tablet):
    """What was acknowledged is safe."""

    def hear_incarnation(self, current: Any) -> None:
        return


class ForgetsWhatItHandedIn(Tablet):
    """The gateway has it now."""

    def handed_in(self, rows: list[Row], incarnation: Any) -> None:
        for row in rows:
            self.rows.remove(row)


async def answers_before_commit(db: Any, commands: Any, item: Any, actor: Any, now: Any) -> Outcome:
    """The disk will do its part."""
    try:
        return await execute(db, commands, item, actor, now)
    except Killed:
        return Outcome(item["id"], "accepted")


async def overwrites(db: Any, commands: Any, item: Any, actor: Any, now: Any) -> Outcome:
    """The last one to write is right."""
    return await execute(db, commands, {**item, "baseVersion": None}, actor, now)


RIGHT = Parts()
WRONG = {
    "relay by remembered id": replace(RIGHT, relay=RelayByRememberedId),
    "relay newest first": replace(RIGHT, relay=RelayNewestFirst),
    "relay marks before the ack": replace(RIGHT, relay=RelayMarksFirst),
    "no seen check": replace(RIGHT, applier=NoSeenCheck),
    "offset before effect": replace(RIGHT, applier=OffsetBeforeEffect),
    "swallows poison": replace(RIGHT, applier=SwallowsPoison),
    "shows 受領済 when sent": replace(RIGHT, tablet=ShowsWhatItSent),
    "queue out of order": replace(RIGHT, tablet=SendsEverythingAtOnce),
    "a new id for each try": replace(RIGHT, tablet=NewIdEachTry),
    "drops what another's answer refuses": replace(RIGHT, tablet=DropsWhatIsNotHers),
    "does not send again after a restore": replace(RIGHT, tablet=DeafToIncarnations),
    "forgets what it handed in": replace(RIGHT, tablet=ForgetsWhatItHandedIn),
    "answers before COMMIT": replace(RIGHT, execute=answers_before_commit),
    "overwrites without looking at baseVersion": replace(RIGHT, execute=overwrites),
    "reads the incarnation after the command": replace(RIGHT, incarnation_first=False),
}
