"""What fails is told by its class and place: an exception's text may quote the row, and the row what was typed."""

from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from services.kernel.commands import Work
from services.kernel.ids import new_id
from services.kernel.stream import Applier, Event
from tests.kernel.conftest import EVENTS, Room, Ticked
from tests.kernel.test_commands import envelope, run
from tests.kernel.test_stream import record

QUOTED = 8_675_309


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        trace.set_tracer_provider(TracerProvider())
    provider = trace.get_tracer_provider()
    assert isinstance(provider, TracerProvider)
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()


@pytest.fixture
async def narrow(room: Room) -> Room:
    """A room whose counter takes no large value: PostgreSQL's error quotes the whole row."""
    await room.value("alter table counter add constraint small check (value < 100)")
    return room


def said(spans: InMemorySpanExporter, capfd: pytest.CaptureFixture[str]) -> str:
    found = spans.get_finished_spans()
    assert found, "the spans are looked at"
    return "".join(span.to_json() for span in found) + "".join(capfd.readouterr())


async def test_a_failing_command_quotes_nothing(narrow: Room, spans: InMemorySpanExporter, capfd) -> None:
    outcome = await run(narrow, envelope(step=QUOTED))
    assert (outcome.status, outcome.error and outcome.error.code) == ("retry", "unexpected")
    assert str(QUOTED) not in said(spans, capfd) + str(outcome.as_json())


async def test_a_failing_reaction_quotes_nothing(narrow: Room, spans: InMemorySpanExporter, capfd) -> None:
    async def add(event: Event, work: Work) -> None:
        await work.tx.execute("insert into counter values ($1, $2)", event.subject, event.data.step)

    async with narrow.db.transaction() as tx:
        await tx.execute("insert into consumer_offset values ('intake', 0, 0)")
    await Applier(narrow.db, "test", EVENTS, {Ticked: add}).apply("intake", 0, [record(0, new_id(), 1, QUOTED)])
    assert await narrow.value("select kind from dead_letter") == "poison"
    assert str(QUOTED) not in said(spans, capfd)
