"""What intake does when something happened elsewhere: it erases what it holds of an erased case, and says so."""

from services.contracts.base import EventData
from services.contracts.intake import ErasureDone
from services.contracts.person_request import RecordErased
from services.intake import erasure_store
from services.kernel.commands import Work
from services.kernel.stream import Event, Reaction


async def erase_consultation(event: Event, work: Work) -> None:
    """Once for each case; heard again it says nothing more."""
    erased: RecordErased = event.data
    if await erasure_store.erase(work.tx, erased, work.now):
        await work.emit(erased.case_id, ErasureDone(request_id=erased.request_id, case_id=erased.case_id))


REACTIONS: dict[type[EventData], Reaction] = {RecordErased: erase_consultation}
