"""Who learns what, when something happened elsewhere. The one-screen map is at the end.

Notices go to the people known when the event is applied; a colleague assigned later sees the tray, not an old notice.
Whoever the event says is kept off the case is told nothing. A signal to a whole unit names nothing: few events say who is.
"""

from collections.abc import Iterable
from uuid import UUID

from services.contracts import (
    closing,
    coordination,
    ibasho,
    intake,
    participant_request,
    person_request,
    sheet_request,
    staff,
)
from services.contracts.base import EventData
from services.contracts.codes import NoticeKind, RequestDecision, Role, SignalHint
from services.contracts.notify import NoticeRaised, SignalRaised
from services.contracts.tokyo import tokyo_day
from services.kernel.commands import Work
from services.kernel.ids import derived_id
from services.kernel.stream import Event, Reaction
from services.notify import store
from services.person_request import ERASING

ANSWERING = (Role.COORDINATOR, Role.MANAGER)
Decided = (
    person_request.PersonRequestDecided
    | sheet_request.SheetRequestDecided
    | participant_request.ParticipantRequestDecided
)
SENDING = (Role.WINDOW_STAFF, Role.COORDINATOR, Role.MANAGER)


async def keep_directory(event: Event, work: Work) -> None:
    """Units and roles, for routing only."""
    await store.upsert_assignment(work.tx, event.data)


async def follow_successor(event: Event, work: Work) -> None:
    """What a closed unit had is told to whoever answers for it now."""
    await store.put_closed_unit(work.tx, event.data)


async def tell_receiving_unit(event: Event, work: Work) -> None:
    """A handoff arrived: everybody who could answer it learns, except kept-off staff."""
    data: intake.HandedOff = event.data
    receivers = await store.find_staff(work.tx, [data.to_unit], ANSWERING, tokyo_day(work.now))
    told = [staff_id for staff_id in receivers if staff_id not in {*data.kept_off, data.handed_off_by}]
    await _notify(event, work, told, NoticeKind.HANDOFF_ARRIVED, handoff_id=data.handoff_id)
    await _signal_units(event, work, [data.from_unit], excluding=told)


async def tell_sender_accepted(event: Event, work: Work) -> None:
    """The sender always learns; the trays of both units change."""
    data: intake.HandoffAccepted = event.data
    await _notify(event, work, [data.handed_off_by], NoticeKind.HANDOFF_ACCEPTED, handoff_id=data.handoff_id)
    await _signal_units(event, work, [data.from_unit, data.to_unit])


async def tell_sender_returned(event: Event, work: Work) -> None:
    """Given back with a reason: the sender learns; the trays of both units change."""
    data: intake.HandoffReturned = event.data
    await _notify(event, work, [data.handed_off_by], NoticeKind.HANDOFF_RETURNED, handoff_id=data.handoff_id)
    await _signal_units(event, work, [data.from_unit, data.to_unit])


async def tell_withdrawn(event: Event, work: Work) -> None:
    """Taken back: the trays of both units change, and the sender learns when a colleague did it."""
    data: intake.HandoffWithdrawn = event.data
    told = [data.handed_off_by] if data.withdrawn_by != data.handed_off_by else []
    await _notify(event, work, told, NoticeKind.HANDOFF_WITHDRAWN, handoff_id=data.handoff_id)
    await _signal_units(event, work, [data.from_unit, data.to_unit])


async def keep_team(event: Event, work: Work) -> None:
    """A case began: keep its team, and tell their screens."""
    data: coordination.CaseOpened = event.data
    await store.insert_team(work.tx, data.case_id, data.team)
    await _signal(event, work, data.team, SignalHint.CASE, data.case_id)


async def change_team(event: Event, work: Work) -> None:
    """Keep the team as it is now; the screens of those who left learn it too."""
    data: coordination.TeamChanged = event.data
    before = await store.find_team(work.tx, data.case_id, tokyo_day(work.now))
    await store.replace_team(work.tx, data.case_id, data.team)
    await _signal(event, work, sorted({*before, *data.team}), SignalHint.CASE, data.case_id)


