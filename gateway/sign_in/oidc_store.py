"""Every SQL statement about sign-in through the city's identity provider."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.kernel.db import Connection


async def begin_flow(
    tx: Connection,
    secret_hash: bytes,
    kind: str,
    device: UUID | None,
    brought: tuple[bytes, bytes],
    now: datetime,
    valid_until: datetime,
) -> None:
    """Somebody goes to the provider (`brought`: session and known browser of the cookies); those who never came back go."""
    await tx.execute("delete from oidc_flow where valid_until < $1", now)
    await tx.execute(
        "insert into oidc_flow values ($1, $2, $3, $4, $5, $6, $7)",
        *(secret_hash, kind, device, *brought, now, valid_until),
    )


async def take_flow(tx: Connection, secret_hash: bytes, now: datetime) -> asyncpg.Record | None:
    """Use a flow up; nothing when it was not begun in this browser, or used, or too old."""
    row: asyncpg.Record | None = await tx.fetchrow(
        "delete from oidc_flow where secret_hash = $1 and valid_until > $2 returning *", secret_hash, now
    )
    return row


async def find_bound(tx: Connection, issuer: str, subject: str) -> UUID | None:
    """Whose account this is."""
    query = "select staff_id from oidc_account_private where issuer = $1 and subject = $2"
    found: UUID | None = await tx.fetchval(query, issuer, subject)
    return found


async def find_by_login(tx: Connection, login: str) -> UUID | None:
    """Whose login this is."""
    found: UUID | None = await tx.fetchval("select staff_id from staff where login = $1", login)
    return found


async def unbind(tx: Connection, staff_id: UUID) -> None:
    """Whoever begins anew with a code of their manager's: the next account that comes with their login is theirs."""
    await tx.execute("delete from oidc_account_private where staff_id = $1", staff_id)


async def bind(tx: Connection, issuer: str, subject: str, staff_id: UUID, now: datetime) -> bool:
    """From now on this account is this person's. False when the account or the person is bound otherwise already."""
    done = await tx.execute(
        "insert into oidc_account_private values ($1, $2, $3, $4) on conflict do nothing",
        *(issuer, subject, staff_id, now),
    )
    return bool(done == "INSERT 0 1") or await find_bound(tx, issuer, subject) == staff_id
