"""Every SQL statement about passkeys and what they are asked to sign."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from services.kernel.db import Connection


async def ask(tx: Connection, challenge: bytes, session_id: UUID | None, now: datetime, valid_until: datetime) -> None:
    """Remember a challenge; those nobody answered in time go."""
    await tx.execute("delete from passkey_challenge where valid_until < $1", now)
    await tx.execute("insert into passkey_challenge values ($1, $2, $3)", challenge, session_id, valid_until)


async def take(tx: Connection, challenge: bytes, session_id: UUID | None, now: datetime) -> bool:
    """Use a challenge up; False when it was not asked here, or used, or too old."""
    done = await tx.execute(
        "delete from passkey_challenge where challenge = $1 and session_id is not distinct from $2 and valid_until > $3",
        *(challenge, session_id, now),
    )
    return bool(done == "DELETE 1")


async def insert(
    tx: Connection, credential_id: bytes, staff_id: UUID, key: tuple[bytes, int], name: str, now: datetime
) -> bool:
    """A new passkey (`key`: public key and sign count). Again is fine; False when it is another person's."""
    await tx.execute(
        "insert into passkey_private (credential_id, staff_id, public_key, sign_count, name, added_at)"
        " values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
        *(credential_id, staff_id, *key, name, now),
    )
    query = "select staff_id = $2 from passkey_private where credential_id = $1"
    return bool(await tx.fetchval(query, credential_id, staff_id))


async def find(tx: Connection, credential_id: bytes) -> asyncpg.Record | None:
    """One passkey."""
    row: asyncpg.Record | None = await tx.fetchrow(
        "select * from passkey_private where credential_id = $1 for update", credential_id
    )
    return row


async def find_of(tx: Connection, staff_id: UUID) -> Sequence[asyncpg.Record]:
    """Somebody's passkeys, the oldest first."""
    return await tx.fetch("select * from passkey_private where staff_id = $1 order by added_at", staff_id)


async def note_use(tx: Connection, credential_id: bytes, sign_count: int, now: datetime) -> None:
    """It signed; its counter only grows."""
    query = "update passkey_private set sign_count = $2, last_used_at = $3 where credential_id = $1"
    await tx.execute(query, credential_id, sign_count, now)


async def remove(tx: Connection, staff_id: UUID, credential_id: bytes) -> bool:
    """Take away one's own; False when absent or another's."""
    query = "delete from passkey_private where staff_id = $1 and credential_id = $2"
    return bool(await tx.execute(query, staff_id, credential_id) == "DELETE 1")


async def remove_all(tx: Connection, staff_id: UUID) -> None:
    """Whoever begins anew with a code of their manager's: nothing that somebody added before opens any more."""
    await tx.execute("delete from passkey_private where staff_id = $1", staff_id)