async def tell_supervisors(event: Event, work: Work) -> None:
    """An emergency was used: the managers of the case's unit and of the person's own learn it at once, and so does its team."""
    data: coordination.EmergencyUsed = event.data
    managers = await store.find_staff(work.tx, data.unit_ids, [Role.MANAGER], tokyo_day(work.now))
    told = {*managers, *await store.find_team(work.tx, data.case_id, tokyo_day(work.now))} - {
        *data.kept_off,
        data.used_by,
    }
    await _notify(event, work, sorted(told), NoticeKind.EMERGENCY_USED, case_id=data.case_id)


async def ask_to_pledge(event: Event, work: Work) -> None:
    """A 支援会議 was called: its members are asked to pledge secrecy. The notice names no case."""
    data: coordination.ConferenceConvened = event.data
    await _notify(event, work, [one for one in data.member_ids if one not in data.kept_off], NoticeKind.PLEDGE_ASKED)


async def tell_case_team(event: Event, work: Work) -> None:
    """A visit was recorded: the team learns that, not what."""
    data: coordination.VisitRecorded = event.data
    team = await store.find_team(work.tx, data.case_id, tokyo_day(work.now))
    told = [staff_id for staff_id in team if staff_id != data.recorded_by]
    await _notify(event, work, told, NoticeKind.VISIT_RECORDED, case_id=data.case_id)
    await _signal(event, work, team, SignalHint.CASE, data.case_id)


async def tell_managers_to_decide(event: Event, work: Work) -> None:
    """A record waits: the managers of the case's unit learn that, not what."""
    data: coordination.VisitQuarantined = event.data
    managers = await store.find_staff(work.tx, [data.unit_id], [Role.MANAGER], tokyo_day(work.now))
    told = [staff_id for staff_id in managers if staff_id not in data.kept_off]
    await _notify(event, work, told, NoticeKind.RECORD_WAITS, case_id=data.case_id)


async def tell_managers_of_request(event: Event, work: Work) -> None:
    """A request of the person waits: the managers of the case's unit learn that, and not what; whoever opened it knows."""
    data: person_request.PersonRequestOpened = event.data
    managers = await store.find_staff(work.tx, [data.unit_id], [Role.MANAGER], tokyo_day(work.now))
    told = [staff_id for staff_id in managers if staff_id not in {*data.kept_off, data.opened_by}]
    await _notify(event, work, told, NoticeKind.REQUEST_WAITS, case_id=data.case_id)


async def tell_managers_of_unit(event: Event, work: Work) -> None:
    """A request about a sheet, or about who takes part in 居場所, waits: the managers of the unit learn that, and not of whom."""
    data: sheet_request.SheetRequestOpened | participant_request.ParticipantRequestOpened = event.data
    managers = await store.find_staff(work.tx, [data.unit_id], [Role.MANAGER], tokyo_day(work.now))
    await _notify(event, work, [one for one in managers if one != data.opened_by], NoticeKind.REQUEST_WAITS)


async def tell_decided(event: Event, work: Work) -> None:
    """A request was decided: whoever received it learns that, and a case's team, not how. What is erased is named no more."""
    data: Decided = event.data
    case_id = data.case_id if isinstance(data, person_request.PersonRequestDecided) else None
    team = await store.find_team(work.tx, case_id, tokyo_day(work.now)) if case_id else []
    told = sorted({*team, *([data.opened_by] if data.opened_by else [])} - {data.decided_by})
    if data.decision is RequestDecision.APPROVE and data.kind in ERASING:
        await _notify(event, work, told, NoticeKind.RECORD_ERASED)
    else:
        await _notify(event, work, told, NoticeKind.REQUEST_DECIDED, case_id=case_id)
    await _signal(event, work, team, SignalHint.CASE, case_id)
    if isinstance(data, sheet_request.SheetRequestDecided):
        await refresh_sheets(event, work)


