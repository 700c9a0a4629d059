"""Who may read which GraphQL field and call which route: the expected table. A new field or route without a row is red.

People: the clerk who opened the consultation, a clerk of the other window, the accepting coordinator and the colleague on the team
(case member), a coordinator of the same unit who is not on the team, an ibasho member (other unit), the unit's manager, the auditor,
somebody of another agency (partner), and nobody (no session). Then the managers of the window and of 居場所, and a coordinator whom
the window kept off: of the case, and of the sheet and its handoffs. A revoked device: test_revoked.py. What a basis opens: test_bases.py.
"""

PEOPLE = {
    "clerk": "watanabe",
    "other_clerk": "yoshida",
    "member": "takahashi",
    "colleague": "hamada",
    "same_unit": "nakamura",
    "other_unit": "mori",
    "manager": "sasaki",
    "auditor": "fujiwara",
    "partner": "ishii",
    "window_manager": "otsuka",
    "ibasho_manager": "kudo",
    "kept_off": "kobayashi",
}

# Query root -> who gets the thing of the story (everybody else: null or an empty list, as if it did not exist).
STORY_READERS = {
    "case": {"member", "colleague", "manager"},
    "sharing": {"member", "colleague", "manager"},
    "whoSaw": {"manager", "auditor"},
    "holdings": {"manager", "window_manager"},  # the window's manager: of the sheet it began with
    "sheet_holdings": {"window_manager"},
    "sheet_whoSaw": {"auditor", "window_manager"},  # the page to print
    "consultation": {
        "clerk",
        "window_manager",
    },  # the handoff is answered: the receiving unit no longer reads the sheet
    "handoff": {"clerk", "member", "window_manager"},
    "open_consultation": {"clerk", "member", "colleague", "same_unit", "manager", "window_manager"},
    "open_handoff": {"clerk", "member", "colleague", "same_unit", "manager", "window_manager"},
    "statistics": {"manager", "window_manager", "ibasho_manager"},
    "session": {
        "member",
        "other_unit",
        "ibasho_manager",
    },  # its staff, whatever their unit; staff and manager of the place's
    "tokenHolder": {"member", "colleague", "same_unit", "other_unit", "kept_off"},
    "staffing": {"manager", "window_manager", "ibasho_manager"},
    "participant": {"other_unit", "ibasho_manager"},
    "participant_holdings": {"ibasho_manager"},
    "participant_whoSaw": {"ibasho_manager"},  # the page to print
}

# Lists -> who finds the story's thing in it.
STORY_LISTS = {
    "cases": {"member", "colleague", "manager"},
    "accessLog": {"manager", "auditor"},
    "accessLog_sheet": {"manager", "auditor", "window_manager"},  # of the sheet it began with: both units
    "accessLog_open": {"auditor", "window_manager"},  # of a sheet that nobody took yet
    "logReaders": {
        "manager",
        "auditor",
        "window_manager",
        "ibasho_manager",
    },  # names of staff, for the filter of the log
    "personRequests": {"member", "colleague", "manager"},
    "personRequests_sheet": {"clerk", "window_manager"},
    "personRequests_participant": {"other_unit", "ibasho_manager"},
    "consultations": {"clerk", "window_manager"},
    "tray_received": {"member", "colleague", "same_unit", "manager"},
    "tray_sent": {"clerk", "window_manager"},
    "colleagues": {"member", "colleague", "same_unit", "manager", "kept_off"},
    # of any unit, for coordinators and managers
    "staffOf": {"member", "colleague", "same_unit", "manager", "window_manager", "ibasho_manager", "kept_off"},
    "sessions": {"member", "other_unit", "ibasho_manager"},
    "ibashoPlaces": {"other_unit", "ibasho_manager"},
}

