"""What コーディネート can do: one file an act, or a few that belong together."""

from services.contracts import closing, person_request
from services.contracts import coordination as contract
from services.coordination.commands.change_team import change_team, keep_off, let_in
from services.coordination.commands.closing import close_case, reopen_case
from services.coordination.commands.decide_quarantine import decide_quarantine
from services.coordination.commands.end_basis import end_basis
from services.coordination.commands.give_basis import (
    convene_conference,
    give_consent,
    pledge_secrecy,
    share_by_law,
    use_emergency,
    use_emergency_by_number,
)
from services.coordination.commands.join_token import join_token
from services.coordination.commands.person_request import (
    correct_person,
    decide_person_request,
    lift_suspension,
    open_person_request,
)
from services.coordination.commands.record_visit import record_visit
from services.coordination.commands.review_access import review_access
from services.coordination.commands.separate_token import separate_token
from services.coordination.commands.viewed_offline import viewed_offline
from services.kernel.commands import specs

COMMANDS = specs(
    (contract.RecordVisit, record_visit),
    (contract.ViewedOffline, viewed_offline),
    (contract.DecideQuarantine, decide_quarantine),
    (contract.JoinToken, join_token),
    (contract.SeparateToken, separate_token),
    (contract.ChangeTeam, change_team),
    (contract.KeepOff, keep_off),
    (contract.LetIn, let_in),
    (contract.GiveConsent, give_consent),
    (contract.ConveneConference, convene_conference),
    (contract.PledgeSecrecy, pledge_secrecy),
    (contract.ShareByLaw, share_by_law),
    (contract.UseEmergency, use_emergency),
    (contract.UseEmergencyByNumber, use_emergency_by_number),
    (contract.EndBasis, end_basis),
    (contract.ReviewAccess, review_access),
    (closing.CloseCase, close_case),
    (closing.ReopenCase, reopen_case),
    (person_request.OpenPersonRequest, open_person_request),
    (person_request.DecidePersonRequest, decide_person_request),
    (person_request.LiftSuspension, lift_suspension),
    (person_request.CorrectPerson, correct_person),
)
