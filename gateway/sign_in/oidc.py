"""Sign-in with the city's account: the Authorization Code flow (OpenID Connect, PKCE). Off until a provider is configured.

Nobody is made by it: an account opens for the member of staff whose login it bore at its first sign-in, and is bound to them by
issuer and subject from then on. What results is a session as any other way in begins one.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from gateway.settings import GatewaySettings
from gateway.sign_in import by_password, oidc_store, session_store, sessions, throttle
from gateway.sign_in.oidc_provider import Account, NotBelieved, Proofs, Provider, Unavailable, is_since
from gateway.staff.staff import same_login
from services.contracts.tokyo import tokyo_day
from services.kernel import access
from services.kernel.db import TRANSIENT, Connection
from services.kernel.errors import BansoError, NotFound, Unauthenticated
from services.kernel.request import service_of
from services.kernel.telemetry import log
from services.kernel.token import Actor

router = APIRouter()
BACK_WITHIN = timedelta(minutes=10)
BACK = "/session/oidc/return"
Kind = Literal["enter", "again", "fresh"]
SAID = {
    "oidc_failed": "failed",
    "oidc_unavailable": "unavailable",
    "oidc_no_access": "no-access",
    "device_revoked": "revoked",
}


class NoAccess(Unauthenticated):
    """The account is real and opens nothing here: unknown, left, or another account is bound. One answer."""

    def __init__(self, reason: str, staff_id: UUID | None = None) -> None:
        super().__init__("oidc_no_access", reason, refs={"staff": str(staff_id)} if staff_id else None)


class Begin(BaseModel):
    """`enter` from the door; `again` beside a page that must stay; `fresh` before something dangerous, likewise."""

    kind: Kind = "enter"
    device: UUID | None = None


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc
    if provider is None:
        raise NotFound("no identity provider is configured")
    return provider


def _redirect_uri(request: Request) -> str:
    """Exactly one for every origin of ours; the wall has let no other Host pass."""
    settings: GatewaySettings = request.app.state.settings
    host = request.headers["host"]
    return next(origin for origin in settings.origins if urlsplit(origin).netloc == host) + BACK


async def _keys(tx: Connection, request: Request, browser: bytes) -> throttle.Keys:
    return {"challenge": throttle.key_of("oidc", await by_password.asker(tx, request, browser))}


@router.post("/session/oidc")
async def begin(request: Request) -> JSONResponse:
    """200 with the provider's address and the cookie that binds the way back; 401, 404, 429, 503 oidc_unavailable."""
    provider, service = _provider(request), service_of(request)
    said = await by_password.read(request, Begin)
    if said.kind == "fresh":
        await sessions.current_session(request)
    secret, known, now = secrets.token_urlsafe(32), sessions.known_secret(request), service.clock()
    async with service.db.transaction("oidc") as tx:
        brought = (sessions.secret_hash(request), sessions.hash_of(known))
        await throttle.begin(tx, await _keys(tx, request, brought[1]), now)
        until = now + BACK_WITHIN
        await oidc_store.begin_flow(tx, sessions.hash_of(secret), said.kind, said.device, brought, now, until)
    ask_again = said.kind == "fresh" or request.app.state.settings.oidc_always_ask
    url = await provider.address(Proofs.of(secret), _redirect_uri(request), ask_again=ask_again)
    answer = sessions.give(JSONResponse({"url": url}), service, {"known": known})
    # The provider's page sends the browser back, and what other pages send comes only with a lax cookie.
    rules = sessions.rules(service) | {"samesite": "lax"}
    answer.set_cookie(sessions.cookie_name(service, "oidc"), secret, max_age=int(BACK_WITHIN.total_seconds()), **rules)
    return answer


