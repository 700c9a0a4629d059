"""居場所: places, sessions, tokens, attendance. It asks nobody's name."""

from services import drafts
from services.contracts import ibasho as contract
from services.contracts import participant_request as request
from services.contracts.registry import EVENTS
from services.ibasho import request_views, views
from services.ibasho.commands.close_session import close_session
from services.ibasho.commands.correct_attendance import correct_attendance
from services.ibasho.commands.log_attendance import log_attendance
from services.ibasho.commands.open_session import open_session
from services.ibasho.commands.participant_request import (
    correct_nickname,
    decide_participant_request,
    open_participant_request,
)
from services.ibasho.commands.schedule_session import schedule_session
from services.ibasho.commands.viewed_session_offline import viewed_session_offline
from services.ibasho.reactions import REACTIONS
from services.kernel.app import build_service
from services.kernel.commands import specs

COMMANDS = specs(
    (contract.ScheduleSession, schedule_session),
    (contract.OpenSession, open_session),
    (contract.LogAttendance, log_attendance),
    (contract.CorrectAttendance, correct_attendance),
    (contract.CloseSession, close_session),
    (contract.ViewedSessionOffline, viewed_session_offline),
    (request.OpenParticipantRequest, open_participant_request),
    (request.DecideParticipantRequest, decide_participant_request),
    (request.CorrectNickname, correct_nickname),
)
app = build_service(
    "ibasho",
    commands=COMMANDS,
    routes=[views.router, request_views.router, drafts.router],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["coordination"],
    loops=[drafts.forget_old_drafts],
)
