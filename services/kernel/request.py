"""What a route may ask of its request: the running service, who acts, and the JSON it brought."""

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from services.kernel.access import Reader, record
from services.kernel.errors import Malformed, NotFound, TooLarge
from services.kernel.token import Actor

if TYPE_CHECKING:
    from services.kernel.app import Service

MAX_BODY_BYTES, MAX_DEPTH = 1024 * 1024, 64
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


def service_of(request: Request) -> "Service":
    """The running service of a request."""
    return request.app.state.service  # type: ignore[no-any-return]


async def current_actor(request: Request, bearer: Bearer) -> Actor:
    """Who acts, by the signed token alone: on the loop, so that one token is looked at once. All but the probes ask it."""
    return service_of(request).verifier.verify(bearer.credentials if bearer else "")


ActorDep = Annotated[Actor, Depends(current_actor)]


async def current_reader(
    request: Request,
    actor: ActorDep,
    banso_screen: Annotated[str, Header(max_length=60)] = "",
    banso_purpose: Annotated[str, Header(max_length=60)] = "",
) -> AsyncIterator[Reader]:
    """The acting person as a reader: the only way to a record, and it leaves an access row, as does what is not found."""
    service = service_of(request)
    try:
        yield Reader(service.db, actor, service.clock(), banso_screen, banso_purpose)
    except NotFound:  # absent or not theirs, in one way: the answer's own transaction went back, and nothing was shown
        asked = {name.removesuffix("_id"): [UUID(one)] for name, one in request.path_params.items()}
        async with service.db.transaction("refused") as tx:
            await record(tx, actor, "refused", asked, basis="refused", purpose=banso_purpose, screen=banso_screen)
        raise


ReaderDep = Annotated[Reader, Depends(current_reader)]


async def read_json(request: Request) -> Any:
    """The request's JSON, or TooLarge, or Malformed. A lone surrogate is left for the field that holds it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge("body_too_large", f"more than {MAX_BODY_BYTES} bytes")
    try:
        return loads(body)
    except (ValueError, RecursionError):
        raise Malformed("malformed_body", f"the body is not JSON, or deeper than {MAX_DEPTH} levels") from None


def loads(text: str | bytes | bytearray) -> Any:
    """JSON of at most MAX_DEPTH levels; ValueError (or RecursionError): whoever walks it afterwards would fail instead."""
    level = [said := json.loads(text)]
    for _ in range(MAX_DEPTH):
        inner = (one.values() if isinstance(one, dict) else one for one in level if isinstance(one, dict | list))
        level = [part for parts in inner for part in parts]
    if level:
        raise ValueError
    return said