# Roots that answer everybody signed in with their own things only.
OWN_THINGS = {
    "me",
    "today",
    "notices",
    "drafts",
    "units",
    "tray",
    "sync",
    "devices",
    "handedIn",
    "leftQueues",  # of who worked in the units one manages
    "quarantine",
    "signIns",
    "passkeys",
    "passwordSetAt",
    "conferences",
    "retentionProposals",  # of the units one manages
    "caseSuspended",  # of one's own cases: SUSPENDED_READERS
}

# Command -> who may do it in the story. Everybody else: refused, nothing changed, nothing emitted.
COMMANDS = {
    "OpenConsultation": {"clerk", "window_manager"},  # for the unit hoya-window
    "HandOff": {"clerk", "window_manager"},
    "AcceptHandoff": {"member", "colleague", "same_unit"},
    "ReturnHandoff": {"member", "colleague", "same_unit", "manager"},
    "WithdrawHandoff": {"clerk", "window_manager"},
    "RecordVisit": {"member", "colleague", "manager", "same_unit"},  # same_unit: it waits for the manager
    "ViewedOffline": set(PEOPLE),  # a line of the access log is never refused
    "DecideQuarantine": {"manager"},
    "ReadNotice": {"colleague"},
    "ScheduleSession": {"other_unit", "ibasho_manager"},  # at a place of yato-ibasho
    "OpenSession": {"member", "other_unit", "ibasho_manager"},
    "LogAttendance": {"member", "other_unit", "ibasho_manager"},
    "CorrectAttendance": {"member", "other_unit", "ibasho_manager"},
    "CloseSession": {"member", "other_unit", "ibasho_manager"},
    "ViewedSessionOffline": set(PEOPLE),
    "JoinToken": {"member", "colleague"},  # the team itself, not its lead
    "SeparateToken": {"member", "colleague"},
    "ChangeTeam": {"member", "colleague", "manager"},
    "KeepOff": {"manager"},  # of somebody else; of oneself also the team
    "LetIn": {"manager"},
    "GiveConsent": {"member", "colleague", "manager"},
    "ConveneConference": {"member", "colleague", "manager"},
    "PledgeSecrecy": {"other_unit"},  # the one who was called
    "ShareByLaw": {"manager"},
    "UseEmergency": set(PEOPLE) - {"auditor", "partner", "kept_off"},
    "UseEmergencyByNumber": set(PEOPLE) - {"auditor", "partner", "kept_off"},
    "EndBasis": {"member", "colleague", "manager"},
    "ReviewAccess": {"manager", "auditor"},
    "CloseCase": {"member", "manager"},  # whose case it is, and their lead
    "ReopenCase": {"member", "manager"},
    "OpenPersonRequest": {"member", "colleague", "manager"},
    "DecidePersonRequest": {"manager"},
    "LiftSuspension": {"manager"},
    "CorrectPerson": {"member", "colleague", "manager"},
    "OpenSheetRequest": {"clerk", "window_manager"},
    "DecideSheetRequest": {"window_manager"},
    "LiftSheetSuspension": {"window_manager"},
    "CorrectSheet": {"clerk", "window_manager"},
    "ReviewSheetAccess": {"auditor", "window_manager"},
    "OpenParticipantRequest": {"other_unit", "ibasho_manager"},
    "DecideParticipantRequest": {"ibasho_manager"},
    "CorrectNickname": {"other_unit", "ibasho_manager"},
    "RegisterStaff": {"manager", "window_manager", "ibasho_manager"},
    "NoteHomeStreet": {"manager"},  # of who is assigned to their units
    "ChangeAssignments": {"manager"},  # of the unit hikikomori-support
}

