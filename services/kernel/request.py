"""What a route may ask of its request: the running service, who acts, and the JSON it brought."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Header, Request

from services.kernel.access import Reader
from services.kernel.errors import Malformed, TooLarge
from services.kernel.token import Actor

if TYPE_CHECKING:
    from services.kernel.app import Service

MAX_BODY_BYTES = 1024 * 1024


def service_of(request: Request) -> "Service":
    """The running service of a request."""
    return request.app.state.service  # type: ignore[no-any-return]


def current_actor(request: Request, authorization: Annotated[str, Header()] = "") -> Actor:
    """Who acts, by the signed token alone. Every route but the probes depends on this."""
    return service_of(request).verifier.verify(authorization.removeprefix("Bearer ").strip())


ActorDep = Annotated[Actor, Depends(current_actor)]


def current_reader(
    request: Request,
    actor: ActorDep,
    banso_screen: Annotated[str, Header(max_length=60)] = "",
    banso_purpose: Annotated[str, Header(max_length=60)] = "",
) -> Reader:
    """The acting person as a reader: the only way to a record, and it leaves an access row."""
    service = service_of(request)
    return Reader(service.db, actor, service.clock(), banso_screen, banso_purpose)


ReaderDep = Annotated[Reader, Depends(current_reader)]


async def read_json(request: Request) -> Any:
    """The request's JSON, or TooLarge, or Malformed. A lone surrogate is left for the field that holds it."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge("body_too_large", f"more than {MAX_BODY_BYTES} bytes")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("malformed_body", "the body is not JSON") from None
