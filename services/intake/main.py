"""相談受付: consultations as told that day, and the handoff ledger."""

from services import drafts
from services.contracts import intake as contract
from services.contracts import sheet_request
from services.contracts.registry import EVENTS
from services.intake import access_views, request_views, views
from services.intake.commands.accept_handoff import accept_handoff
from services.intake.commands.hand_off import hand_off
from services.intake.commands.open_consultation import open_consultation
from services.intake.commands.return_handoff import return_handoff
from services.intake.commands.review_sheet_access import review_sheet_access
from services.intake.commands.sheet_request import correct_sheet, decide_sheet_request, open_sheet_request
from services.intake.commands.withdraw_handoff import withdraw_handoff
from services.intake.reactions import REACTIONS
from services.kernel.app import build_service
from services.kernel.commands import specs

COMMANDS = specs(
    (contract.OpenConsultation, open_consultation),
    (contract.HandOff, hand_off),
    (contract.AcceptHandoff, accept_handoff),
    (contract.ReturnHandoff, return_handoff),
    (contract.WithdrawHandoff, withdraw_handoff),
    (sheet_request.OpenSheetRequest, open_sheet_request),
    (sheet_request.DecideSheetRequest, decide_sheet_request),
    (sheet_request.CorrectSheet, correct_sheet),
    (sheet_request.ReviewSheetAccess, review_sheet_access),
)
app = build_service(
    "intake",
    commands=COMMANDS,
    routes=[views.router, request_views.router, access_views.router, drafts.router],
    reactions=REACTIONS,
    known_events=EVENTS,
    listens_to=["coordination"],
)
