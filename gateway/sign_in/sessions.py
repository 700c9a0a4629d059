"""Sessions on the server behind an HttpOnly SameSite=Strict cookie: who is signed in, where, and what ends it."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from gateway.context import Context
from gateway.devices import device_store
from gateway.sign_in import session_store
from services.contracts.tokyo import tokyo_day
from services.kernel.app import Service
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal, Unauthenticated
from services.kernel.request import service_of

KNOWN_FOR = timedelta(days=180)
Answer = TypeVar("Answer", bound=Response)


class NotFresh(Refusal):
    """Dangerous: first show again who you are (`POST /session/fresh`)."""

    status = 403

    def __init__(self) -> None:
        super().__init__("not_fresh", "password or passkey must be given again")


def cookie_name(service: Service, what: str = "session") -> str:
    """`__Host-` wants HTTPS; development runs on http://localhost."""
    return f"__Host-banso_{what}" if service.settings.env == "production" else f"banso_{what}"


def secret_hash(request: Request, what: str = "session") -> bytes:
    """SHA-256 of a cookie's value; of nothing when there is none."""
    return hash_of(request.cookies.get(cookie_name(service_of(request), what), ""))


def hash_of(secret: str) -> bytes:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).digest()


async def current_session(request: Request) -> session_store.Session:
    """Who is signed in, asked of the database at every request. Unauthenticated otherwise.

    A page says whose it is (`x-banso-person`, or `person` in the address of a stream): it is never answered as somebody else,
    whose cookie the browser may hold by now. What it says only narrows.
    """
    service = service_of(request)
    now = service.clock()
    async with service.db.transaction("session") as tx:
        session = await session_store.find_session(tx, secret_hash(request), now, tokyo_day(now))
        if session is None and await is_told_revoked(tx, request):
            raise revoked()
    said = {request.headers.get("x-banso-person"), request.query_params.get("person")} - {None}
    if session is None or said - {str(session.staff_id)}:
        raise Unauthenticated("signed_out", "no living session of this person")
    return session


async def is_told_revoked(tx: Connection, request: Request) -> bool:
    """True on a revoked device and on one whose people all left, known by its dead session or, once signed out, by what it says
    (`x-banso-device`). Whoever knows the id learns that one word."""
    day = tokyo_day(service_of(request).clock())
    devices = (await device_store.find_device_of_session(tx, secret_hash(request)), _said_device(request))
    return any([await device_store.is_over(tx, each, day) for each in devices if each is not None])


def _said_device(request: Request) -> UUID | None:
    try:
        return UUID(request.headers.get("x-banso-device", ""))
    except ValueError:
        return None


def revoked() -> Unauthenticated:
    """What everything on a device is told that was revoked, or whose people left."""
    return Unauthenticated("device_revoked", "this device is nobody's any more")


async def begin(tx: Connection, request: Request, staff_id: UUID, device: UUID | None) -> dict[str, str]:
    """A new session in place of the one this browser had: its cookies by name.

    Whoever has shown who they are may still be refused: no_assignment, device_revoked.
    """
    now, known = service_of(request).clock(), known_secret(request)
    brought = (secret_hash(request), hash_of(known))
    secret = await replace(tx, staff_id, device, brought, now, now + session_store.FRESH_FOR)
    return {"session": secret, "known": known}


async def replace(
    tx: Connection,
    staff_id: UUID,
    device: UUID | None,
    brought: tuple[bytes, bytes],
    now: datetime,
    fresh_until: datetime,
) -> str:
    """The secret of a new session. `brought`: hashes of the session it replaces and of what its browser is known by."""
    if not await session_store.has_assignment(tx, staff_id, tokyo_day(now)):
        raise Unauthenticated("no_assignment", "nothing is assigned to this person today")
    if device and await device_store.is_revoked(tx, device):
        raise revoked()
    before, known = brought
    await session_store.revoke_secret(tx, before, now)
    secret = secrets.token_urlsafe(32)
    row = (uuid4(), hash_of(secret), staff_id, device or uuid4(), now, fresh_until)
    await session_store.insert_session(tx, *row)
    await session_store.know_browser(tx, known, staff_id, now)
    return secret


def known_secret(request: Request) -> str:
    """What this browser is known by; a new one where it has none."""
    kept = request.cookies.get(cookie_name(service_of(request), "known"), "")
    return kept if len(kept) == 43 and kept.isascii() else secrets.token_urlsafe(32)


async def renew(tx: Connection, session: session_store.Session) -> dict[str, str]:
    """Another cookie for the same session: a copy of the old one is worth nothing from now on."""
    secret = secrets.token_urlsafe(32)
    await session_store.change_secret(tx, session.session_id, hash_of(secret))
    return {"session": secret}


def give(answer: Answer, service: Service, cookies: dict[str, str]) -> Answer:
    """Put cookies into an answer."""
    ages = {"session": session_store.ABSOLUTE_LIMIT, "known": KNOWN_FOR}
    for what, secret in cookies.items():
        answer.set_cookie(cookie_name(service, what), secret, max_age=int(ages[what].total_seconds()), **rules(service))
    return answer


def take(answer: JSONResponse, service: Service) -> JSONResponse:
    """Take the session's cookie away. The browser stays known."""
    answer.delete_cookie(cookie_name(service), **rules(service))
    return answer


def rules(service: Service) -> dict[str, Any]:
    """What every cookie of ours is."""
    return {"httponly": True, "samesite": "strict", "secure": service.settings.env == "production", "path": "/"}


def require_fresh(context: Context) -> None:
    """Before a dangerous act: NotFresh unless the person has just shown who they are."""
    if not context.session.is_fresh(context.service.clock()):
        raise NotFresh


async def find_visible(context: Context) -> list[dict[str, Any]]:
    """My living sessions, and those of people in units I manage."""
    service, now = context.service, context.service.clock()
    async with service.db.transaction("session") as tx:
        rows = await session_store.find_visible(tx, context.session, now, tokyo_day(now))
    return [
        {
            "id": row["session_id"],
            "staffId": row["staff_id"],
            "device": row["device"],
            "beganAt": row["created_at"],
            "lastSeenAt": row["last_seen_at"],
            "isThisOne": row["session_id"] == context.session.session_id,
        }
        for row in rows
    ]


async def end(context: Context, session_id: UUID) -> bool:
    """End one of them: mine at once, another's only freshly. Its streams end within a second."""
    service, now = context.service, context.service.clock()
    async with service.db.transaction("session") as tx:
        visible = {
            row["session_id"]: row["staff_id"]
            for row in await session_store.find_visible(tx, context.session, now, tokyo_day(now))
        }
        if session_id not in visible:
            raise NotFound
        if visible[session_id] != context.session.staff_id:
            require_fresh(context)
        await session_store.revoke_one(tx, session_id, context.session.staff_id, now)
    return True
