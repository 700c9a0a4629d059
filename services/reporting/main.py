"""統計: a pure subscriber. No commands; it starts from the first event and proves that others can subscribe."""

from services.contracts.registry import EVENTS
from services.kernel.app import build_service
from services.reporting import views
from services.reporting.reactions import REACTIONS

app = build_service(
    "reporting",
    routes=[views.router],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["intake", "coordination", "ibasho"],
    speaks=False,
)
