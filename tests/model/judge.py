"""What must hold of the machine's town: the protocol's part of I1 to I11 (reliability.md §6)."""

from collections import Counter
from typing import Any
from uuid import UUID

from services.kernel.ids import event_id
from tests.kernel.conftest import Ticked
from tests.model.bus import Broker
from tests.model.room import Room
from tests.model.tablet import Tablet


class Judge:
    """Looks at the town: `said` (id -> who wrote it where, and the envelope), `withdrawn`, tablets, broker, and every table."""

    room: Room
    broker: Broker
    tablets: list[Tablet]
    said: dict[UUID, tuple[Tablet, dict[str, Any]]]
    withdrawn: set[UUID]
    may_be_sick: bool

    async def check(self) -> None:
        """After every step."""
        rows = await self.room.everything()
        accepted = {UUID(row["command_id"]): UUID(row["actor_id"]) for row in rows["command_log"]}
        incarnation = UUID(max(rows["incarnation"], key=lambda row: row["started_at"])["id"])
        assert accepted.keys() <= self.said.keys(), "I4: accepted, and nobody said it"
        held = [row for each in self.tablets for row in each.rows if row.incarnation == incarnation]
        shown = {row.id for row in held if row.state == "received"}
        assert shown <= accepted.keys(), "I1/I5: shown as 受領済, and its owner does not have it"
        kept = {UUID(row["command_id"]) for row in rows["handed_in"]}
        assert {row.id for row in held if row.state == "handed_in"} <= kept, "I1/I5: given away, and nobody has it"
        assert all(actor == self.said[id][0].owner.id for id, actor in accepted.items()), (
            "I10: applied as somebody else"
        )
        writes = [row for row in rows["access_log"] if row["action"] == "write"]
        assert len(writes) == len(accepted), "I9: an access row for each accepted command"
        self._check_events(rows["outbox"], accepted)
        self._check_listener(rows)

    def _check_events(self, events: list[Any], accepted: dict[UUID, UUID]) -> None:
        ticks = [row for row in events if row["type"] == Ticked.type_name()]
        once = Counter(UUID(row["causation_id"]) for row in ticks)
        assert once == Counter(accepted.keys()), "I1/I2/I4: one event for each accepted command, and none besides"
        last: Counter[str] = Counter()
        place: dict[tuple[UUID, str], int] = {}
        for row in events:
            last[row["subject"]] += 1
            assert row["version"] == last[row["subject"]], "I3: versions are 1, 2, 3 … in the order of the outbox"
        for row in ticks:
            tablet, envelope = self.said[UUID(row["causation_id"])]
            base = envelope.get("baseVersion")
            assert base in (None, row["version"] - 1), "I8: a conditional write saw the version before"
            own = next((one for one in tablet.rows if one.id == UUID(row["causation_id"])), None)
            if own is None or own.was_sent_again or own.state == "handed_in":
                continue
            key = (tablet.id, row["subject"])
            assert place.get(key, -1) < envelope["deviceSeq"], "I7: in the order of the tablet's queue"
            place[key] = envelope["deviceSeq"]
        on_bus = {record.says("ce_id") for log in self.broker.log for record in log}
        published = {row["event_id"] for row in events if row["published_at"]}
        assert published <= on_bus, "I1: marked as published, not on the bus"

    def _check_listener(self, rows: dict[str, list[Any]]) -> None:
        seen = {row["subject"]: row["version"] for row in rows["seen"]}
        said = {row["event_id"] for row in rows["outbox"]}
        effects: dict[str, list[int]] = {}
        for row in rows["effect"]:
            assert row["event_id"] in said, "I4: an effect of nothing"
            effects.setdefault(row["subject"], []).append(row["version"])
        for subject, versions in effects.items():
            assert versions == list(range(1, seen.get(subject, 0) + 1)), "I2/I3: each version once, in order"
        parked = {row["subject"] for row in rows["dead_letter"] if row["resolved_at"] is None}
        assert self.may_be_sick or not parked, "I11: put aside, and nothing is poison"
        for row in rows["consumer_offset"]:
            for record in self.broker.log[row["partition"]][: row["next_offset"]]:
                subject = record.says("ce_subject")
                has_effect = int(record.says("ce_aggregateversion")) <= seen.get(subject, 0)
                assert has_effect or subject in parked, "the offset is ahead of the effect"

    async def check_rest(self) -> None:
        """When all has come to rest: nothing is lost, nothing waits for anybody."""
        owner = self.room.owner
        accepted = {row["command_id"] for row in await owner.fetch("select command_id from command_log")}
        waiting = {
            row["command_id"] for row in await owner.fetch("select command_id from handed_in where state = 'waiting'")
        }
        for id in self.said.keys() - self.withdrawn - accepted - waiting:
            state = next((row.state for row in self.said[id][0].rows if row.id == id), "nowhere")
            is_behind = state == "device" and id not in {row.id for row in self.said[id][0].sendable()}
            assert state == "refused" or is_behind, f"I1: lost, it is {state}"
        effects = {row["event_id"] for row in await owner.fetch("select event_id from effect")}
        assert effects == {event_id(id, 0) for id in accepted}, "I1/I6: every command has its effect"
        unpublished = await owner.fetchval("select count(*) from outbox where published_at is null")
        dead = await owner.fetchval("select count(*) from dead_letter where resolved_at is null")
        assert (unpublished, dead) == (0, 0), "I11: nothing waits for anybody"
        echoes = await owner.fetchval("select count(*) from outbox where type <> $1", Ticked.type_name())
        assert echoes == len(accepted), "what a listener says is said once"
