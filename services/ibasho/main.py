"""居場所: places, sessions, tokens, attendance. It asks nobody's name."""

from services import drafts
from services.contracts.registry import EVENTS
from services.ibasho import request_views, views
from services.ibasho.commands import COMMANDS
from services.ibasho.reactions import REACTIONS
from services.kernel.app import build_service

app = build_service(
    "ibasho",
    commands=COMMANDS,
    routes=[views.router, request_views.router, drafts.router],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["coordination"],
    loops=[drafts.forget_old_drafts],
)
