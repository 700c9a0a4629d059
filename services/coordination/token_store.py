"""SQL of 札とケース: what was heard of tokens, and the link that the team of a case makes and undoes."""

from datetime import datetime
from uuid import UUID

from services.contracts.ibasho import AttendanceLogged
from services.coordination import store
from services.coordination.domain.visit import CaseState
from services.coordination.domain.who_may import Relation
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal
from services.kernel.token import Actor

_FORGOTTEN = "exists (select 1 from participant_forgotten where participant_id = {})"


async def lock_case_of_team(tx: Connection, actor: Actor, case_id: UUID, now: datetime) -> CaseState:
    """The case, locked, for its team alone: a lead of the unit is not asked and does not join."""
    case = await store.lock_case(tx, actor, case_id, now)
    if await store.find_relation(tx, actor, case_id, now) != Relation.MEMBER:
        raise NotFound
    return case


async def lock_token(tx: Connection, participant_id: UUID) -> None:
    """Hearing of a token and joining it wait for each other, else each could miss the other's rows."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1::text, 7302))", str(participant_id))


async def insert_heard(tx: Connection, logged: AttendanceLogged, at: datetime, recorded_at: datetime) -> None:
    """Keep a fact about a token, and copy it to every case the token is joined to. Of whom 居場所 erased, nothing."""
    await tx.execute(
        f"insert into attendance_heard select $1, $2, $3, $4, $5, $6 where not {_FORGOTTEN.format('$2')}",
        *(logged.attendance_id, logged.participant_id, logged.session_id, logged.kind, at, recorded_at),
    )
    await tx.execute(
        "insert into case_attendance select t.case_id, h.* from attendance_heard h join case_token t"
        " on t.participant_id = h.participant_id where h.attendance_id = $1",
        logged.attendance_id,
    )


async def forget_heard(tx: Connection, attendance_id: UUID) -> None:
    """The fact was taken back where it was written down."""
    await tx.execute("delete from case_attendance where attendance_id = $1", attendance_id)
    await tx.execute("delete from attendance_heard where attendance_id = $1", attendance_id)


async def join(tx: Connection, actor: Actor, case_id: UUID, participant_id: UUID, now: datetime) -> None:
    """The person wished it; who noted that, and when. What was heard so far comes in. Again changes nothing.
    Refusal `record_erased` of whom 居場所 erased."""
    if await tx.fetchval(f"select {_FORGOTTEN.format('$1')}", participant_id):
        raise Refusal("record_erased", "what is asked about was erased")
    await tx.execute(
        "insert into case_token values ($1, $2, $3, $4) on conflict do nothing",
        *(case_id, participant_id, actor.id, now),
    )
    await tx.execute(
        "insert into case_attendance select $1, h.* from attendance_heard h where h.participant_id = $2"
        " on conflict do nothing",
        *(case_id, participant_id),
    )


async def separate(tx: Connection, case_id: UUID, participant_id: UUID) -> None:
    """Nothing of the token is left at the case. Again changes nothing."""
    await tx.execute("delete from case_attendance where case_id = $1 and participant_id = $2", case_id, participant_id)
    await tx.execute("delete from case_token where case_id = $1 and participant_id = $2", case_id, participant_id)


async def forget_participant(tx: Connection, participant_id: UUID) -> None:
    """Nothing of the token is left anywhere, at no case and apart from cases, nor comes again. Again changes nothing."""
    await tx.execute("insert into participant_forgotten values ($1) on conflict do nothing", participant_id)
    for table in ("case_attendance", "case_token", "attendance_heard"):
        await tx.execute(f"delete from {table} where participant_id = $1", participant_id)
