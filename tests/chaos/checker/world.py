"""Everything the judge looks at, after quiescence. Hand-made in the unit tests, read by `snapshot` after a round."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Row = tuple[str, ...]


@dataclass(frozen=True)
class Command:
    """A row of a command log: accepted for ever."""

    service: str
    id: str
    actor: str
    type: str


@dataclass(frozen=True)
class Event:
    """A row of an outbox."""

    topic: str
    n: int
    id: str
    type: str
    subject: str
    version: int
    cause: str
    data: dict[str, Any]
    is_published: bool = True


@dataclass(frozen=True)
class Record:
    """What lies on the bus."""

    topic: str
    partition: int
    offset: int
    event: str
    subject: str
    version: int


@dataclass(frozen=True)
class DeadLetter:
    """An event that a consumer put aside and nobody resolved."""

    service: str
    topic: str
    partition: int
    offset: int
    subject: str
    kind: str


@dataclass(frozen=True)
class Access:
    """A line of an access log: (what, id) pairs it showed or changed."""

    service: str
    actor: str
    action: str
    shown: tuple[tuple[str, str], ...]
    at: float


@dataclass(frozen=True)
class Violation:
    """An invariant that does not hold, about one id."""

    invariant: str
    says: str
    about: str

    def __str__(self) -> str:
        return f"{self.invariant}: {self.says} ({self.about})"


@dataclass
class Asked:
    """One command as the journal tells it."""

    envelope: dict[str, Any]
    state: str = "queued"
    invoked_at: float = 0
    answered_at: float = 0
    tries: int = 0


@dataclass
class World:
    """A snapshot. `listeners`: topic -> services that apply it. `tables`: "service.table" -> rows as text."""

    journal: list[dict[str, Any]] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    seen: dict[tuple[str, str, str], int] = field(default_factory=dict)
    dead: list[DeadLetter] = field(default_factory=list)
    access: list[Access] = field(default_factory=list)
    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    listeners: dict[str, tuple[str, ...]] = field(default_factory=dict)
    devices: dict[str, set[str]] = field(default_factory=dict)
    """staff id -> the cases a tablet of hers was given by its last sync."""
    left_on_devices: int = 0
    settled_after: float | None = 0.0
    """Seconds from the last fault and the last work until everything was published and applied; nothing when that never came."""
    unsynced: tuple[str, ...] = ()
    """Whose tablets got no answer to the last sync."""
    stopped: tuple[str, ...] = ()
    """Processes that were not running at the end."""

    @cached_property
    def asked(self) -> dict[str, Asked]:
        """Every command by id; its state is `ok` once it was ever acknowledged."""
        found: dict[str, Asked] = {}
        for line in self.journal:
            if line["kind"] in ("queued", "invoke"):
                one = found.setdefault(line["id"], Asked(line))
                if line["kind"] == "invoke":
                    one.invoked_at = one.invoked_at or line["at"]
                    one.tries += 1
                    one.state = one.state if one.state == "ok" else "info"
            elif line["kind"] in ("ok", "fail", "info") and line["id"] in found:
                one = found[line["id"]]
                if one.state != "ok":
                    one.state, one.answered_at = line["kind"], line["at"]
        return found

    def asked_for(self, type: str) -> Iterator[Asked]:
        """The commands of one type that were applied."""
        return (a for id, a in self.asked.items() if id in self.applied and a.envelope["type"] == type)

    @cached_property
    def applied(self) -> set[str]:
        """Ids that an owner says it accepted."""
        return {command.id for command in self.commands}

    @cached_property
    def caused(self) -> dict[str, list[Event]]:
        """Cause -> the events it made."""
        found: dict[str, list[Event]] = defaultdict(list)
        for event in self.events:
            found[event.cause].append(event)
        return found

    @cached_property
    def histories(self) -> dict[tuple[str, str], list[Event]]:
        """(topic, subject) -> its events in the order they entered the outbox."""
        found: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for event in sorted(self.events, key=lambda event: event.n):
            found[event.topic, event.subject].append(event)
        return found

    @cached_property
    def poisoned(self) -> set[tuple[str, int, int]]:
        """Where poison lies on today's bus: (topic, partition, offset). A restore makes the bus anew, without it."""
        found: set[tuple[str, int, int]] = set()
        for line in self.journal:
            if line["kind"] == "restored":
                found.clear()
            elif line["kind"] == "poison":
                found.add((line["topic"], line["partition"], line["offset"]))
        return found

    @cached_property
    def ever_poisoned(self) -> set[tuple[str, int, int]]:
        """Where poison was at any time."""
        return {(line["topic"], line["partition"], line["offset"]) for line in self.journal if line["kind"] == "poison"}

    @property
    def redelivered(self) -> int:
        """Deliveries beyond the first: above zero means the duplicates were really there."""
        return sum(count - 1 for count in Counter(record.event for record in self.records if record.event).values())
