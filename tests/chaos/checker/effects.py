"""What must be there, derived from what was accepted and said: owner rows from commands, downstream rows from events."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from tests.chaos.checker.world import Event, Row, World

Expected = dict[str, Counter[Row]]
SAYS = {
    **{"OpenConsultation": "ConsultationOpened", "HandOff": "HandedOff", "AcceptHandoff": "HandoffAccepted"},
    **{"ReturnHandoff": "HandoffReturned", "WithdrawHandoff": "HandoffWithdrawn", "RecordVisit": "VisitRecorded"},
    **{"ScheduleSession": "SessionScheduled", "LogAttendance": "AttendanceLogged"},
    **{"CorrectAttendance": "AttendanceLogged", "CloseSession": "SessionClosed"},
}
"""The event that an accepted command of this type always makes (a visit that waits for its manager: another). A session is
closed once by its story: a second closing would tell nothing."""

OWNER_TABLES = (
    *("intake.consultation", "intake.handoff", "coordination.visit", "ibasho.session", "ibasho.attendance"),
    *("ibasho.correction", "ibasho.closing_line_private"),
    # And their words: what was said arrived where it belongs.
    *("intake.consultation_told", "intake.handoff_told", "coordination.visit_private", "ibasho.correction_private"),
)
DOWNSTREAM_TABLES = (
    *("coordination.case_file", "coordination.case_member", "coordination.package_fetch", "notify.notice"),
    "coordination.handoff_package_private",
    *("gateway.assignment", "notify.staff_assignment"),
    *("notify.case_team", "notify.session_staff", "reporting.case_window", "reporting.fact_consultation"),
    *("reporting.fact_handoff", "reporting.fact_visit", "reporting.fact_session", "reporting.fact_session_closed"),
    *("reporting.fact_attendance", "reporting.fact_correction"),
)


def name_of(event: Event) -> str:
    """`banso.intake.HandedOff.v1` -> `HandedOff`."""
    return event.type.split(".")[2]


def owner_rows(world: World) -> Expected:
    """One row for each accepted command that keeps a fact."""
    expected: Expected = {table: Counter() for table in OWNER_TABLES}
    for command in world.commands:
        asked = world.asked.get(command.id)
        if asked is None:
            continue
        subject, payload = asked.envelope["subject"], asked.envelope["payload"]
        for table, row in _kept(command.type, command.id, command.actor, subject, payload):
            expected[table][row] += 1
    return expected


def _kept(type: str, id: str, actor: str, subject: str, payload: dict[str, Any]) -> Iterable[tuple[str, Row]]:
    if type == "OpenConsultation":
        yield "intake.consultation", (subject, actor)
        yield "intake.consultation_told", (subject, payload["told"]["memo"])
    elif type == "HandOff":
        yield "intake.handoff", (subject, payload["consultationId"])
        yield "intake.handoff_told", (subject, payload["promised"])
    elif type == "RecordVisit":
        yield "coordination.visit", (payload["visitId"], subject, actor)
        yield "coordination.visit_private", (payload["visitId"], payload["memo"])
    elif type == "ScheduleSession":
        yield "ibasho.session", (subject,)
    elif type == "LogAttendance":
        yield "ibasho.attendance", (payload["attendanceId"], subject, payload["kind"], actor)
    elif type == "CorrectAttendance":
        yield "ibasho.correction", (id, payload["attendanceId"])
        yield "ibasho.correction_private", (id, payload["note"])
    elif type == "CloseSession" and payload["line"]:
        yield "ibasho.closing_line_private", (id, subject, payload["line"])


def downstream_rows(world: World, receivers: Sequence[str]) -> Expected:
    """What every other service must have made of the events, once each. `receivers`: who answers handoffs."""
    expected: Expected = {table: Counter() for table in DOWNSTREAM_TABLES}
    teams = {e.data["caseId"]: e.data["team"] for e in world.events if name_of(e) == "CaseOpened"}
    promised = {a.envelope["subject"]: a.envelope["payload"]["promised"] for a in world.asked_for("HandOff")}
    for event in world.events:
        for table, row in _made(event, receivers, teams):
            expected[table][row] += 1
        if name_of(event) == "HandoffAccepted":
            words = (event.data["caseId"], promised.get(event.data["handoffId"], "nothing"))
            expected["coordination.handoff_package_private"][words] += 1
    return expected


def _made(event: Event, receivers: Sequence[str], teams: dict[str, list[str]]) -> Iterable[tuple[str, Row]]:
    name, d = name_of(event), event.data
    if name == "StaffAssigned":
        yield "gateway.assignment", (d["assignmentId"],)
        yield "notify.staff_assignment", (d["assignmentId"],)
    elif name == "ConsultationOpened":
        yield "reporting.fact_consultation", (d["consultationId"],)
    elif name == "HandedOff":
        yield "reporting.fact_handoff", (d["handoffId"],)
        for who in receivers:
            yield "notify.notice", ("handoff_arrived", who, d["handoffId"], "None")
    elif name == "HandoffAccepted":
        yield "coordination.case_file", (d["caseId"], d["handoffId"])
        yield "coordination.package_fetch", (d["caseId"], "True")
        yield "notify.notice", ("handoff_accepted", d["handedOffBy"], d["handoffId"], "None")
    elif name == "HandoffReturned":
        yield "notify.notice", ("handoff_returned", d["handedOffBy"], d["handoffId"], "None")
    elif name == "HandoffWithdrawn" and d["withdrawnBy"] != d["handedOffBy"]:
        yield "notify.notice", ("handoff_withdrawn", d["handedOffBy"], d["handoffId"], "None")
    elif name in ("CaseOpened", "VisitRecorded"):
        yield from _made_of_case(name, d, teams)
    else:
        yield from _made_of_session(name, d)


def _made_of_case(name: str, d: dict[str, Any], teams: dict[str, list[str]]) -> Iterable[tuple[str, Row]]:
    if name == "CaseOpened":
        yield "reporting.case_window", (d["caseId"],)
        for member in d["team"]:
            yield "coordination.case_member", (d["caseId"], member)
            yield "notify.case_team", (d["caseId"], member)
        return
    yield "reporting.fact_visit", (d["visitId"], d["caseId"])
    for member in teams.get(d["caseId"], []):
        if member != d["recordedBy"]:
            yield "notify.notice", ("visit_recorded", member, "None", d["caseId"])


def _made_of_session(name: str, d: dict[str, Any]) -> Iterable[tuple[str, Row]]:
    if name == "SessionScheduled":
        yield "reporting.fact_session", (d["sessionId"],)
        for member in d["staffIds"]:
            yield "notify.session_staff", (d["sessionId"], member)
    elif name == "AttendanceLogged" and d.get("corrects"):
        yield "reporting.fact_correction", (d["corrects"],)
    elif name == "AttendanceLogged":
        who = str(d.get("participantId"))
        yield "reporting.fact_attendance", (d["attendanceId"], d["sessionId"], d["kind"], who)
    elif name == "SessionClosed":
        yield "reporting.fact_session_closed", (d["sessionId"],)


def heard_rows(world: World) -> Counter[Row]:
    """What coordination has heard of tokens: everything with one, less what was taken back."""
    logged = [event.data for event in world.events if name_of(event) == "AttendanceLogged"]
    taken_back = {d["corrects"] for d in logged if d.get("corrects")}
    return Counter(
        (d["attendanceId"], d["participantId"])
        for d in logged
        if d.get("participantId") and not d.get("corrects") and d["attendanceId"] not in taken_back
    )
