"""Passkeys (WebAuthn Level 3): discoverable, user verification required, several a person. No login is asked, so none is told.

The relying party is `BANSO_PASSKEY_HOST` (`localhost` in development). A challenge is answered once, rightly or not, within five
minutes.
"""

import json
import secrets
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway import store
from gateway.context import Context
from gateway.settings import GatewaySettings
from gateway.sign_in import by_password, passkey_store, sessions, throttle
from gateway.sign_in.session_store import Session
from services.contracts.base import Line
from services.kernel import access
from services.kernel.db import Connection
from services.kernel.errors import NotFound, Refusal, Unauthenticated
from services.kernel.request import service_of

router = APIRouter()
ANSWER_WITHIN = timedelta(minutes=5)
REQUIRED = UserVerificationRequirement.REQUIRED
UNREADABLE = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


class PasskeyFailed(Unauthenticated):
    """Unknown, removed, wrongly signed, too late, without user verification: one answer."""

    def __init__(self) -> None:
        super().__init__("passkey_failed", "no passkey of ours signed this challenge")


class PasskeyNotAdded(Refusal):
    """What the authenticator said cannot be kept. The session lives on."""

    def __init__(self) -> None:
        super().__init__("passkey_not_added", "the answer does not fit, or came too late")


class SignedIn(BaseModel):
    """What `navigator.credentials.get` gave, as JSON."""

    credential: dict[str, Any]
    device: UUID | None = None


class Added(BaseModel):
    """What `navigator.credentials.create` gave, as JSON; its id is the client-made id of this write."""

    credential: dict[str, Any]
    name: Annotated[Line, Field(min_length=1, max_length=40)]


def _party(request: Request) -> tuple[str, list[str]]:
    """The relying party's host, and the origins of ours that lie on it."""
    settings: GatewaySettings = request.app.state.settings
    host = settings.passkey_host
    return host, [origin for origin in settings.origins if urlsplit(origin).hostname == host]


async def _ask(tx: Connection, request: Request, session_id: UUID | None) -> bytes:
    challenge, now = secrets.token_bytes(32), service_of(request).clock()
    await passkey_store.ask(tx, challenge, session_id, now, now + ANSWER_WITHIN)
    return challenge


@router.post("/passkey/options")
async def ask_to_sign(request: Request) -> JSONResponse:
    """What any passkey of ours may sign. The same for everybody; 429 for a known browser, or an address of unknown ones, that
    asks and never answers. Nobody is named yet, so no account can be counted, and none be told."""
    service = service_of(request)
    async with service.db.transaction("passkey") as tx:
        await throttle.begin(tx, {"challenge": await _asked(tx, request)}, service.clock())
        challenge = await _ask(tx, request, None)
    options = generate_authentication_options(rp_id=_party(request)[0], challenge=challenge, user_verification=REQUIRED)
    return JSONResponse(json.loads(options_to_json(options)))


@router.post("/passkey/session")
async def sign_in_with_passkey(request: Request) -> JSONResponse:
    """200 with the cookie; 401 passkey_failed, or what stops the person: no_assignment, device_revoked; 429 to slow down."""
    said = await by_password.read(request, SignedIn)
    service = service_of(request)
    staff_id = await verified(request, said.credential)
    async with service.db.transaction("sign_in") as tx:
        if await passkey_store.find(tx, base64url_to_bytes(str(said.credential["rawId"]))) is None:
            raise PasskeyFailed  # taken away while it was looked at
        cookies = await sessions.begin(tx, request, staff_id, said.device)
        names = await store.find_names(tx, [staff_id])
    answer = JSONResponse({"staff": {"id": str(staff_id), "name": names[staff_id]}})
    return sessions.give(answer, service, cookies)


async def verified(request: Request, credential: dict[str, Any]) -> UUID:
    """Whose passkey signed a challenge of ours; PasskeyFailed for anything else.

    The try is counted and the challenge used up before the answer is looked at: a false one cannot be tried again. It counts for
    this passkey and this browser (or address) alone: no guess at a password, and none elsewhere, holds a passkey up."""
    service = service_of(request)
    try:
        challenge, credential_id = _challenge_in(credential), base64url_to_bytes(str(credential["rawId"]))
    except UNREADABLE:
        raise PasskeyFailed from None
    async with service.db.transaction("passkey") as tx:
        asker = await by_password.asker(tx, request)
        keys = {"own": throttle.key_of("passkey", credential_id.hex(), asker)}
        await throttle.begin(tx, keys, service.clock())
        was_asked = await passkey_store.take(tx, challenge, None, service.clock())
    if not was_asked:
        raise PasskeyFailed
    async with service.db.transaction("passkey") as tx:
        staff_id = await _signed(tx, request, credential, (challenge, credential_id))
        await throttle.succeeded(tx, keys | {"challenge": await _asked(tx, request)})
    return staff_id


