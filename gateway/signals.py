"""`GET /signals`: tells a signed-in person's open screens "fetch again". A hint; content is always fetched, authorised.

Fed by `banso.notify` alone, from its end, in every replica: a lost hint costs at most the screen's own minute.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from gateway.sign_in.session_store import Session, find_living
from gateway.sign_in.sessions import current_session
from services.contracts.codes import SignalHint
from services.contracts.notify import NoticeRaised, SignalRaised
from services.contracts.tokyo import tokyo_day
from services.kernel.app import Service
from services.kernel.db import TRANSIENT
from services.kernel.errors import Overloaded
from services.kernel.loops import again_and_again, quietly
from services.kernel.request import service_of
from services.kernel.telemetry import log

router = APIRouter()
STREAMS_A_PERSON = 6
CHECK_SECONDS = 0.7
KEEP_ALIVE_SECONDS = 15.0
Signal = dict[str, str | None]


class Hub:
    """Who listens here, and the consumer that tells them."""

    def __init__(self) -> None:
        self._streams: dict[UUID, set[asyncio.Queue[Signal]]] = defaultdict(set)

    def join(self, staff_id: UUID) -> "asyncio.Queue[Signal]":
        """A new stream of somebody; Overloaded beyond the limit."""
        if len(self._streams[staff_id]) >= STREAMS_A_PERSON:
            raise Overloaded("too_many_streams", "close other windows")
        queue: asyncio.Queue[Signal] = asyncio.Queue(maxsize=100)
        self._streams[staff_id].add(queue)
        return queue

    def leave(self, staff_id: UUID, queue: "asyncio.Queue[Signal]") -> None:
        """The stream ended."""
        self._streams[staff_id].discard(queue)
        if not self._streams[staff_id]:
            del self._streams[staff_id]

    def tell(self, staff_id: UUID, signal: Signal) -> None:
        """To every open stream of one person; a full queue already says "fetch again"."""
        for queue in self._streams.get(staff_id, ()):
            if not queue.full():
                queue.put_nowait(signal)

    async def listen(self, service: Service) -> None:
        """For ever: follow `banso.notify` from its end."""
        await again_and_again("signals", lambda: self._follow(service))

    async def _follow(self, service: Service) -> None:
        topic = service.settings.topic("notify")
        consumer = AIOKafkaConsumer(
            bootstrap_servers=service.settings.kafka_bootstrap_servers,
            enable_auto_commit=False,
            auto_offset_reset="latest",
            request_timeout_ms=10_000,
        )
        try:
            await asyncio.wait_for(consumer.start(), 10)
            await consumer._client.add_topic(topic)
            partitions = [TopicPartition(topic, p) for p in consumer.partitions_for_topic(topic) or ()]
            if not partitions:
                raise TimeoutError(f"{topic} is not known to the broker")
            consumer.assign(partitions)
            await consumer.seek_to_end()
            while True:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    for record in records:
                        self._route(dict(record.headers).get("ce_type", b"").decode(), record.value)
        finally:
            await quietly(consumer.stop())

    def _route(self, event_type: str, body: bytes) -> None:
        try:
            if event_type == NoticeRaised.type_name():
                raised = NoticeRaised.model_validate_json(body)
                about = str(raised.handoff_id or raised.case_id or "") or None
                self.tell(raised.recipient_id, {"hint": SignalHint.NOTICES, "about": about})
                hint = SignalHint.TRAY if raised.handoff_id else SignalHint.CASE
                self.tell(raised.recipient_id, {"hint": hint, "about": about})
            elif event_type == SignalRaised.type_name():
                signal = SignalRaised.model_validate_json(body)
                for recipient in signal.recipient_ids:
                    self.tell(recipient, {"hint": signal.hint, "about": str(signal.about) if signal.about else None})
        except ValueError as error:
            log.warning("signals.unreadable", type=event_type, error=type(error).__name__)


@router.get("/signals")
async def get_signals(request: Request) -> StreamingResponse:
    """Server-sent events for the signed-in person; ends within a second of sign-out, revocation or another role."""
    session = await current_session(request)
    hub: Hub = request.app.state.hub
    queue = hub.join(session.staff_id)
    stream = _stream(service_of(request), hub, session, queue)
    return StreamingResponse(stream, media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def _stream(service: Service, hub: Hub, session: Session, queue: "asyncio.Queue[Signal]") -> AsyncIterator[bytes]:
    quiet = 0.0
    try:
        yield b": open\n\n"
        while (ending := await _ending(service, session)) is None:
            try:
                signal = await asyncio.wait_for(queue.get(), CHECK_SECONDS)
                yield f"event: signal\ndata: {json.dumps(signal)}\n\n".encode()
                quiet = 0.0
            except TimeoutError:
                quiet += CHECK_SECONDS
                if quiet >= KEEP_ALIVE_SECONDS:
                    yield b": keep-alive\n\n"
                    quiet = 0.0
        yield f"event: {ending}\ndata: {{}}\n\n".encode()
    finally:
        hub.leave(session.staff_id, queue)


async def _ending(service: Service, session: Session) -> str | None:
    """Why the stream must end: `signed_out`, or `changed` when the person's units or roles are no longer what they were."""
    now = service.clock()
    try:
        async with service.db.transaction("session") as tx:
            living = await find_living(tx, session.session_id, now, tokyo_day(now))
    except (*TRANSIENT, Overloaded):
        return None  # the database is away for a moment; the next look decides
    if living is None:
        return "signed_out"
    return "changed" if living.assignments != session.assignments else None
