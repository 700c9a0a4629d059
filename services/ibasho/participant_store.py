"""SQL about who takes part, for a command that holds its session locked; and the register of places and programmes."""

from datetime import date, datetime
from uuid import UUID

from services.contracts.ibasho import NewParticipant
from services.ibasho.domain.session import SessionState, nickname_key
from services.kernel.db import Connection

_ONE_AT_A_TIME = 7301


async def find_participant(tx: Connection, participant_id: UUID) -> UUID | None:
    """The id a person is known by, from any id a device made for them."""
    found: UUID | None = await tx.fetchval(
        "select participant_id from participant where participant_id = $1"
        " union all select participant_id from participant_alias where alias_id = $1",
        participant_id,
    )
    return found


async def lock_making(tx: Connection) -> None:
    """People are made one at a time: two tablets with the same newcomer would otherwise both find nobody."""
    await tx.execute("select pg_advisory_xact_lock($1)", _ONE_AT_A_TIME)


async def find_same(tx: Connection, session: SessionState, new: NewParticipant) -> UUID | None:
    """Who has this token anywhere, else this nickname at this place."""
    found: UUID | None = await tx.fetchval(
        "select participant_id from (select participant_id, 1 as rank from participant where code = $1"
        " union all select participant_id, 1 from participant_alias where code = $1"
        " union all select participant_id, 2 from participant_private where place_id = $2 and nickname_key = $3) f"
        " order by rank limit 1",
        *(new.code, session.place_id, nickname_key(new.nickname)),
    )
    return found


async def insert_participant(
    tx: Connection, session: SessionState, participant_id: UUID, new: NewParticipant, now: datetime
) -> None:
    """Somebody new at the session's place. Who was erased, and lost by a restore, comes back as nobody."""
    is_erased = await tx.fetchval("select exists (select 1 from erasure where participant_id = $1)", participant_id)
    query = "insert into participant values ($1, $2, $3, $4)"
    await tx.execute(query, participant_id, session.place_id, None if is_erased else new.code, now)
    if not is_erased:
        await tx.execute(
            "insert into participant_private values ($1, $2, $3, $4)",
            *(participant_id, session.place_id, new.nickname, nickname_key(new.nickname)),
        )


async def insert_alias(tx: Connection, alias_id: UUID, participant_id: UUID, code: str) -> None:
    """Another id, and perhaps another token, of somebody known."""
    await tx.execute(
        "insert into participant_alias values ($1, $2, case when exists (select 1 from participant where code = $3)"
        " or exists (select 1 from participant_alias where code = $3) then null else $3 end)",
        *(alias_id, participant_id, code),
    )


async def register_place(
    tx: Connection, place_id: UUID, unit_id: str, since: date, name: str, until: date | None = None
) -> None:
    """A place of a unit, from a day on, perhaps to a last day. Again changes nothing."""
    query = "insert into place values ($1, $2, $3, $4) on conflict do nothing"
    await tx.execute(query, place_id, unit_id, since, until)
    await tx.execute("insert into place_name values ($1, $2, $3) on conflict do nothing", place_id, since, name)


async def register_programme(tx: Connection, programme_id: UUID, unit_id: str, names: dict[date, str]) -> None:
    """A programme with its names, each from its day on. Again changes nothing."""
    await tx.execute("insert into programme values ($1, $2) on conflict do nothing", programme_id, unit_id)
    rows = [(programme_id, since, name) for since, name in names.items()]
    await tx.executemany("insert into programme_name values ($1, $2, $3) on conflict do nothing", rows)
