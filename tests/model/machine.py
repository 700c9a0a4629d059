"""The machine: tablets, service, relay, broker, listener, any of which may die at any edge; what must hold after every step (the protocol's
part of I1 to I11); and, at the end, that all comes to rest by itself with nothing lost and nothing doubled.

Real: `commands.execute` (the inbox), `outbox.insert` and `Relay` (flag, order, mark), `stream.Applier` (seen, dead letters, offset),
`device_store` (what is handed in), the SQL of `rebuild-bus`; all on PostgreSQL. Modelled, because they cannot be told when to die: the broker, the
consumer's loop around its client (`bus.py`), the browser (`tablet.py`), and HTTP between them (`_submit`, `_hand_in`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

from aiokafka.errors import KafkaError
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.devices import device_store
from services.kernel.commands import Outcome, execute
from services.kernel.outbox import Relay
from services.kernel.settings import Settings
from services.kernel.stream import Applier
from services.kernel.token import Actor
from tests.kernel.conftest import COMMANDS, Ticked
from tests.model.bus import Broker, Consumer, Producer, RelayConnection
from tests.model.judge import Judge
from tests.model.room import EVENTS, Killed, Room, hear
from tests.model.tablet import Row, Tablet

ANNA, BERT = (Actor(UUID(int=n), "staff", (("unit-a", "window_staff"),)) for n in (1, 2))
OWNERS = {UUID(int=11): ANNA, UUID(int=12): ANNA, UUID(int=13): BERT}
SUBJECTS = [UUID(int=21), UUID(int=22), UUID(int=23)]
tablets, subjects = st.integers(0, 2), st.sampled_from(SUBJECTS)
edges = st.one_of(st.none(), st.integers(0, 5))
coin = st.booleans()


@dataclass(frozen=True)
class Parts:
    """What the machine is built of. A wrong one must be found."""

    relay: type[Relay] = Relay
    applier: type[Applier] = Applier
    tablet: type[Tablet] = Tablet
    execute: Callable[..., Awaitable[Outcome]] = execute
    incarnation_first: bool = True


@dataclass
class Held:
    """A command that waits before its COMMIT."""

    task: "asyncio.Task[tuple[list[Outcome], UUID]]"
    tablet: Tablet
    row: Row


class Protocol(Judge, RuleBasedStateMachine):
    """One town. `room`, `loop`, `settings` and `parts` are given by the test."""

    room: ClassVar[Room]
    loop: ClassVar[asyncio.AbstractEventLoop]
    settings: ClassVar[Settings]
    parts: ClassVar[Parts] = Parts()

    @initialize(may_be_sick=st.booleans())
    def begin(self, may_be_sick: bool) -> None:
        self.tablets = [self.parts.tablet(id, owner) for id, owner in OWNERS.items()]
        self.broker, self.held = Broker(), None
        self.said: dict[UUID, tuple[Tablet, dict[str, Any]]] = {}
        self.withdrawn: set[UUID] = set()
        self.restore_next = False
        self.is_sick, self.may_be_sick = False, may_be_sick
        self.run(self.room.empty({id: owner.id for id, owner in OWNERS.items()}))
        self.relay = self.parts.relay(self.settings, "intake")
        applier = self.parts.applier(self.room.db, "test", EVENTS, {Ticked: self._hear})
        self.consumers = [Consumer(self.room.db, applier, self.broker) for _ in range(2)]

    def run(self, work: Any) -> Any:
        """To its end, or to a kill."""
        try:
            return self.loop.run_until_complete(work)
        except Killed:
            return None
        finally:
            self.room.db.die_in(None)

    async def _hear(self, event: Any, work: Any) -> None:
        if self.is_sick:
            raise ValueError("sick")
        await hear(event, work)

    # What people and tablets do

    @rule(n=tablets, subject=subjects, step=st.sampled_from([1, 2, 13]), is_edit=coin)
    def write(self, n: int, subject: UUID, step: int, is_edit: bool) -> None:
        query = "select coalesce((select version from subject_version where subject = $1), 0)"
        base = self.run(self.room.owner.fetchval(query, subject)) if is_edit else None
        self.tablets[n].write(subject, step, base)
        row = self.tablets[n].rows[-1]
        self.said[row.id] = (self.tablets[n], row.envelope)

    @rule(n=tablets, die_in=edges, is_answer_lost=coin, twice=coin)
    def drain(self, n: int, die_in: int | None, is_answer_lost: bool, twice: bool) -> None:
        """One request: the service may die in it, the answer may be lost, the request may come twice."""
        self.room.db.die_in(die_in)
        self.run(self._drain(self.tablets[n], 1 + twice, is_answer_lost))

    async def _drain(self, tablet: Tablet, times: int = 1, is_answer_lost: bool = False) -> None:
        if await device_store.is_revoked(self.room.owner, tablet.id) or tablet.knows_it_is_revoked:
            tablet.knows_it_is_revoked = True
            await self._hand_in(tablet, is_answer_lost)
            return
        rows = [row for row in tablet.sendable() if not (self.held and row.subject == self.held.row.subject)]
        for _ in range(times if rows else 0):
            answer = await self._submit(tablet.owner, [row.envelope for row in rows])
        if rows and not is_answer_lost:
            tablet.settle(rows, *answer)

    async def _submit(
        self, actor: Actor, envelopes: list[dict[str, Any]], db: Any = None
    ) -> tuple[list[Outcome], UUID]:
        """As `POST /commands` does it. A database may go and come back between two of its transactions."""
        db, now = db or self.room.db, datetime.now(UTC)
        incarnation = await self.room.incarnation()
        outcomes = [await self.parts.execute(db, COMMANDS, each, actor, now) for each in envelopes]
        if self.restore_next and not self.held:
            self.restore_next = False
            await self._restore()
        return outcomes, incarnation if self.parts.incarnation_first else await self.room.incarnation()

    async def _hand_in(self, tablet: Tablet, is_answer_lost: bool = False) -> None:
        """As `POST /handed-in` keeps it, and the tablet forgets it."""
        rows = [row for row in tablet.rows if row.state in ("device", "refused")]
        async with self.room.db.transaction("handed_in") as tx:
            for row in rows:
                who, sealed = (tablet.id, tablet.owner.id), row.envelope["id"].encode()
                assert await device_store.keep(tx, row.id, who, "kid", sealed, [], datetime.now(UTC))
        if not is_answer_lost:
            tablet.handed_in(rows, await self.room.incarnation())

    @rule(n=tablets)
    def hear_incarnation(self, n: int) -> None:
        self.tablets[n].hear_incarnation(self.run(self.room.incarnation()))

    @rule(n=tablets)
    def withdraw_refused(self, n: int) -> None:
        self.withdrawn |= self.tablets[n].withdraw_refused()

    @rule(n=tablets)
    def somebody_else_sends(self, n: int) -> None:
        """The cookie changed hands: what waits is sent as another person. Nobody may believe the answer."""
        tablet = self.tablets[n]
        rows = tablet.sendable() if not self.held else []
        other = BERT if tablet.owner is ANNA else ANNA
        tablet.settle(rows, *self.run(self._submit(other, [row.envelope for row in rows])))

    @rule(n=tablets)
    def revoke(self, n: int) -> None:
        query = "update device set revoked_at = now() where device_id = $1"
        self.run(self.room.owner.execute(query, self.tablets[n].id))

    @rule(person=st.sampled_from([ANNA, BERT]), die_in=edges)
    def decide_handed_in(self, person: Actor, die_in: int | None) -> None:
        if not self.held:
            self.room.db.die_in(die_in)
            self.run(self._decide_handed_in(person))

    async def _decide_handed_in(self, person: Actor) -> None:
        """As `DecideHandedIn` with `send`: as its author, now; refused, it goes on waiting."""
        for waiting in await device_store.find_handed_in(self.room.owner, person.id):
            assert waiting["command_id"] in self.said, "handed in under an id that nobody gave"
            envelope = self.said[waiting["command_id"]][1]
            [outcome], _ = await self._submit(person, [envelope])
            if outcome.status == "accepted":
                async with self.room.db.transaction("handed_in") as tx:
                    await device_store.decide(tx, person.id, waiting["command_id"], "sent", datetime.now(UTC))

    # A command that commits late

    @precondition(lambda self: not self.held)
    @rule(n=tablets)
    def begin_slowly(self, n: int) -> None:
        tablet = self.tablets[n]
        for row in [] if tablet.knows_it_is_revoked else tablet.sendable()[:1]:
            self.room.slow.hold_up()
            work = self._submit(tablet.owner, [row.envelope], self.room.slow)
            self.held = Held(self.loop.create_task(work), tablet, row)
            reached = self.loop.create_task(self.room.slow.reached.wait())
            self.run(asyncio.wait([reached, self.held.task], return_when=asyncio.FIRST_COMPLETED))
            reached.cancel()

    @precondition(lambda self: self.held)
    @rule(dies=coin, is_answer_lost=coin)
    def end_slowly(self, dies: bool = False, is_answer_lost: bool = False) -> None:
        held, self.held = self.held, None
        assert held and self.room.slow.gate
        self.room.slow.die_in(0 if dies else None)
        self.room.slow.gate.set()
        answer = self.run(held.task)
        self.room.slow.gate = None
        self.room.slow.die_in(None)
        if answer and not is_answer_lost and held.row.state == "device":
            held.tablet.settle([held.row], *answer)

    # The bus

    @rule(
        fate=st.sampled_from(["fine", "fine", "fine", "down", "killed", "slow", "acked", "marked"]),
        reach=st.integers(0, 3),
    )
    def publish(self, fate: str, reach: int) -> None:
        self.run(self._publish(fate, reach))
        left = "select count(*) from outbox where published_at is null"
        assert fate != "fine" or not self.run(self.room.owner.fetchval(left)), (
            "I11: left behind by a relay that had peace"
        )

    async def _publish(self, fate: str = "fine", reach: int = 0) -> None:
        try:
            connection = RelayConnection(self.room.owner, fate)
            await self.relay.publish(connection, Producer(self.broker, fate, reach))  # type: ignore[arg-type]
        except KafkaError:  # the same process tries again
            return
        except Killed:
            self.relay = self.parts.relay(self.settings, "intake")

    @precondition(lambda self: self.broker.late)
    @rule(data=st.data())
    def a_late_batch_arrives(self, data: st.DataObject) -> None:
        self.broker.arrive(data.draw(st.integers(0, len(self.broker.late) - 1)))

    @precondition(lambda self: any(self.broker.log))
    @rule(data=st.data())
    def the_bus_repeats(self, data: st.DataObject) -> None:
        partition = data.draw(st.sampled_from([n for n, log in enumerate(self.broker.log) if log]))
        self.broker.append(partition, data.draw(st.sampled_from(self.broker.log[partition])))

    @rule(replica=st.integers(0, 1), partition=st.integers(0, 1), at_most=st.integers(1, 5), die_in=edges)
    def fetch(self, replica: int, partition: int, at_most: int, die_in: int | None) -> None:
        self.room.db.die_in(die_in)
        self.run(self.consumers[replica].fetch(partition, at_most))

    @rule(replica=st.integers(0, 1), partition=st.integers(0, 1), die_in=edges)
    def apply(self, replica: int, partition: int, die_in: int | None) -> None:
        self.run(self.consumers[replica].fetch_if_empty(partition))
        self.room.db.die_in(die_in)
        self.run(self.consumers[replica].apply(partition))

    @rule(replica=st.integers(0, 1))
    def a_consumer_dies(self, replica: int) -> None:
        self.consumers[replica].die()

    @precondition(lambda self: self.may_be_sick)
    @rule(is_sick=coin)
    def the_reaction_breaks_or_is_mended(self, is_sick: bool) -> None:
        """A bug that poisons whatever comes, then its remedy."""
        self.is_sick = is_sick

    # Disaster

    @rule()
    def back_up(self) -> None:
        if not self.held:
            self.run(self.room.back_up())

    @rule(in_the_next_request=coin)
    def restore(self, in_the_next_request: bool) -> None:
        """The databases go back, the bus is made anew: now, or when the next request has committed and not answered yet."""
        self.restore_next = in_the_next_request
        if not in_the_next_request:
            if self.held:
                self.end_slowly(dies=True)
            self.run(self._restore())

    async def _restore(self) -> None:
        await self.room.restore()
        self.broker.log = [[] for _ in self.broker.log]
        self.broker.late.clear()
        self.relay = self.parts.relay(self.settings, "intake")
        for consumer in self.consumers:
            consumer.die()

    # What holds after every step

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "broker"):
            self.loop.run_until_complete(self.check())

    # And in the end

    def teardown(self) -> None:
        """Nobody does anything but go on: all comes to rest, nothing is lost, nothing is doubled (I1, I2, I6, I11)."""
        if not hasattr(self, "broker"):
            return
        if self.held:
            self.end_slowly()
        self.is_sick = self.restore_next = False
        self.loop.run_until_complete(self._come_to_rest())
        self.loop.run_until_complete(self.check())
        self.loop.run_until_complete(self.check_rest())

    async def _come_to_rest(self) -> None:
        for consumer in self.consumers:
            consumer.die()
        for _ in range(2 + max(len(tablet.rows) for tablet in self.tablets)):
            for tablet in self.tablets:
                tablet.hear_incarnation(await self.room.incarnation())
                await self._drain(tablet)
        for person in (ANNA, BERT):
            await self._decide_handed_in(person)
        for _ in range(2):  # the second for what the listener itself said
            await self._publish()
            for partition in range(len(self.broker.log)):
                await self.consumers[0].fetch(partition, 1_000_000)
                await self.consumers[0].apply(partition)