async def refresh_case(event: Event, work: Work) -> None:
    """What the team may see of a case changed: their screens look again. No notice: nobody has to act."""
    team = await store.find_team(work.tx, event.data.case_id, tokyo_day(work.now))
    await _signal(event, work, team, SignalHint.CASE, event.data.case_id)


async def refresh_sheets(event: Event, work: Work) -> None:
    """What a window may see of a sheet changed: its screens look again. No notice: nobody has to act."""
    await _signal_units(event, work, [event.data.unit_id])


async def keep_session_staff(event: Event, work: Work) -> None:
    """A session was scheduled: keep who works there, and tell their screens."""
    data: ibasho.SessionScheduled = event.data
    await store.insert_session_staff(work.tx, data.session_id, data.staff_ids)
    await _signal(event, work, data.staff_ids, SignalHint.SESSION, data.session_id)


async def tell_session_staff(event: Event, work: Work) -> None:
    """Somebody came, left, or the session closed: both tablets look again. No notice: nobody has to act."""
    data: ibasho.AttendanceLogged | ibasho.SessionClosed = event.data
    members = await store.find_session_staff(work.tx, data.session_id)
    await _signal(event, work, members, SignalHint.SESSION, data.session_id)


async def _notify(event: Event, work: Work, recipients: Iterable[UUID], kind: NoticeKind, **about: UUID | None) -> None:
    for recipient in recipients:
        notice = store.Notice(derived_id(event.id, recipient, kind), recipient, kind, **about)
        await store.insert_notice(work.tx, notice, event.recorded_at)
        raised = NoticeRaised(notice_id=notice.notice_id, recipient_id=recipient, kind=kind, **about)
        await work.emit(notice.notice_id, raised, time=event.time)


async def _signal_units(event: Event, work: Work, units: list[str], excluding: Iterable[UUID] = ()) -> None:
    members = await store.find_staff(work.tx, units, SENDING, tokyo_day(work.now))
    await _signal(event, work, [m for m in members if m not in set(excluding)], SignalHint.TRAY)


async def _signal(
    event: Event, work: Work, recipients: list[UUID], hint: SignalHint, about: UUID | None = None
) -> None:
    if recipients:
        raised = SignalRaised(recipient_ids=recipients, hint=hint, about=about)
        await work.emit(derived_id(event.id, "signal", hint), raised, time=event.time)


REACTIONS: dict[type[EventData], Reaction] = {
    staff.StaffAssigned: keep_directory,
    staff.UnitClosed: follow_successor,
    intake.HandedOff: tell_receiving_unit,
    intake.HandoffAccepted: tell_sender_accepted,
    intake.HandoffReturned: tell_sender_returned,
    intake.HandoffWithdrawn: tell_withdrawn,
    coordination.CaseOpened: keep_team,
    coordination.TeamChanged: change_team,
    coordination.EmergencyUsed: tell_supervisors,
    coordination.ConferenceConvened: ask_to_pledge,
    coordination.VisitRecorded: tell_case_team,
    coordination.VisitQuarantined: tell_managers_to_decide,
    person_request.PersonRequestOpened: tell_managers_of_request,
    sheet_request.SheetRequestOpened: tell_managers_of_unit,
    participant_request.ParticipantRequestOpened: tell_managers_of_unit,
    sheet_request.SheetRequestDecided: tell_decided,
    participant_request.ParticipantRequestDecided: tell_decided,
    sheet_request.SheetSuspensionLifted: refresh_sheets,
    sheet_request.SheetCorrected: refresh_sheets,
    closing.CaseClosed: refresh_case,
    closing.CaseReopened: refresh_case,
    person_request.PersonRequestDecided: tell_decided,
    person_request.SuspensionLifted: refresh_case,
    person_request.PersonCorrected: refresh_case,
    ibasho.SessionScheduled: keep_session_staff,
    ibasho.AttendanceLogged: tell_session_staff,
    ibasho.SessionClosed: tell_session_staff,
}
