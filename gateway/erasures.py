"""What was handed in about an erased record goes with it: the gateway keeps it sealed, and could open it."""

from gateway.devices import device_store
from services.contracts.base import EventData
from services.contracts.person_request import RecordErased
from services.contracts.sheet_request import SheetErased
from services.contracts.staff import ErasureDone
from services.kernel.commands import Work
from services.kernel.stream import Event, Reaction

LISTENS_TO = ("coordination", "intake")


async def forget_case(event: Event, work: Work) -> None:
    """Of the case and of the sheet it began from. Also where nothing was, coordination hears that nothing is."""
    erased: RecordErased = event.data
    await device_store.forget_about(work.tx, [erased.case_id, erased.consultation_id], work.now)
    await work.emit(erased.case_id, ErasureDone(request_id=erased.request_id, case_id=erased.case_id))


async def forget_sheet(event: Event, work: Work) -> None:
    """Of a sheet that never became a case."""
    erased: SheetErased = event.data
    await device_store.forget_about(work.tx, [erased.consultation_id], work.now)


REACTIONS: dict[type[EventData], Reaction] = {RecordErased: forget_case, SheetErased: forget_sheet}