@router.get(BACK)
async def come_back(request: Request) -> Response:
    """Always on to another address, so that neither code nor state stays in this one's history."""
    provider, service = _provider(request), service_of(request)
    try:
        target, cookies = await _enter(provider, request)
    except (BansoError, TimeoutError, *TRANSIENT) as error:
        if not isinstance(error, BansoError):
            error = Unavailable(type(error).__name__)
        log.warning("request.refused", code=error.code, reason=error.reason, **error.refs)
        target, cookies = f"/session/oidc/{SAID.get(error.code, 'unavailable')}", {}
    answer = sessions.give(RedirectResponse(target, 303), service, cookies)
    rules = sessions.rules(service) | {"samesite": "lax"}
    answer.delete_cookie(sessions.cookie_name(service, "oidc"), **rules)
    return answer


async def _enter(provider: Provider, request: Request) -> tuple[str, dict[str, str]]:
    """Where the browser goes on to, and its cookies."""
    flow, account = await _account(provider, request)
    always: bool = request.app.state.settings.oidc_always_ask
    if (always or flow["kind"] == "fresh") and not is_since(account, flow["begun_at"]):
        raise NotBelieved("not signed in just now: auth_time")
    service = service_of(request)
    now = service.clock()
    async with service.db.transaction("oidc") as tx:
        staff_id = await _whose(tx, account, now)
        await throttle.succeeded(tx, await _keys(tx, request, flow["known_hash"]))
        if flow["kind"] == "fresh":
            session = await session_store.find_session(tx, flow["session_hash"], now, tokyo_day(now))
            if session is None or session.staff_id != staff_id:
                raise NoAccess("no living session of this person", staff_id)
            await session_store.make_fresh(tx, session.session_id, now)
            return "/session/oidc/confirmed", {}
        shown = min(account.authenticated_at or now - session_store.FRESH_FOR, now)
        brought = (flow["session_hash"], flow["known_hash"])
        fresh_until = shown + session_store.FRESH_FOR
        secret = await sessions.replace(tx, staff_id, flow["device_id"], brought, now, fresh_until)
    return "/today" if flow["kind"] == "enter" else "/session/oidc/done", {"session": secret}


async def _account(provider: Provider, request: Request) -> tuple[Any, Account]:
    """The flow this browser began, used up, and who signed in. A foreign answer uses nothing up."""
    service, said = service_of(request), request.query_params
    secret = request.cookies.get(sessions.cookie_name(service, "oidc"), "")
    proofs = Proofs.of(secret)
    if not hmac.compare_digest(said.get("state", "").encode(), proofs.state.encode()):
        raise NotBelieved("the state is not this browser's")
    async with service.db.transaction("oidc") as tx:
        flow = await oidc_store.take_flow(tx, sessions.hash_of(secret), service.clock())
    if flow is None:
        raise NotBelieved("no flow, or used, or too late")
    found = await provider.discover()
    wanted = found.issuer if found.authorization_response_iss_parameter_supported else None
    if said.get("iss", wanted or found.issuer) != found.issuer or (wanted and "iss" not in said):
        raise NotBelieved("the answer is another issuer's")
    if "error" in said or not said.get("code"):
        raise NotBelieved("the provider let nobody in")
    return flow, await provider.redeem(said["code"], _redirect_uri(request), proofs)


async def _whose(tx: Connection, account: Account, now: datetime) -> UUID:
    """The member of staff, bound at the first time; NoAccess for everybody who does not work here today."""
    bound = await oidc_store.find_bound(tx, account.issuer, account.subject)
    staff_id = bound or await oidc_store.find_by_login(tx, same_login(account.login))
    if staff_id is None or not await session_store.has_assignment(tx, staff_id, tokyo_day(now)):
        raise NoAccess("nobody who works here today", staff_id)
    if bound is None:
        if not await oidc_store.bind(tx, account.issuer, account.subject, staff_id, now):
            raise NoAccess("another account is bound to this person", staff_id)
        await access.record(tx, Actor(staff_id, "staff"), "write", {"BindAccount": [staff_id]}, basis="own")
    return staff_id