# The same while the use of the record is suspended (個人情報保護法98条). A command of a case that has no row: refused to everybody.
SUSPENDED_READERS: dict[str, set[str]] = {
    **{root: set() for root in ("case", "consultation", "handoff", "cases", "consultations", "tray_sent")},
    "caseSuspended": {"member", "colleague", "manager"},  # why there is no case
    "sharing": {"member", "colleague", "manager"},  # what can be ended, and nothing else
    "whoSaw": {"manager", "auditor"},
    "accessLog": {"manager", "auditor"},
    "holdings": {"manager", "window_manager"},  # the window's manager: of the sheet it began with
    "personRequests": {"member", "colleague", "manager"},  # that it is suspended; whose it is, the manager alone
    "disclosure": {"manager"},  # the page to print
}
SUSPENDED_COMMANDS = {
    "OpenPersonRequest": {"member", "colleague", "manager"},
    "DecidePersonRequest": {"manager"},
    "LiftSuspension": {"manager"},
    "EndBasis": {"member", "colleague", "manager"},  # taking away is never refused
    "ReviewAccess": {"manager", "auditor"},  # of the log, not of the record
    "RecordVisit": {"member", "colleague", "manager", "same_unit"},  # from a device: it waits, unread
    "ViewedOffline": set(PEOPLE),
}

# The same of a sheet that nobody took, while a handoff of it waits.
SUSPENDED_SHEET_READERS: dict[str, set[str]] = {
    **{root: set() for root in ("consultation", "handoff", "consultations", "tray_sent", "tray_received")},
    "whoSaw": {"auditor", "window_manager"},  # the page to print
    "accessLog": {"auditor", "window_manager"},
    "holdings": {"window_manager"},
    "personRequests": {"clerk", "window_manager"},  # that it is suspended; whose it is, the manager alone
    "disclosure": {"window_manager"},  # the page to print
}
SUSPENDED_SHEET_COMMANDS = {
    "OpenSheetRequest": {"clerk", "window_manager"},
    "DecideSheetRequest": {"window_manager"},
    "LiftSheetSuspension": {"window_manager"},
    "ReviewSheetAccess": {"auditor", "window_manager"},  # of the log, not of the record
}

# HTTP routes of every service and of the gateway -> what guards them.
ROUTES = {
    "token": {
        "/commands",
        "/drafts",
        "/drafts/{draft_id}",
        "/views/tray",
        "/views/handoffs/{handoff_id}",
        "/views/consultations",
        "/views/consultations/{consultation_id}",
        "/packages/{handoff_id}",
        "/views/cases",
        "/views/cases-to-staff",
        "/views/sync",
        "/views/quarantine",
        "/views/own-words",
        "/views/today",
        "/views/cases/{case_id}",
        "/views/cases/{case_id}/sharing",
        "/views/conferences",
        "/views/access-log",
        "/views/requests",
        "/views/retention",
        "/views/cases/{case_id}/holdings",
        "/views/cases/{case_id}/disclosure",
        "/views/consultations/{consultation_id}/holdings",
        "/views/consultations/{consultation_id}/disclosure",
        "/views/cases/{case_id}/who-saw",
        "/views/consultations/{consultation_id}/who-saw",
        "/views/notices",
        "/views/statistics",
        "/views/sessions",
        "/views/sessions/{session_id}",
        "/views/places",
        "/views/token-holder",
        "/views/participants/find",
        "/views/participants/{participant_id}/holdings",
        "/views/participants/{participant_id}/disclosure",
        "/views/participants/{participant_id}/who-saw",
    },
    "open": {"/livez", "/readyz", "/metrics", "/openapi.json"},
    "session": {
        *("/graphql", "/signals", "/print/who-saw/{case_id}", "/session/fresh", "/password"),
        *("/print/disclosure/{case_id}", "/print/sheet-disclosure/{consultation_id}"),
        "/print/sheet-who-saw/{consultation_id}",
        *("/print/participant-disclosure/{participant_id}", "/print/participant-who-saw/{participant_id}"),
        *("/passkey/new", "/passkey/new/options"),
    },
    "sign-in": {
        *("/session", "/password/first", "/passkey/options", "/passkey/session"),
        *("/session/oidc", "/session/oidc/return"),  # bound to the browser by state, nonce, PKCE
    },
    "sealed": {"/handed-in"},  # proven by the vault that made what it brings
    "static": {"/{path:path}", "/sw.js", "/session/oidc/{said}"},
}
