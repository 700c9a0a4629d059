"""The modelled half, the tablet: the queue's rules as `pwa/src/sync/rows.ts` and `drain.ts` have them (their own histories are tried
beside them, in `histories.test.ts`), without sealing; and what its person was shown."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from services.kernel.commands import Outcome
from services.kernel.ids import new_id
from services.kernel.token import Actor


@dataclass
class Row:
    """One command on the tablet. `device` (waiting), `received`, `refused`, or `handed_in` (kept by the gateway for its author)."""

    envelope: dict[str, Any]
    state: str = "device"
    incarnation: UUID | None = None
    was_sent_again: bool = False

    @property
    def id(self) -> UUID:
        return UUID(self.envelope["id"])

    @property
    def subject(self) -> str:
        said: str = self.envelope["subject"]
        return said


@dataclass
class Tablet:
    """One person's device. Once `is_revoked` was said to it, it only hands in."""

    id: UUID
    owner: Actor
    rows: list[Row] = field(default_factory=list)
    knows_it_is_revoked: bool = False

    def write(self, subject: UUID, step: int, base: int | None) -> None:
        """On the disk, before anything else."""
        said = {"id": str(new_id()), "type": "Tick", "v": 1, "author": str(self.owner.id), "subject": str(subject)}
        said |= {"deviceSeq": len(self.rows), "capturedAt": "2026-11-24T12:00:00+09:00", "payload": {"step": step}}
        self.rows.append(Row(said | ({} if base is None else {"baseVersion": base})))

    def sendable(self) -> list[Row]:
        """The first unanswered of each subject, unless a refused one stands before it."""
        met: set[str] = set()
        chosen = []
        for row in self.rows:
            if row.state in ("device", "refused") and row.subject not in met:
                met.add(row.subject)
                if row.state == "device":
                    chosen.append(row)
        return chosen

    def settle(self, rows: list[Row], outcomes: list[Outcome], incarnation: UUID) -> None:
        """Write down what the owner answered."""
        for row, outcome in zip(rows, outcomes, strict=True):
            if outcome.status == "accepted":
                row.state, row.incarnation = "received", incarnation
            elif outcome.status == "refused" and outcome.error and outcome.error.code != "not_the_author":
                row.state = "refused"

    def hear_incarnation(self, current: UUID) -> None:
        """What a restored database has forgotten is sent, or handed in, again."""
        for row in self.rows:
            if row.incarnation not in (None, current):
                row.state, row.incarnation, row.was_sent_again = "device", None, True

    def handed_in(self, rows: list[Row], incarnation: UUID) -> None:
        """The gateway keeps them for their author; they leave the queue, and are kept as what was received is."""
        for row in rows:
            row.state, row.incarnation = "handed_in", incarnation

    def withdraw_refused(self) -> set[UUID]:
        """The person takes back what was refused."""
        gone = {row.id for row in self.rows if row.state == "refused"}
        self.rows = [row for row in self.rows if row.state != "refused"]
        return gone
