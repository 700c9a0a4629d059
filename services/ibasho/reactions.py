"""What 居場所 does when something happened elsewhere."""

from services.contracts.base import EventData
from services.contracts.coordination import ErasureDone
from services.ibasho import erasure_store
from services.kernel.commands import Work
from services.kernel.stream import Event, Reaction


async def note_erased(event: Event, work: Work) -> None:
    """No link to somebody erased is left at a case, if there was one."""
    done: ErasureDone = event.data
    await erasure_store.note_done(work.tx, done.request_id, event.topic, event.time)


REACTIONS: dict[type[EventData], Reaction] = {ErasureDone: note_erased}
