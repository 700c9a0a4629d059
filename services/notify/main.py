"""通知: notices and signals. The only door outwards."""

from services.contracts.notify import ReadNotice
from services.contracts.registry import EVENTS
from services.kernel.app import build_service
from services.kernel.commands import specs
from services.notify import views
from services.notify.commands.read_notice import read_notice
from services.notify.reactions import REACTIONS

COMMANDS = specs((ReadNotice, read_notice))
app = build_service(
    "notify",
    commands=COMMANDS,
    routes=[views.router],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["staff", "intake", "coordination", "ibasho"],
)
