"""What 相談受付 can do: one file an act, or a few that belong together."""

from services.contracts import intake as contract
from services.contracts.sheet_request import (
    CorrectSheet,
    DecideSheetRequest,
    LiftSheetSuspension,
    OpenSheetRequest,
    ReviewSheetAccess,
)
from services.intake.commands.accept_handoff import accept_handoff
from services.intake.commands.hand_off import hand_off
from services.intake.commands.open_consultation import open_consultation
from services.intake.commands.return_handoff import return_handoff
from services.intake.commands.review_sheet_access import review_sheet_access
from services.intake.commands.sheet_request import (
    correct_sheet,
    decide_sheet_request,
    lift_sheet_suspension,
    open_sheet_request,
)
from services.intake.commands.withdraw_handoff import withdraw_handoff
from services.kernel.commands import specs

COMMANDS = specs(
    (contract.OpenConsultation, open_consultation),
    (contract.HandOff, hand_off),
    (contract.AcceptHandoff, accept_handoff),
    (contract.ReturnHandoff, return_handoff),
    (contract.WithdrawHandoff, withdraw_handoff),
    (OpenSheetRequest, open_sheet_request),
    (DecideSheetRequest, decide_sheet_request),
    (LiftSheetSuspension, lift_sheet_suspension),
    (CorrectSheet, correct_sheet),
    (ReviewSheetAccess, review_sheet_access),
)
