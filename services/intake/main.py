"""相談受付: consultations as told that day, and the handoff ledger."""

from services import drafts
from services.contracts.registry import EVENTS
from services.intake import access_views, request_views, views
from services.intake.commands import COMMANDS
from services.intake.reactions import REACTIONS
from services.kernel.app import build_service

app = build_service(
    "intake",
    commands=COMMANDS,
    routes=[views.router, request_views.router, access_views.router, drafts.router],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["coordination"],
    loops=[drafts.forget_old_drafts],
)
