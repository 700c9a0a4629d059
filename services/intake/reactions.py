"""What intake does when something happened elsewhere: it erases what it holds of an erased case and says so, keeps off its
sheet whoever is kept off the case, and withholds it while the use of the case is suspended."""

from services.contracts.base import EventData
from services.contracts.codes import RequestDecision, RequestKind
from services.contracts.coordination import TeamChanged
from services.contracts.intake import ErasureDone
from services.contracts.person_request import PersonRequestDecided, RecordErased, SuspensionLifted
from services.intake import erasure_store, handoff_store
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
        await handoff_store.put_kept_off(work.tx, changed.case_id, changed.kept_off)


async def suspend(event: Event, work: Work) -> None:
    """The person had the use of their record stopped: the sheet it began from is part of it."""
    decided: PersonRequestDecided = event.data
    if decided.kind is RequestKind.SUSPENSION and decided.decision is RequestDecision.APPROVE:
        await handoff_store.put_suspension(work.tx, decided.case_id, decided.request_id, stands=True)


async def lift(event: Event, work: Work) -> None:
    """A manager lifted it."""
    lifted: SuspensionLifted = event.data
    await handoff_store.put_suspension(work.tx, lifted.case_id, lifted.request_id, stands=False)


REACTIONS: dict[type[EventData], Reaction] = {
    RecordErased: erase_consultation,
    TeamChanged: keep_off,
    PersonRequestDecided: suspend,
    SuspensionLifted: lift,
}
