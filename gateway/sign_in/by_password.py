"""Signing in with a password, signing out, and changing the password."""

from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from gateway import store
from gateway.sign_in import password_rules, passwords, session_store, sessions, throttle
from gateway.staff.staff import same_login
from services.contracts.base import Line
from services.kernel import access
from services.kernel.db import Connection
from services.kernel.errors import Overloaded, Refusal, Unauthenticated, malformed
from services.kernel.request import read_json, service_of

router = APIRouter()
Password = Annotated[str, Field(min_length=1, max_length=password_rules.LONGEST)]
Said = TypeVar("Said", bound=BaseModel)


class SignIn(BaseModel):
    """What the sign-in form sends."""

    login: Annotated[Line, Field(min_length=1, max_length=100), AfterValidator(same_login)]
    password: Password
    device: UUID | None = None


class WrongPassword(Refusal):
    """Somebody signed in gave a wrong password: no reason to end the session."""

    status = 403


class NewPassword(BaseModel):
    """`id` is made by the client: a resend of a change that was accepted is the same answer."""

    id: UUID
    current: Password
    new: Password


async def read(request: Request, model: type[Said]) -> Said:
    """What a request says, as this model; Malformed otherwise."""
    try:
        return model.model_validate(await read_json(request))
    except ValidationError as error:
        raise malformed(error, "malformed_request") from None


@router.post("/session")
async def sign_in(request: Request) -> JSONResponse:
    """200 with the cookie; 401 sign_in_failed, the same for an unknown login and a wrong password; 429 to slow down."""
    said = await read(request, SignIn)
    service = service_of(request)
    async with service.db.transaction("sign_in") as tx:
        found = await store.find_credential(tx, said.login)
        keys = await keys_of(tx, request, said.login, found["staff_id"] if found else None)
    with passwords.place(is_known="own" in keys):
        async with service.db.transaction("sign_in") as tx:
            keys = await throttle.begin(tx, keys, service.clock())
        is_right = await passwords.matches(found["password_hash"] if found else None, said.password)
    if not is_right or found is None:
        raise Unauthenticated("sign_in_failed", "unknown login or wrong password")
    async with service.db.transaction("sign_in") as tx:
        await throttle.succeeded(tx, keys)
    async with service.db.transaction("sign_in") as tx:
        if not await store.is_still_password(tx, found["staff_id"], found["password_hash"]):
            raise Unauthenticated("sign_in_failed", "the password was changed while this one was checked")
        cookies = await sessions.begin(tx, request, found["staff_id"], said.device)
        names = await store.find_names(tx, [found["staff_id"]])
    answer = JSONResponse({"staff": {"id": str(found["staff_id"]), "name": names[found["staff_id"]]}})
    return sessions.give(answer, service, cookies)


async def keys_of(tx: Connection, request: Request, login: str, staff_id: UUID | None) -> throttle.Keys:
    """A browser that knows its person is counted by itself; everybody else by account and address, each and together.

    Asked of nobody, too: how long the door takes does not tell whether a login exists."""
    browser = sessions.secret_hash(request, "known")
    if await session_store.is_known_browser(tx, browser, staff_id or UUID(int=0)):
        return {"own": throttle.key_of("known", login, browser.hex())}
    address = throttle.address_of(request)
    return {
        "pair": throttle.key_of("pair", login, address),
        "account": throttle.key_of("account", login),
        "address": throttle.key_of("address", address),
    }


async def asker(tx: Connection, request: Request, browser: bytes | None = None) -> str:
    """Whom what is asked before any person is named counts for: a browser somebody signed in with before, or else the address.

    `browser`: the hash of what it is known by, where this request does not bring it."""
    browser = browser or sessions.secret_hash(request, "known")
    is_known = await session_store.is_known_browser(tx, browser, None)
    return browser.hex() if is_known else throttle.address_of(request)


@router.delete("/session")
async def sign_out(request: Request) -> JSONResponse:
    """Revokes the session; open streams of it end within a second. Signed out already is fine."""
    service = service_of(request)
    async with service.db.transaction("session") as tx:
        await session_store.revoke_secret(tx, sessions.secret_hash(request), service.clock())
    answer = JSONResponse({"signedOut": True}, headers={"Clear-Site-Data": '"cache"'})
    return sessions.take(answer, service)


@router.post("/password")
async def change_password(request: Request) -> JSONResponse:
    """Another password for the person signed in: 200 with a new cookie, and every other session of theirs ends.

    403 wrong_password, 409 password_too_short, password_too_common, password_names_you; 429.
    """
    session = await sessions.current_session(request)
    said = await read(request, NewPassword)
    service = service_of(request)
    async with service.db.transaction("password") as tx:
        is_done = await store.is_password_change_done(tx, said.id, session.staff_id)
        who = await store.get_who(tx, session.staff_id)
    if is_done:
        return JSONResponse({"changed": True})
    await verify(request, session, said.current)
    password_rules.check(said.new, who["login"], who["name"])
    password_hash = await passwords.hash_of(said.new)
    now = service.clock()
    async with service.db.transaction("password") as tx:
        if not await store.change_password(tx, said.id, session.staff_id, password_hash, now):
            raise Overloaded("try_again", "the same change is being made")
        await session_store.revoke_all_of(tx, session.staff_id, session.staff_id, now, but=session.session_id)
        await session_store.forget_browsers(tx, session.staff_id)
        await session_store.make_fresh(tx, session.session_id, now)
        await session_store.know_browser(tx, sessions.secret_hash(request, "known"), session.staff_id, now)
        cookies = await sessions.renew(tx, session)
        await access.record(tx, session.actor, "write", {"ChangePassword": [session.staff_id]}, basis="own")
    return sessions.give(JSONResponse({"changed": True}), service, cookies)


async def verify(request: Request, session: session_store.Session, password: str) -> None:
    """The person's own password, with the same patience as at the door. Refusal wrong_password: the session lives on."""
    service = service_of(request)
    keys = {"own": throttle.key_of("again", str(session.session_id))}  # whoever stole another session waits alone
    with passwords.place(is_known=True):
        async with service.db.transaction("sign_in") as tx:
            await throttle.begin(tx, keys, service.clock())
            password_hash = await store.find_password_hash(tx, session.staff_id)
        is_right = await passwords.matches(password_hash, password)
    if not is_right:
        raise WrongPassword("wrong_password", "not this person's password")
    async with service.db.transaction("sign_in") as tx:
        await throttle.succeeded(tx, keys)
