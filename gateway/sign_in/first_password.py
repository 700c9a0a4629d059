"""Set-up codes: how somebody new chooses a first password, and somebody who forgot theirs another one.

A manager hands the code over in person. It counts once, for three days; a new one voids it. No password is ever sent.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import AfterValidator, BaseModel, Field

from gateway import store
from gateway.context import Context
from gateway.sign_in import (
    by_password,
    oidc_store,
    passkey_store,
    password_rules,
    passwords,
    session_store,
    sessions,
    throttle,
)
from gateway.staff import staff_store
from gateway.staff.staff import same_login
from services.contracts.base import Line
from services.contracts.tokyo import tokyo_day
from services.kernel import access
from services.kernel.errors import NotFound, Overloaded, Refusal, Unauthenticated
from services.kernel.ids import new_id
from services.kernel.request import service_of
from services.kernel.token import Actor

router = APIRouter()
VALID_FOR = timedelta(days=3)
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # nothing that looks like another
_LENGTH = 16  # 79 bits


class FirstPassword(BaseModel):
    """`id` is made by the client: a resend of what was accepted is the same answer."""

    id: UUID
    login: Annotated[Line, Field(min_length=1, max_length=100), AfterValidator(same_login)]
    code: Annotated[Line, Field(max_length=40)]
    new: by_password.Password


async def issue(context: Context, staff_id: UUID) -> dict[str, Any]:
    """A code for somebody who is longest in a unit one manages: shown once, kept as a hash."""
    sessions.require_fresh(context)
    service, session, now = context.service, context.session, context.service.clock()
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    async with service.db.transaction("set_up_code") as tx:
        if staff_id not in await staff_store.find_longest_here(tx, session.managed_units, tokyo_day(now)):
            raise NotFound
        await staff_store.put_code(tx, staff_id, _hash(code), session.staff_id, now + VALID_FOR)
        change_id = new_id()
        await staff_store.insert_change(tx, change_id, session.staff_id, "", now)
        await staff_store.insert_code_line(tx, change_id, staff_id, session.managed_units)
        await access.record(tx, session.actor, "write", {"IssueSetUpCode": [staff_id]}, basis="manager")
    shown = "-".join(code[at : at + 4] for at in range(0, _LENGTH, 4))
    return {"code": shown, "validUntil": now + VALID_FOR}


def _hash(code: str) -> bytes:
    """A code is random and long: a fast hash is enough."""
    return hashlib.sha256("".join(each for each in code.upper() if each.isalnum()).encode()).digest()


@router.post("/password/first")
async def choose_first_password(request: Request) -> JSONResponse:
    """200 and every session of theirs ends; 401 set_up_failed, the same for an unknown login, a wrong and an old code; 429.

    A code is looked at first and counted only when it is wrong: with 79 bits it is not found by guessing, however often, and so
    whoever holds a right one never waits for those who guess. Their browser is known from then on."""
    said = await by_password.read(request, FirstPassword)
    service, known = service_of(request), sessions.known_secret(request)
    now = service.clock()
    keys = {
        "code": throttle.key_of("set-up", said.login),
        "address": throttle.key_of("set-up address", throttle.address_of(request)),
    }
    async with service.db.transaction("set_up_code") as tx:
        if await store.is_first_password_chosen(tx, said.id, said.login):
            return JSONResponse({"changed": True})
        found = await staff_store.find_code(tx, said.login, _hash(said.code), now)
        if found is None:
            await throttle.begin(tx, keys, now)
    if found is None:
        raise Unauthenticated("set_up_failed", "unknown login, wrong code or too late")
    password_rules.check(said.new, found["login"], found["name"])
    await _choose(request, said, found["staff_id"], (await passwords.hash_of(said.new), sessions.hash_of(known)), now)
    return sessions.give(JSONResponse({"changed": True}), service, {"known": known})


async def _choose(
    request: Request, said: FirstPassword, staff_id: UUID, hashes: tuple[str, bytes], now: datetime
) -> None:
    """`hashes`: of the new password, and of what the browser is known by from now on."""
    password_hash, browser = hashes
    async with service_of(request).db.transaction("set_up_code") as tx:
        if not await staff_store.use_code(tx, staff_id, _hash(said.code)):
            raise Overloaded("try_again", "the code was used or replaced at this moment")
        if not await store.change_password(tx, said.id, staff_id, password_hash, now):
            raise Refusal("command_id_reused", "this id was accepted as another command")
        await passkey_store.remove_all(tx, staff_id)
        await oidc_store.unbind(tx, staff_id)
        await session_store.revoke_all_of(tx, staff_id, staff_id, now)
        await session_store.forget_browsers(tx, staff_id)
        await session_store.know_browser(tx, browser, staff_id, now)
        who = Actor(staff_id, "staff")
        await access.record(tx, who, "write", {"ChangePassword": [staff_id]}, basis="set_up_code")
