"""What intake does when something happened elsewhere: it erases what it holds of an erased case and says so, and keeps off its
sheet whoever is kept off the case."""

from services.contracts.base import EventData
from services.contracts.coordination import TeamChanged
from services.contracts.intake import ErasureDone
from services.contracts.person_request import RecordErased
from services.intake import erasure_store, store
from services.kernel.commands import Work
from services.kernel.stream import Event, Reaction


async def erase_consultation(event: Event, work: Work) -> None:
    """Once for each case; heard again it says nothing more."""
    erased: RecordErased = event.data
    if await erasure_store.erase(work.tx, erased, work.now):
        await work.emit(erased.case_id, ErasureDone(request_id=erased.request_id, case_id=erased.case_id))


async def keep_off(event: Event, work: Work) -> None:
    """A relative or neighbour at the window reads the sheet no more than the case."""
    changed: TeamChanged = event.data
    if changed.kept_off is not None:
        await store.put_kept_off(work.tx, changed.case_id, changed.kept_off)


REACTIONS: dict[type[EventData], Reaction] = {RecordErased: erase_consultation, TeamChanged: keep_off}
