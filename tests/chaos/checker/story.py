"""The shortest story of a violation: what was asked and answered, and what the system has of it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from tests.chaos.checker.effects import name_of
from tests.chaos.checker.world import Violation, World

MOST_LINES = 14


def tell(world: World, violation: Violation) -> str:
    """The violation and at most `MOST_LINES` lines about its id, oldest first."""
    ids = _related(world, violation.about)
    lines = [*_journal(world, ids), *_system(world, ids)]
    if len(lines) > MOST_LINES:
        lines = [*lines[: MOST_LINES - 1], f"… and {len(lines) - MOST_LINES + 1} lines more"]
    return "\n".join([str(violation), *(f"    {line}" for line in lines)])


def tell_all(world: World, violations: Sequence[Violation]) -> str:
    """One story of each kind of violation, and how many of each there are."""
    firsts = {_kind(violation): violation for violation in reversed(violations)}
    kinds = Counter(map(_kind, violations))
    counts = ", ".join(f"{count} × {invariant}" for (invariant, _), count in sorted(kinds.items()))
    stories = [tell(world, firsts[kind]) for kind in sorted(firsts)]
    return "\n".join([f"violations: {counts}", *stories])


def _kind(violation: Violation) -> tuple[str, str]:
    """Its invariant and the words of its sentence that hold neither a digit nor an id."""
    words = violation.says.split(":")[0].split()
    return violation.invariant, " ".join(word for word in words if word.isalpha())


def _related(world: World, about: str) -> set[str]:
    """The id, and the commands and events that say it."""
    ids = {about}
    for id, asked in world.asked.items():
        if about == id or about in asked.envelope.get("payload", {}).values():
            ids |= {id}
    for event in world.events:
        if about in (event.id, event.cause) or event.cause in ids:
            ids |= {event.id, event.cause}
    return ids


def _journal(world: World, ids: set[str]) -> Iterator[str]:
    last_fault = ""
    for line in world.journal:
        at = datetime.fromtimestamp(line["at"], UTC).strftime("%H:%M:%S.%f")[:-3]
        if line["kind"] == "fault":
            last_fault = f"{at} fault   {line['what']}"
        elif line.get("id") in ids or line.get("subject") in ids or line.get("case") in ids:
            if last_fault:
                yield last_fault
                last_fault = ""
            said = line.get("type") or line.get("why") or line.get("code") or ""
            yield f"{at} {line['kind']:7} {said} {line.get('id', line.get('case', ''))}"


def _system(world: World, ids: set[str]) -> Iterator[str]:
    for command in world.commands:
        if command.id in ids:
            yield f"{command.service} has accepted {command.type} {command.id}"
    for event in world.events:
        if event.id in ids or event.subject in ids:
            yield f"outbox of {event.topic}: #{event.n} {name_of(event)} v{event.version} {event.id}"
    for record in world.records:
        if record.event in ids or (record.subject in ids and record.subject):
            yield f"bus {record.topic}/{record.partition}@{record.offset}: v{record.version} {record.event}"
    for each in world.dead:
        if each.subject in ids:
            yield f"dead letter of {each.service}: {each.topic}/{each.partition}@{each.offset} {each.kind}"
