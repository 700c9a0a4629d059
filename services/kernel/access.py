"""The access rows: who was shown what, and why, in the transaction of the answer and before it; one for each basis."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.kernel.db import Connection, Database
from services.kernel.telemetry import current_trace_id
from services.kernel.token import Actor


async def record(
    tx: Connection,
    actor: Actor,
    action: str,
    shown: Mapping[str, Sequence[UUID]],
    *,
    basis: str,
    field_groups: Sequence[str] = (),
    purpose: str = "",
    screen: str = "",
) -> None:
    """Append one access row: ids and field groups, never content."""
    await tx.execute(
        "insert into access_log (actor_id, actor_kind, action, shown, field_groups, basis, purpose, screen, trace_id)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        *(actor.id, actor.service or actor.kind, action, {kind: [str(i) for i in ids] for kind, ids in shown.items()}),
        *(list(field_groups), basis, purpose, screen, current_trace_id()),
    )


@dataclass
class Read:
    """One answer being prepared. Say what it shows; leaving the block writes a row for each basis of it and commits."""

    tx: Connection
    actor: Actor
    now: datetime
    _rows: dict[str, tuple[dict[str, list[UUID]], set[str]]] = field(default_factory=dict, init=False)

    def shows(self, kind: str, ids: Sequence[UUID], *groups: str, basis: str) -> None:
        """Note that the answer shows these ids, with these field groups, by this relation or lawful basis (of several: `a,b`)."""
        shown, said = self._rows.setdefault(basis, ({}, set()))
        shown.setdefault(kind, []).extend(ids)
        said.update(groups)


@dataclass(frozen=True)
class Reader:
    """Who reads, from which screen, for what purpose. `open` is the only way to a person's record."""

    db: Database
    actor: Actor
    now: datetime
    screen: str = ""
    purpose: str = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Read]:
        """A consistent snapshot; on leaving, the access rows are committed before the answer exists (fails closed)."""
        async with self.db.transaction("read", "repeatable_read") as tx:
            read = Read(tx, self.actor, self.now)
            yield read
            about = {"purpose": self.purpose, "screen": self.screen}
            for basis, (shown, groups) in (read._rows or {"none": ({}, set())}).items():
                await record(tx, self.actor, "read", shown, basis=basis, field_groups=sorted(groups), **about)