async def _asked(tx: Connection, request: Request) -> bytes:
    return throttle.key_of("challenge", await by_password.asker(tx, request))


async def _signed(tx: Connection, request: Request, credential: dict[str, Any], read: tuple[bytes, bytes]) -> UUID:
    """Whose passkey it was. `read`: the challenge and the credential's id."""
    host, origins = _party(request)
    challenge, credential_id = read
    found = await passkey_store.find(tx, credential_id)
    if found is None:
        raise PasskeyFailed
    try:
        signed = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origins,
            credential_public_key=found["public_key"],
            credential_current_sign_count=found["sign_count"],
            require_user_verification=True,
        )
    except UNREADABLE:
        raise PasskeyFailed from None
    await passkey_store.note_use(tx, credential_id, signed.new_sign_count, service_of(request).clock())
    staff_id: UUID = found["staff_id"]
    return staff_id


def _challenge_in(credential: dict[str, Any]) -> bytes:
    return parse_client_data_json(base64url_to_bytes(str(credential["response"]["clientDataJSON"]))).challenge


async def _fresh_session(request: Request) -> Session:
    session = await sessions.current_session(request)
    if not session.is_fresh(service_of(request).clock()):
        raise sessions.NotFresh
    return session


@router.post("/passkey/new/options")
async def ask_to_make(request: Request) -> JSONResponse:
    """What an authenticator needs to make a passkey for the person signed in. 403 not_fresh."""
    session = await _fresh_session(request)
    service = service_of(request)
    async with service.db.transaction("passkey") as tx:
        challenge = await _ask(tx, request, session.session_id)
        who = await store.get_who(tx, session.staff_id)
        mine = await passkey_store.find_of(tx, session.staff_id)
    options = generate_registration_options(
        rp_id=_party(request)[0],
        rp_name="Banso",
        user_id=session.staff_id.bytes,
        user_name=who["login"],
        user_display_name=who["name"],
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=REQUIRED
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=row["credential_id"]) for row in mine],
    )
    return JSONResponse(json.loads(options_to_json(options)))


@router.post("/passkey/new")
async def add_passkey(request: Request) -> JSONResponse:
    """Keep a new passkey; the same credential again is fine. 403 not_fresh; 409 passkey_not_added."""
    session = await _fresh_session(request)
    said = await by_password.read(request, Added)
    service = service_of(request)
    host, origins = _party(request)
    async with service.db.transaction("passkey") as tx:
        try:
            challenge = _challenge_in(said.credential)
            asked = await passkey_store.take(tx, challenge, session.session_id, service.clock())
            made = verify_registration_response(
                credential=said.credential,
                expected_challenge=challenge,
                expected_rp_id=host,
                expected_origin=origins,
                require_user_verification=True,
            )
        except UNREADABLE:
            raise PasskeyNotAdded from None
        known = await passkey_store.find(tx, made.credential_id)
        if not asked and (known is None or known["staff_id"] != session.staff_id):
            raise PasskeyNotAdded
        key = (made.credential_public_key, made.sign_count)
        if not await passkey_store.insert(tx, made.credential_id, session.staff_id, key, said.name, service.clock()):
            raise PasskeyNotAdded
        await access.record(tx, session.actor, "write", {"AddPasskey": [session.staff_id]}, basis="own")
    return JSONResponse({"id": bytes_to_base64url(made.credential_id)})


async def find_mine(context: Context) -> list[dict[str, Any]]:
    """My passkeys."""
    async with context.service.db.transaction("passkey") as tx:
        rows = await passkey_store.find_of(tx, context.session.staff_id)
    return [
        {
            "id": bytes_to_base64url(row["credential_id"]),
            "name": row["name"],
            "addedAt": row["added_at"],
            "lastUsedAt": row["last_used_at"],
        }
        for row in rows
    ]


async def remove(context: Context, credential: str) -> bool:
    """Take one of mine away: nothing it signs is believed from now on."""
    sessions.require_fresh(context)
    async with context.service.db.transaction("passkey") as tx:
        try:
            found = await passkey_store.remove(tx, context.session.staff_id, base64url_to_bytes(credential))
        except ValueError:
            found = False
        if not found:
            raise NotFound
        who = {"RemovePasskey": [context.session.staff_id]}
        await access.record(tx, context.session.actor, "write", who, basis="own")
    return True
