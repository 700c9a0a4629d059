"""コーディネート: cases, teams, contact safety, visits, and who may see them. The heart of the house."""

from services import drafts
from services.contracts.registry import EVENTS
from services.coordination import access_views, request_views, sharing_views, staff_views, views
from services.coordination.commands import COMMANDS
from services.coordination.package_fetch import fetch_packages
from services.coordination.reactions import REACTIONS
from services.kernel.app import build_service

app = build_service(
    "coordination",
    commands=COMMANDS,
    routes=[
        views.router,
        staff_views.router,
        sharing_views.router,
        access_views.router,
        request_views.router,
        drafts.router,
    ],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["staff", "intake", "ibasho"],
    loops=[fetch_packages, drafts.forget_old_drafts],
)
