"""One way to build a service: `build_service("name", ...)` gives its app, with everything every service has.

`POST /commands`, `/livez`, `/readyz`, `/metrics`, body limits, one error shape, relay, consumer, own loops.
"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from services.contracts.base import EventData
from services.contracts.openapi import COMMANDS, PROBLEMS, reads_object
from services.kernel import telemetry
from services.kernel.clock import utc_now
from services.kernel.commands import CommandSpec, execute
from services.kernel.consumer import Consumer
from services.kernel.db import TRANSIENT, Database
from services.kernel.errors import BansoError, Malformed, NotFound, Overloaded, Unauthenticated, malformed
from services.kernel.outbox import Relay
from services.kernel.request import ActorDep, read_json, service_of
from services.kernel.settings import Settings
from services.kernel.stream import Applier, Reactions
from services.kernel.token import Verifier

MAX_COMMANDS = 50
Loop = Callable[["Service"], Awaitable[None]]
Answer = Callable[[Request, Exception], Awaitable[Response]]


class Service:
    """What one running service holds. Found at `request.app.state.service`."""

    def __init__(self, name: str, settings: Settings, commands: Mapping[str, CommandSpec]) -> None:
        self.name, self.settings, self.commands = name, settings, commands
        self.db = Database(settings.database_dsn, settings.pool_size)
        self.verifier = Verifier(settings.keys_dir, name)
        self.clock: Callable[[], datetime] = utc_now
        self.relay: Relay | None = None
        self.consumer: Consumer | None = None
        self.alarms: dict[str, str] = {}


def build_service(
    name: str,
    *,
    commands: Mapping[str, CommandSpec] | None = None,
    routes: Sequence[APIRouter] = (),
    reactions: Reactions | None = None,
    known_events: Mapping[str, type[EventData]] | None = None,
    listens_to: Sequence[str] = (),
    loops: Sequence[Loop] = (),
    speaks: bool = True,
) -> FastAPI:
    """The app of a service. `listens_to` names the speaking services whose topics feed `reactions`."""
    telemetry.setup(name)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = app.state.service = Service(name, Settings(), commands or {})
        applier = Applier(service.db, name, known_events or {}, reactions or {})
        async with running(service, applier, listens_to, loops, speaks):
            yield

    app = FastAPI(title=f"banso {name}", version="1", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(probes())
    for router in (*((_commands(),) if commands else ()), *routes):
        app.include_router(router, responses=PROBLEMS)
    harden(app)
    return app


def harden(app: FastAPI, *untraced: str, answer: Answer | None = None) -> None:
    """One error shape, a last resort that keeps exception messages out of traces, and tracing (of all but `untraced`)."""
    for kind in _ANSWERED:
        app.add_exception_handler(kind, answer or answer_error)
    app.add_middleware(_LastResort)
    FastAPIInstrumentor.instrument_app(app, excluded_urls=",".join(("livez", "readyz", "metrics", *untraced)))


@asynccontextmanager
async def running(
    service: Service, applier: Applier, listens_to: Sequence[str], loops: Sequence[Loop], speaks: bool
) -> AsyncIterator[None]:
    """Pool, relay, consumer and own loops of a service. A loop that dies takes the process with it, loudly."""
    await service.db.open()
    work: list[Awaitable[None]] = [loop(service) for loop in loops]
    if speaks:
        service.relay = Relay(service.settings, "staff" if service.name == "gateway" else service.name)
        work.append(service.relay.run())
    if listens_to:
        service.consumer = Consumer(service.settings, applier, service.db, listens_to)
        work += [service.consumer.run(), service.consumer.watch_progress()]
    tasks = [asyncio.ensure_future(one) for one in work]
    for task in tasks:
        task.add_done_callback(_die_loudly)
    gc.freeze()  # no collection walks what is there from the start: that held the loop for up to a third of a second
    telemetry.log.info("service.started")
    try:
        yield
    finally:
        for task in tasks:
            task.remove_done_callback(_die_loudly)
            task.cancel()
        await asyncio.wait(tasks, timeout=8) if tasks else None
        await service.db.close()
        await asyncio.to_thread(telemetry.flush)
        telemetry.log.info("service.stopped")


def _die_loudly(task: "asyncio.Future[None]") -> None:
    if not task.cancelled():
        telemetry.log.error("loop.died", exc_info=task.exception())
        os._exit(71)


def _commands() -> APIRouter:
    router = APIRouter()

    @router.post("/commands", openapi_extra=reads_object(COMMANDS))
    async def post_commands(request: Request, actor: ActorDep) -> JSONResponse:
        """At most 50 command envelopes; one outcome each, in order."""
        body = await read_json(request)
        items = body.get("commands") if isinstance(body, dict) else None
        if not isinstance(items, list) or len(items) > MAX_COMMANDS:
            raise Malformed("malformed_body", f"commands must be a list of at most {MAX_COMMANDS}")
        service = service_of(request)
        async with service.db.transaction("incarnation") as tx:  # first: what is restored meanwhile is sent again
            incarnation = await tx.fetchval("select id from incarnation order by started_at desc limit 1")
        outcomes = [await execute(service.db, service.commands, item, actor, service.clock()) for item in items]
        return JSONResponse({"outcomes": [o.as_json() for o in outcomes], "incarnation": str(incarnation)})

    return router


def probes() -> APIRouter:
    router = APIRouter()

    @router.get("/livez")
    async def livez() -> dict[str, str]:
        """The process answers."""
        return {"status": "ok"}

    @router.get("/readyz", responses={503: {"description": "not now"}})
    async def readyz(request: Request) -> JSONResponse:
        """200 when writes can be acknowledged (the database answers). The bus may be down: it catches up."""
        status = await _status(service_of(request))
        return JSONResponse(status, status_code=200 if status["database"] == "ok" else 503)

    @router.get("/metrics", response_class=PlainTextResponse)
    async def metrics(request: Request) -> Response:
        """Prometheus text."""
        await _status(service_of(request))
        telemetry.TASKS.set(len(asyncio.all_tasks()))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


async def _status(service: Service) -> dict[str, Any]:
    is_there = all(part.connected for part in (service.relay, service.consumer) if part)
    status: dict[str, Any] = {"database": "down", "bus": "ok" if is_there else "down", "alarms": service.alarms}
    status |= {"oldestUnpublishedSeconds": None, "consumerBehind": service.consumer.behind if service.consumer else 0}
    try:
        async with service.db.transaction("probe") as tx:
            age = await tx.fetchval(
                "select coalesce(extract(epoch from clock_timestamp() - min(recorded_at)), 0)::float8"
                " from outbox where published_at is null"
            )
            status["deadLetters"] = await tx.fetchval("select count(*) from dead_letter where resolved_at is null")
    except (*TRANSIENT, Overloaded, TimeoutError):
        return status
    telemetry.UNPUBLISHED_AGE.set(age)
    return {**status, "database": "ok", "oldestUnpublishedSeconds": round(age, 1)}


async def answer_error(_: Request, error: Exception) -> Response:
    """The status and the JSON of an error."""
    if isinstance(error, RequestValidationError):
        error = malformed(error, "malformed_request")
    elif isinstance(error, HTTPException):
        found = NotFound("no such route") if error.status_code == 404 else Malformed("malformed_request", error.detail)
        found.status, found.headers = error.status_code, dict(error.headers or {})  # type: ignore[misc]
        error = found
    elif not isinstance(error, BansoError):
        error = Overloaded("try_again", type(error).__name__)
    assert isinstance(error, BansoError)
    if isinstance(error, Unauthenticated):
        telemetry.log.warning("request.refused", code=error.code)
    return JSONResponse(error.as_json(), error.status, {"Cache-Control": "no-store"} | error.headers)


_ANSWERED = (BansoError, RequestValidationError, HTTPException, ClientDisconnect, TimeoutError, *TRANSIENT)


class _LastResort:
    """Catches what nobody caught: logged by class and place, answered 500, never seen by the tracing outside."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception:
            if scope["type"] != "http":
                raise
            telemetry.log.exception("request.failed", path=scope["path"])
            with suppress(RuntimeError):  # the answer had begun: the server cuts it
                await JSONResponse(BansoError("unexpected", "a bug; it is logged").as_json(), 500)(scope, receive, send)
