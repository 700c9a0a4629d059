"""Ten planted faults as pairs (file, what stands there, what stands there instead). A source that moved fails loudly."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Mutant:
    """One fault. `why`: what somebody could have believed; `sign`: words by which the judge's story shows that it saw it."""

    name: str
    why: str
    sign: str
    edits: tuple[tuple[str, str, str], ...]

    def plant(self, tree: Path) -> None:
        """Into a scratch copy; AssertionError when a place is not there exactly once."""
        for file, before, after in self.edits:
            path = tree / file
            text = path.read_text()
            assert text.count(before) == 1, f"{self.name}: {file} has moved; {text.count(before)} places: {before[:60]}"
            path.write_text(text.replace(before, after))


OUTBOX, STREAM = "services/kernel/outbox.py", "services/kernel/stream.py"
_READS = "from outbox where published_at is null order by id limit $1"

MUTANTS = (
    Mutant(
        "drop_every_1000th",
        "a filter that loses one in a thousand",
        "is marked as published, not on the bus",
        (
            (
                OUTBOX,
                "            for row in rows\n        ]\n        await asyncio",
                "            for row in rows\n            if row['id'] % 1000\n        ]\n        await asyncio",
            ),
        ),
    ),
    Mutant(
        "skip_seen",
        "the bus delivers once, so nobody needs to look",
        "put aside an event",
        ((STREAM, "        if event.version <= seen:\n            return\n", ""),),
    ),
    Mutant(
        "offset_before_effect",
        "advance first, so that a bad batch is not read twice",
        "has applied",
        (
            (
                STREAM,
                '        async with self._db.transaction("consumer") as tx:\n            for record in records:\n                event = parse_event',
                '        async with self._db.transaction("consumer") as tx:\n            await _advance(tx, topic, partition, records[0].offset, records[-1].offset + 1)\n'
                '        async with self._db.transaction("consumer") as tx:\n            for record in records:\n                event = parse_event',
            ),
            (
                STREAM,
                '            crash_point("consumer.between_effect_and_offset")\n            await _advance(tx, topic, partition, records[0].offset, records[-1].offset + 1)\n',
                '            crash_point("consumer.between_effect_and_offset")\n',
            ),
        ),
    ),
    Mutant(
        "relay_by_remembered_id",
        "ids only grow, so the last one is enough",
        "never on the bus",
        (
            (OUTBOX, _READS, "from outbox where published_at is null and id > $2 order by id limit $1"),
            (
                OUTBOX,
                "        rows = await connection.fetch(_UNPUBLISHED, BATCH)\n",
                '        rows = await connection.fetch(_UNPUBLISHED, BATCH, getattr(self, "_last", 0))\n'
                '        self._last = max([row["id"] for row in rows], default=getattr(self, "_last", 0))\n',
            ),
        ),
    ),
    Mutant(
        "relay_by_xmin",
        "the order of transactions is the order of events",
        "delivered versions",
        (
            (
                OUTBOX,
                _READS,
                "from outbox where published_at is null and xmin::text::bigint < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
                " order by xmin::text::bigint, id limit $1",
            ),
        ),
    ),
    Mutant(
        "acks_0",
        "the broker is on the same machine",
        "marked as published, not on the bus",
        ((OUTBOX, 'enable_idempotence=True, acks="all"', "acks=0"),),
    ),
    Mutant(
        "discard_on_401",
        "who is signed out has nothing to send",
        "left a tablet without an answer",
        (
            (
                "tests/chaos/driver/device.py",
                "            return await self._unanswered(batch, str(why))\n",
                '            if str(why) == "signed_out":\n                self.queue = [each for each in self.queue if each not in batch]\n'
                "            return await self._unanswered(batch, str(why))\n",
            ),
        ),
    ),
    Mutant(
        "overwrite_without_base_version",
        "the last one to write is right",
        "its author had seen version",
        (("services/kernel/commands.py", "        if not known:  #", "        if False:  #"),),
    ),
    Mutant(
        "access_row_after_response",
        "the answer must not wait for its paperwork",
        "was answered before it was in the access log",
        (
            (
                "services/kernel/access.py",
                '                await record(tx, self.actor, "read", shown, basis=basis, field_groups=sorted(groups), **about)\n',
                "                asyncio.get_running_loop().call_later(0.2, lambda: asyncio.ensure_future(self._later(shown, basis, groups, about)))\n\n"
                "    async def _later(self, shown, basis, groups, about):\n"
                '        async with self.db.transaction("late") as tx:\n'
                '            await record(tx, self.actor, "read", shown, basis=basis, field_groups=sorted(groups), **about)\n',
            ),
            ("services/kernel/access.py", "from collections.abc import", "import asyncio\nfrom collections.abc import"),
        ),
    ),
    Mutant(
        "swallow_poison",
        "what cannot be read is of no use to anybody",
        "swallowed poison",
        (
            (
                STREAM,
                "            await _put_aside(tx, topic, partition, record, kind, reason)\n            await _advance",
                "            await _advance",
            ),
        ),
    ),
)
