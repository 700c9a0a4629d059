"""Traces, logs and metrics that carry ids only: no body, no SQL parameter, no exception message ever leaves here."""

import logging
import os
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge

tracer = trace.get_tracer("banso")
UNSAID: Any = {"record_exception": False, "set_status_on_exception": False}  # an exception may quote what was typed
log: structlog.stdlib.BoundLogger = structlog.get_logger()

COMMANDS = Counter("banso_commands_total", "Commands by type, outcome and code", ["type", "status", "code"])
RELAYED = Counter("banso_events_published_total", "Events acknowledged by the broker")
APPLIED = Counter("banso_events_applied_total", "Events applied, by topic", ["topic"])
DEAD_LETTERS = Counter("banso_dead_letters_total", "Events put aside, by kind", ["kind"])
VERSION_GAPS = Counter("banso_version_gaps_total", "Events whose predecessor was never seen", ["topic"])
BEHIND = Gauge("banso_consumer_behind", "Events between the consumer and the end of its topics")
TASKS = Gauge("banso_tasks", "Tasks of the event loop: what grows and does not shrink again is a leak")
UNPUBLISHED_AGE = Gauge("banso_oldest_unpublished_seconds", "Age of the oldest outbox row not yet on the bus")

_propagator = TraceContextTextMapPropagator()


def current_traceparent() -> str | None:
    """The W3C trace context of now, to ride in an event's header."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


def current_trace_id() -> str | None:
    """The trace id of now as 32 hex digits, or nothing outside a trace."""
    context = trace.get_current_span().get_span_context()
    return format(context.trace_id, "032x") if context.is_valid else None


def remote_context(traceparent: str | None) -> Any:
    """The context of a span that happened elsewhere, to continue its trace."""
    return _propagator.extract({"traceparent": traceparent} if traceparent else {})


def _finish(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the trace id; write an exception as its class and places only, because its message may quote a value."""
    if trace_id := current_trace_id():
        event["trace_id"] = trace_id
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else sys.exception() if found is True else found
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        event["where"] = [f"{os.path.relpath(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    return event


class _Forward(logging.Handler):
    """What libraries log goes the same way as ours."""

    def emit(self, record: logging.LogRecord) -> None:
        log.log(record.levelno, record.getMessage(), logger=record.name, exc_info=record.exc_info)


def setup(service: str) -> None:
    """JSON logs on stdout, and OTLP traces when OTEL_EXPORTER_OTLP_ENDPOINT is set."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _finish,
            lambda _, __, event: {"service": service, **event},
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    )
    logging.basicConfig(handlers=[_Forward()], level=logging.INFO, force=True)
    for name, level in {"aiokafka": logging.CRITICAL, "httpx": logging.WARNING, "asyncio": logging.ERROR}.items():
        logging.getLogger(name).setLevel(level)
    logging.getLogger("uvicorn").handlers.clear()
    logging.getLogger("uvicorn").propagate = True
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    if os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT"):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(), schedule_delay_millis=1000))
    if not isinstance(trace.get_tracer_provider(), TracerProvider):  # demo data: several services in one process
        trace.set_tracer_provider(provider)


def flush() -> None:
    """Send the spans still held: uvicorn ends by the signal it got, so nothing that waits for the exit would run."""
    if isinstance(provider := trace.get_tracer_provider(), TracerProvider):
        provider.force_flush(3000)
