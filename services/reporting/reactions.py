"""Facts for counting. A late record counts in the month it happened (`time`), not when we learned it."""

from services.contracts import closing, coordination, ibasho, intake
from services.contracts.base import EventData
from services.contracts.tokyo import tokyo_day
from services.kernel.commands import Work
from services.kernel.stream import Event, Reaction


async def count_consultation(event: Event, work: Work) -> None:
    """One consultation of the window that heard it."""
    data: intake.ConsultationOpened = event.data
    row = (data.consultation_id, data.unit_id, tokyo_day(event.time))
    await work.tx.execute("insert into fact_consultation values ($1, $2, $3)", *row)


async def count_handoff(event: Event, work: Work) -> None:
    """One handoff of the unit that sent it."""
    data: intake.HandedOff = event.data
    row = (data.handoff_id, data.from_unit, tokyo_day(event.time))
    await work.tx.execute("insert into fact_handoff values ($1, $2, $3)", *row)


async def keep_window(event: Event, work: Work) -> None:
    """Which window a case came from: its visits are counted there."""
    data: coordination.CaseOpened = event.data
    await work.tx.execute("insert into case_window values ($1, $2)", data.case_id, data.from_unit)


async def count_visit(event: Event, work: Work) -> None:
    """One visit."""
    data: coordination.VisitRecorded = event.data
    row = (data.visit_id, data.case_id, tokyo_day(event.time))
    await work.tx.execute("insert into fact_visit values ($1, $2, $3)", *row)


async def count_closing(event: Event, work: Work) -> None:
    """One closing, with its reason."""
    data: closing.CaseClosed = event.data
    row = (data.closing_id, data.case_id, data.reason, tokyo_day(event.time))
    await work.tx.execute("insert into fact_closing values ($1, $2, $3, $4)", *row)


async def count_session(event: Event, work: Work) -> None:
    """A session of 居場所; it counts once something happened there."""
    data: ibasho.SessionScheduled = event.data
    row = (data.session_id, data.unit_id, tokyo_day(data.starts_at))
    await work.tx.execute("insert into fact_session values ($1, $2, $3)", *row)


async def count_attendance(event: Event, work: Work) -> None:
    """One fact of a session, or one taken back."""
    data: ibasho.AttendanceLogged = event.data
    if data.corrects is not None:
        await work.tx.execute("insert into fact_correction values ($1) on conflict do nothing", data.corrects)
        return
    row = (data.attendance_id, data.session_id, data.kind, data.participant_id)
    await work.tx.execute("insert into fact_attendance values ($1, $2, $3, $4)", *row)


async def keep_closing(event: Event, work: Work) -> None:
    """It was held, also when nobody came. Its figures are counted from the facts, late ones included."""
    data: ibasho.SessionClosed = event.data
    query = "insert into fact_session_closed values ($1) on conflict do nothing"
    await work.tx.execute(query, data.session_id)


REACTIONS: dict[type[EventData], Reaction] = {
    intake.ConsultationOpened: count_consultation,
    intake.HandedOff: count_handoff,
    coordination.CaseOpened: keep_window,
    coordination.VisitRecorded: count_visit,
    closing.CaseClosed: count_closing,
    ibasho.SessionScheduled: count_session,
    ibasho.AttendanceLogged: count_attendance,
    ibasho.SessionClosed: keep_closing,
}
