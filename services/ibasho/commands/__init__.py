"""What 居場所 can do: one file an act, or a few that belong together."""

from services.contracts import ibasho as contract
from services.contracts.participant_request import CorrectNickname, DecideParticipantRequest, OpenParticipantRequest
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
from services.kernel.commands import specs

COMMANDS = specs(
    (contract.ScheduleSession, schedule_session),
    (contract.OpenSession, open_session),
    (contract.LogAttendance, log_attendance),
    (contract.CorrectAttendance, correct_attendance),
    (contract.CloseSession, close_session),
    (contract.ViewedSessionOffline, viewed_session_offline),
    (OpenParticipantRequest, open_participant_request),
    (DecideParticipantRequest, decide_participant_request),
    (CorrectNickname, correct_nickname),
)
