"""Before something dangerous: showing again who one is, by password or passkey. The city's account does so in `oidc`."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from gateway.sign_in import by_password, passkeys, session_store, sessions
from services.kernel.errors import Refusal
from services.kernel.request import service_of

router = APIRouter()


class Again(BaseModel):
    """The password, or what `navigator.credentials.get` gave; without either, only the question whether it is wanted."""

    password: by_password.Password | None = None
    credential: dict[str, Any] | None = None


class WrongPasskey(Refusal):
    """Somebody signed in answered with a passkey that is not theirs, or falsely: no reason to end the session."""

    status = 403

    def __init__(self) -> None:
        super().__init__("wrong_passkey", "not a passkey of this person that signed our challenge")


@router.post("/session/fresh")
async def show_again(request: Request) -> JSONResponse:
    """200, and ten minutes in which it is believed; 401, 403 wrong_password or wrong_passkey, 429.

    Without password and passkey 200 says that these ten minutes still run, 403 not_fresh that they do not.
    """
    session = await sessions.current_session(request)
    said = await by_password.read(request, Again)
    service = service_of(request)
    if said.credential is not None:
        await _sign(request, session, said.credential)
    elif said.password is not None:
        await by_password.verify(request, session, said.password)
    elif session.is_fresh(service.clock()):
        return JSONResponse({"fresh": True})
    else:
        raise sessions.NotFresh
    async with service.db.transaction("session") as tx:
        await session_store.make_fresh(tx, session.session_id, service.clock())
    return JSONResponse({"fresh": True})


async def _sign(request: Request, session: session_store.Session, credential: dict[str, Any]) -> None:
    try:
        whose = await passkeys.verified(request, credential)
    except passkeys.PasskeyFailed:
        raise WrongPasskey from None
    if whose != session.staff_id:
        raise WrongPasskey
