"""A trace keeps the address of a request. The address on which the provider sends somebody back holds a code: it is not traced."""

import httpx
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from gateway.sign_in.oidc import BACK
from services.kernel.app import harden


async def test_the_way_back_leaves_no_trace() -> None:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider, kept = trace.get_tracer_provider(), InMemorySpanExporter()
    assert isinstance(provider, TracerProvider)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    app = FastAPI()
    app.get(BACK)(lambda: {})
    app.get("/other")(lambda: {})
    harden(app, BACK)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://x") as client:
        assert (await client.get(f"{BACK}?code=code-marker-7f3a&state=x")).status_code == 200
        assert kept.get_finished_spans() == ()
        await client.get("/other?code=seen")
    assert "seen" in repr([dict(span.attributes or {}) for span in kept.get_finished_spans()]), "others are traced"
