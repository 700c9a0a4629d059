"""Every command and event by name. The one place that lists the speaking services."""

from services.contracts import coordination, ibasho, intake, notify, staff
from services.contracts.base import Command, EventData

SPEAKERS = {"staff": staff, "intake": intake, "coordination": coordination, "ibasho": ibasho, "notify": notify}

COMMAND_OWNERS: dict[str, str] = {
    command.__name__: service for service, module in SPEAKERS.items() for command in module.COMMANDS
}
COMMANDS: dict[str, type[Command]] = {
    command.__name__: command for module in SPEAKERS.values() for command in module.COMMANDS
}
EVENTS: dict[str, type[EventData]] = {
    event.type_name(): event for module in SPEAKERS.values() for event in module.EVENTS
}
