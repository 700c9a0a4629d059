"""I1–I11 of a snapshot, each in linear time (access rows: one sort). Nothing here asks the system anything."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from tests.chaos.checker.effects import SAYS, Expected, downstream_rows, heard_rows, name_of, owner_rows
from tests.chaos.checker.refusals import SETTLED_WITHIN, refused_for_a_reason
from tests.chaos.checker.world import Row, Violation, World


def check(world: World, receivers: Sequence[str]) -> list[Violation]:
    """Everything that does not hold."""
    owners, downstream = owner_rows(world), downstream_rows(world, receivers)
    downstream["coordination.attendance_heard"] = heard_rows(world)
    found: list[Violation] = []
    for part in (
        acknowledged_is_kept(world),
        registered_is_kept(world),
        refused_left_nothing(world),
        refused_for_a_reason(world),
        nothing_unasked(world),
        said_once(world),
        rows_equal(world, owners, "the owner's row"),
        rows_equal(world, downstream, "the effect"),
        versions_in_order(world),
        bus_is_complete(world),
        applied_in_order(world),
        devices_agree(world),
        queues_in_order(world),
        reads_show_own_writes(world),
        nothing_overwritten(world),
        access_is_recorded(world),
        authorised(world),
        poison_is_kept(world),
        alive(world),
    ):
        found += part
    return found


def acknowledged_is_kept(world: World) -> Iterator[Violation]:
    """I5: no fault takes back an `ok`. A tablet's command that has no answer is still on the tablet (I1)."""
    waiting = 0
    for id, asked in world.asked.items():
        if asked.state == "ok" and id not in world.applied:
            yield Violation("I5", f"{asked.envelope['type']} was acknowledged and is gone from its owner", id)
        elif asked.envelope.get("device") and asked.state not in ("ok", "fail"):
            waiting += 1
    if waiting > world.left_on_devices:
        lost = next(id for id, a in world.asked.items() if a.envelope.get("device") and a.state not in ("ok", "fail"))
        yield Violation("I1", f"{waiting - world.left_on_devices} commands left a tablet without an answer", lost)


def registered_is_kept(world: World) -> Iterator[Violation]:
    """I5 of the staff register, which is written by no command."""
    kept = {row[0] for row in world.tables.get("gateway.assignment", ())}
    for line in world.journal:
        if line["kind"] == "registered" and line["assignment"] not in kept:
            yield Violation("I5", "an assignment was made and is gone from the register", line["assignment"])


def refused_left_nothing(world: World) -> Iterator[Violation]:
    """I2: a `fail` has no effect."""
    for id, asked in world.asked.items():
        if asked.state == "fail" and id in world.applied:
            yield Violation("I2", "refused for good, and applied", id)


def nothing_unasked(world: World) -> Iterator[Violation]:
    """I4: every accepted command was asked for, every event has a cause."""
    for command in world.commands:
        if command.id not in world.asked:
            yield Violation("I4", f"{command.service} accepted a {command.type} that nobody sent", command.id)
    causes = world.applied | {event.id for event in world.events}
    for event in world.events:
        if event.cause not in causes and event.topic != "staff":
            yield Violation("I4", f"{name_of(event)} has no cause", event.id)


def said_once(world: World) -> Iterator[Violation]:
    """I1, I2: an accepted command made its event, once."""
    for command in world.commands:
        wanted = SAYS.get(command.type)
        made = [name_of(event) for event in world.caused.get(command.id, ())]
        if wanted and made.count(wanted) != 1 and made != ["VisitQuarantined"]:
            invariant = "I1" if wanted not in made else "I2"
            yield Violation(invariant, f"{command.type} made {wanted} {made.count(wanted)} times", command.id)


def rows_equal(world: World, expected: Expected, what: str) -> Iterator[Violation]:
    """I1 missing, I2 doubled, I4 from nowhere: a table holds exactly what it must."""
    for table, wanted in expected.items():
        found = Counter(world.tables.get(table, ()))
        for row in wanted - found:
            yield Violation("I1", f"{what} in {table} is missing: {_short(row)}", _about(row))
        for row in found - wanted:
            says = "doubled" if row in wanted else "there without a cause"
            yield Violation("I2" if row in wanted else "I4", f"{what} in {table} is {says}: {_short(row)}", _about(row))


