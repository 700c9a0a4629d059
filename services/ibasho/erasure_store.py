"""SQL of 消去: nickname, token and every line with the nickname are deleted; who came how often stays, as nobody's.

The same statements are run again after a restore (`infra/rebuild_bus.py`). Again changes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.contracts.codes import HeldKind, Holder
from services.contracts.participant_request import ParticipantErased
from services.ibasho.domain.participant_request import names
from services.ibasho.participant_store import lock_making
from services.kernel.db import Connection

EXPECTED = (Holder.COORDINATION,)
"""Who answers with `ErasureDone`: whoever may hold a link to the token. notify and reporting keep ids."""

_THEIR_SESSIONS = """(select s.session_id from session s
    where s.place_id = (select place_id from participant where participant_id = $1)
    or exists (select 1 from attendance a where a.session_id = s.session_id and a.participant_id = $1))"""
_NICKNAME = "(select nickname from participant_private where participant_id = $1)"
# What staff wrote where the person comes, which may name them; and why a fact about them was taken back.
_WRITTEN = {
    HeldKind.CLOSING_LINE: "select l.closing_id as id, l.written_at as at, l.line as words from closing_line_private l"
    f" where l.session_id in {_THEIR_SESSIONS}",
    HeldKind.DRAFT: "select d.draft_id as id, d.saved_at as at, d.body ->> 'line' as words from draft_private d"
    f" where d.finished_at is null and d.body ->> 'sessionId' in (select s::text from {_THEIR_SESSIONS} t (s))",
}
_NOTES = """select c.correction_id as id, c.corrected_at as at from correction c join correction_private using (correction_id)
    join attendance a using (attendance_id) where a.participant_id = $1"""
_COUNTED = {
    HeldKind.NICKNAME: "select p.made_at from participant p join participant_private n using (participant_id)"
    " where p.participant_id = $1",
    HeldKind.TOKEN_ATTENDANCE: "select a.at from attendance a where a.participant_id = $1",
    HeldKind.REQUEST: "select q.opened_at from participant_request q join participant_request_private using (request_id)"
    " where q.participant_id = $1",
}


@dataclass(frozen=True)
class Held:
    """Something that is held of somebody: of what kind, under which id, of when."""

    kind: HeldKind
    id: UUID | None
    at: datetime


async def find_held(tx: Connection, participant_id: UUID) -> list[Held]:
    """Everything that is held of somebody, line by line; lines that staff wrote only where they name them."""
    found = [
        Held(kind, None, row[0]) for kind, query in _COUNTED.items() for row in await tx.fetch(query, participant_id)
    ]
    found += [Held(HeldKind.CORRECTION_NOTE, row["id"], row["at"]) for row in await tx.fetch(_NOTES, participant_id)]
    nickname = await tx.fetchval(f"select {_NICKNAME}", participant_id)
    for kind, query in _WRITTEN.items():
        rows = await tx.fetch(query, participant_id) if nickname else []
        found += [Held(kind, row["id"], row["at"]) for row in rows if names(nickname, row["words"] or "")]
    return found


async def find_ids(tx: Connection, participant_id: UUID) -> list[UUID]:
    """The other ids that devices made for the same person."""
    query = "select alias_id from participant_alias where participant_id = $1 order by 1"
    return [row["alias_id"] for row in await tx.fetch(query, participant_id)]


async def erase(tx: Connection, erased: ParticipantErased, now: datetime) -> None:
    """Delete the words of one person, and note it. Whoever makes somebody at this moment waits."""
    await lock_making(tx)
    held = await find_held(tx, erased.participant_id)
    ids = [erased.participant_id, *erased.also_known_as]
    await tx.execute(
        "update draft_private set body = '{}', finished_at = coalesce(finished_at, $2) where draft_id = any($1)",
        *([one.id for one in held if one.kind is HeldKind.DRAFT], now),
    )
    lines = {*erased.lines, *lines_of(held)}
    await tx.execute("insert into erased_line select unnest($1::uuid[]) on conflict do nothing", lines)
    await tx.execute("delete from closing_line_private where closing_id = any($1::uuid[])", lines)
    await tx.execute("delete from correction_private where correction_id = any($1::uuid[])", lines)
    await tx.execute("delete from participant_private where participant_id = any($1)", ids)
    await tx.execute("update participant set code = null where participant_id = any($1)", ids)
    await tx.execute("update participant_alias set code = null where participant_id = any($1)", ids)
    await tx.execute(
        "delete from participant_request_private where request_id in"
        " (select request_id from participant_request where participant_id = any($1))",
        ids,
    )
    await tx.execute(f"select forget_commands(array{_THEIR_SESSIONS} || $1)", erased.participant_id)
    await _note(tx, erased, ids, now)


async def _note(tx: Connection, erased: ParticipantErased, ids: Sequence[UUID], now: datetime) -> None:
    await tx.execute(
        "insert into participant_request (request_id, participant_id, kind, opened_by, opened_at, decision, decided_by,"
        " decided_at) values ($1, $2, $3, $4, $5, 'approve', $6, $5)"
        " on conflict on constraint participant_request_is_opened_once"
        " do update set decision = 'approve', decided_by = $6, decided_at = $5 where participant_request.decision is null",
        *(erased.request_id, erased.participant_id, erased.kind, erased.opened_by, now, erased.decided_by),
    )
    insert = "insert into erasure select unnest($1::uuid[]), $2, $3 on conflict do nothing"
    await tx.execute(insert, ids, erased.request_id, now)


def lines_of(held: Sequence[Held]) -> list[UUID]:
    """The ids of what staff wrote for good: lines and notes."""
    kept = {HeldKind.CLOSING_LINE, HeldKind.CORRECTION_NOTE}
    return [one.id for one in held if one.kind in kept and one.id is not None]


async def note_done(tx: Connection, request_id: UUID, holder: str, at: datetime) -> None:
    """A holder undid what it held. Again is harmless. The decision, which was logged after its erasure, is forgotten now."""
    await tx.execute("insert into erasure_done values ($1, $2, $3) on conflict do nothing", request_id, holder, at)
    await tx.execute(
        "select forget_commands(array(select participant_id from erasure where request_id = $1))", request_id
    )