def _about(row: Row) -> str:
    """The id a row is about: its first column, in a notice the handoff or case."""
    return row[0] if len(row[0]) == 36 else next((part for part in reversed(row) if part != "None"), row[0])


def _short(row: Row) -> str:
    return ", ".join(part for part in row if part != "None")


def versions_in_order(world: World) -> Iterator[Violation]:
    """I3: the versions of a subject are 1, 2, 3 … in the order they entered the outbox."""
    for (topic, subject), events in world.histories.items():
        versions = [event.version for event in events]
        if versions != list(range(1, len(versions) + 1)):
            yield Violation("I3", f"versions in the outbox of {topic}: {versions[:12]}", subject)


def bus_is_complete(world: World) -> Iterator[Violation]:
    """I1: everything said is on the bus. I3: first deliveries of a subject come in order. I4: nothing else is there."""
    delivered: dict[tuple[str, str], list[int]] = defaultdict(list)
    known, heard = {event.id for event in world.events}, set()
    for record in sorted(world.records, key=lambda record: (record.topic, record.partition, record.offset)):
        if (record.topic, record.partition, record.offset) in world.poisoned:
            continue
        if record.event not in known:
            yield Violation("I4", f"on the bus of {record.topic}, in no outbox", record.event)
        if record.event not in heard:
            delivered[record.topic, record.subject].append(record.version)
        heard.add(record.event)
    for event in world.events:
        if event.id not in heard:
            state = "marked as published, not" if event.is_published else "never"
            yield Violation("I1", f"{name_of(event)} v{event.version} is {state} on the bus", event.id)
    for (topic, subject), versions in delivered.items():
        for earlier, later in pairwise(versions):
            if later < earlier:
                yield Violation("I3", f"{topic} delivered versions {earlier} before {later}", subject)


def applied_in_order(world: World) -> Iterator[Violation]:
    """I3: every consumer has applied each subject to its last version."""
    for (topic, subject), events in world.histories.items():
        for service in world.listeners.get(topic, ()):
            seen = world.seen.get((service, topic, subject), 0)
            if seen != len(events):
                yield Violation("I3", f"{service} has applied {seen} of {len(events)} of {topic}", subject)


def devices_agree(world: World) -> Iterator[Violation]:
    """I6: a tablet was given exactly the cases of its person's teams."""
    cases: dict[str, set[str]] = defaultdict(set)
    for case, member in world.tables.get("coordination.case_member", ()):
        cases[member].add(case)
    for person, held in world.devices.items():
        for case in held ^ cases[person]:
            says = "holds a case that is not" if case in held else "lacks a case that is"
            yield Violation("I6", f"the tablet of {person} {says} of its person's team", case)


def queues_in_order(world: World) -> Iterator[Violation]:
    """I7: what one tablet queued about one subject was applied in the order of the queue."""
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for event in sorted(world.events, key=lambda event: event.n):
        asked = world.asked.get(event.cause)
        if asked is None or not asked.envelope.get("device"):
            continue
        place, seq = (asked.envelope["device"], event.subject), int(asked.envelope["deviceSeq"])
        if place in last and last[place][0] > seq:
            yield Violation("I7", f"applied after {last[place][1]}, queued before it", event.cause)
        last[place] = (seq, event.cause)


def reads_show_own_writes(world: World) -> Iterator[Violation]:
    """I7: a case that was read shows every visit its reader had been told is kept."""
    own: dict[tuple[str, str], set[str]] = defaultdict(set)
    for line in world.journal:
        if line["kind"] == "ok" and (asked := world.asked.get(line["id"])):
            if asked.envelope["type"] == "RecordVisit":
                key = (asked.envelope["author"], asked.envelope["subject"])
                own[key].add(f"{line['at']} {asked.envelope['payload']['visitId']}")
        elif line["kind"] == "read":
            asked_at, shown = line["at"] - line["took"], set(line["shown"])
            for kept in own[line["actor"], line["case"]]:
                at, visit = kept.split()
                if float(at) < asked_at and visit not in shown:
                    yield Violation("I7", "a visit acknowledged before the read was not shown", visit)


def nothing_overwritten(world: World) -> Iterator[Violation]:
    """I8: a conditional write was applied to exactly the version its author had seen."""
    for id in world.applied:
        asked = world.asked.get(id)
        base = asked.envelope.get("baseVersion") if asked else None
        if asked is None or base is None:
            continue
        for event in world.caused.get(id, ()):
            if event.subject == asked.envelope["subject"] and event.version != base + 1:
                yield Violation("I8", f"its author had seen version {base}, it became {event.version}", id)


def access_is_recorded(world: World) -> Iterator[Violation]:
    """I9: one row for each accepted write; for each answered read one that was there before the answer."""
    writes: Counter[tuple[str, str, str]] = Counter()
    reads: dict[tuple[str, str], list[float]] = defaultdict(list)
    for access in world.access:
        for kind, id in access.shown:
            if access.action == "write":
                writes[access.actor, kind, id] += 1
            elif kind == "case" and access.action != "refused":
                reads[access.actor, id].append(access.at)
    wanted: Counter[tuple[str, str, str]] = Counter()
    for command in world.commands:
        if asked := world.asked.get(command.id):
            wanted[command.actor, command.type, asked.envelope["subject"]] += 1
    for key in wanted.keys() | writes.keys():
        if wanted[key] != writes[key]:
            yield Violation("I9", f"{wanted[key]} {key[1]} accepted, {writes[key]} in the access log", key[2])
    yield from _reads_recorded(world, reads)


def _reads_recorded(world: World, reads: Mapping[tuple[str, str], list[float]]) -> Iterator[Violation]:
    answered: Counter[tuple[str, str]] = Counter()
    exempt = [(line["backup_at"], line["at"]) for line in world.journal if line["kind"] == "restored"]
    for key in reads:
        reads[key].sort()
    for line in world.journal:
        if line["kind"] != "read" or any(begun <= line["at"] <= ended for begun, ended in exempt):
            continue
        key = (line["actor"], line["case"])
        answered[key] += 1
        if bisect_right(reads.get(key, []), line["at"]) < answered[key]:
            yield Violation(
                "I9", f"read {answered[key]} of the case was answered before it was in the access log", key[1]
            )


def authorised(world: World) -> Iterator[Violation]:
    """I10: a visit and a read are by the team, a fact of a session by its staff; what anybody else sent was not applied."""
    teams = set(world.tables.get("coordination.case_member", ()))
    for line in world.journal:
        if line["kind"] == "read" and (line["case"], line["actor"]) not in teams:
            yield Violation("I10", f"{line['actor']} read it and is not of its team", line["case"])
    for visit, case, author in world.tables.get("coordination.visit", ()):
        if (case, author) not in teams:
            yield Violation("I10", f"{author} is not of the team of {case}", visit)
    staff = set(world.tables.get("ibasho.session_staff", ()))
    for fact, session, _, author in world.tables.get("ibasho.attendance", ()):
        if (session, author) not in staff:
            yield Violation("I10", f"{author} does not work at {session}", fact)
    for command in world.commands:
        asked = world.asked.get(command.id)
        if asked and asked.envelope["author"] != command.actor:
            yield Violation("I10", f"applied as {command.actor}, who is not its author", command.id)


def poison_is_kept(world: World) -> Iterator[Violation]:
    """I1: what cannot be applied lies in the dead letters of each listener. I11: nothing else lies there."""
    kept = {(each.service, each.topic, each.partition, each.offset) for each in world.dead}
    for topic, partition, offset in world.poisoned:
        for service in world.listeners.get(topic, ()):
            if (service, topic, partition, offset) not in kept:
                yield Violation("I1", f"{service} swallowed poison", f"{topic}/{partition}@{offset}")
    for each in world.dead:
        if (each.topic, each.partition, each.offset) not in world.ever_poisoned:
            says = f"{each.service} put aside an event of {each.topic} ({each.kind}): somebody must look"
            yield Violation("I11", says, each.subject)


def alive(world: World) -> Iterator[Violation]:
    """I11: everything came to rest by itself, and everything runs."""
    if world.settled_after is None or world.settled_after > SETTLED_WITHIN:
        yield Violation("I11", f"not settled {SETTLED_WITHIN:.0f} s after the last fault", "everything")
    for login in world.unsynced:
        yield Violation("I11", "the tablet got no answer to its last sync", login)
    for name in world.stopped:
        yield Violation("I11", "not running at the end", name)
