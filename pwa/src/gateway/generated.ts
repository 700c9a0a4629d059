/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type CommandEnvelope = {
  author: string;
  baseVersion?: number | null | undefined;
  capturedAt: string;
  deviceSeq: number;
  id: string;
  payload: Record<string, unknown>;
  subject: string;
  type: string;
  v: number;
};

export type DeviceInput = {
  id: string;
  name: string;
};

export type DraftInput = {
  author: string;
  body: Record<string, unknown>;
  id: string;
  kind: string;
  known?: Array<number> | null | undefined;
  seq: number;
};

export type Held = {
  etag: string;
  id: string;
  kind: string;
};

export type OutcomeStatus =
  | 'ACCEPTED'
  | 'REFUSED'
  | 'RETRY';

export type SealedCommand = {
  blob: string;
  id: string;
  kid: string;
};

export type AccessLogQueryVariables = Exact<{
  days: number;
  staffId?: string | null | undefined;
  caseId?: string | null | undefined;
  receiptNumber?: string | null | undefined;
}>;


export type AccessLogQuery = { accessLog: { unavailable: Array<string>, lines: Array<{ id: string, at: string, caseId: string | null, consultationId: string | null, receiptNumber: string | null, basis: Array<string>, purpose: string, screen: string, fieldGroups: Array<string>, odd: Array<string>, reviewedAt: string | null, note: string, staff: { id: string, name: string }, staffUnit: { id: string, name: string } | null, reviewedBy: { id: string, name: string } | null }> } };

export type CaseQueryVariables = Exact<{
  id: string;
}>;


export type CaseQuery = { caseSuspended: boolean, case: { id: string, label: string, openedAt: string | null, closedAt: string | null, packagePending: boolean, receiptNumber: string | null, personName: string, personKana: string, personAddress: string, residence: string | null, personKnows: string | null, promised: string, shown: Array<string>, shownUntil: string | null, fromUnit: { id: string, name: string } | null, unit: { id: string, name: string }, team: Array<{ id: string, name: string }>, birth: { year: string, month: string, day: string } | null, contactSafety: { rules: Array<string>, callerPhone: string, personPhone: string, safeContact: string, contactNote: string, confirmedAt: string | null }, nextPromise: { on: string | null, at: string | null, note: string }, tokens: Array<{ participantId: string, joinedAt: string }>, timeline: Array<{ id: string, kind: string, at: string, recordedAt: string, outcome: string | null, withWhom: Array<string>, personWords: string, familyWords: string, memo: string, callerKind: string | null, callerRelation: string | null, channel: string | null, by: { id: string, name: string } | null, nextPromise: { on: string | null, at: string | null, note: string } | null, amendments: Array<{ at: string, words: string }> }> } | null };

export type CasesQueryVariables = Exact<{ [key: string]: never; }>;


export type CasesQuery = { cases: Array<{ id: string, label: string, kana: string, openedAt: string | null, nextPromisedOn: string | null, nextPromiseNote: string, lastContactAt: string | null, contactRules: Array<string>, packagePending: boolean, shown: Array<string>, owner: { id: string, name: string } | null }> };

export type ClosedCasesQueryVariables = Exact<{ [key: string]: never; }>;


export type ClosedCasesQuery = { cases: Array<{ id: string, label: string, kana: string, closedAt: string | null, owner: { id: string, name: string } | null }> };

export type ColleaguesQueryVariables = Exact<{
  unitId: string;
}>;


export type ColleaguesQuery = { colleagues: Array<{ id: string, name: string }> };

export type ConferencesQueryVariables = Exact<{ [key: string]: never; }>;


export type ConferencesQuery = { conferences: Array<{ id: string, caseId: string, fromAt: string, until: string, pledged: boolean }> };

export type ConsultationQueryVariables = Exact<{
  id: string;
}>;


export type ConsultationQuery = { consultation: { id: string, receiptNumber: string, label: string, openedAt: string, callerKind: string, callerRelation: string | null, channel: string, residence: string | null, personKnows: string | null, contactRules: Array<string>, concerns: Array<string>, mainConcern: string | null, heardFrom: Array<string>, isHikikomori: string | null, otherIssues: Array<string>, urgency: string | null, unit: { id: string, name: string }, openedBy: { id: string, name: string }, told: { personName: string, personKana: string, personPhone: string, personAddress: string, callerName: string, callerPhone: string, contactNote: string, memo: string, birth: { year: string, month: string, day: string } }, amendments: Array<{ at: string, words: string }>, handoffs: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }> } | null };

export type ConsultationsQueryVariables = Exact<{
  limit: number;
}>;


export type ConsultationsQuery = { consultations: Array<{ id: string, receiptNumber: string, label: string, openedAt: string, callerKind: string, callerRelation: string | null, channel: string, residence: string | null, personKnows: string | null, concerns: Array<string>, mainConcern: string | null, isHikikomori: string | null, urgency: string | null, unit: { id: string, name: string }, openedBy: { id: string, name: string }, handoffs: Array<{ id: string, status: string, answeredAt: string | null, toUnit: { id: string, name: string }, answeredBy: { id: string, name: string } | null }> }> };

export type DecideHandedInMutationVariables = Exact<{
  id: string;
  send: boolean;
}>;


export type DecideHandedInMutation = { decideHandedIn: { id: string, status: OutcomeStatus, code: string | null, message: string | null, reason: string | null, refs: Record<string, unknown>, incarnation: string | null, fields: Array<{ path: string, code: string, message: string }> } };

export type DevicesQueryVariables = Exact<{ [key: string]: never; }>;


export type DevicesQuery = { devices: Array<{ id: string, name: string, registeredAt: string, lastContactAt: string, waiting: number, revokedAt: string | null, staff: { id: string, name: string } }> };

export type DiscardDraftMutationVariables = Exact<{
  id: string;
  kind: string;
}>;


export type DiscardDraftMutation = { discardDraft: boolean };

export type DraftsQueryVariables = Exact<{
  kind: string;
}>;


export type DraftsQuery = { drafts: Array<{ id: string, kind: string, seq: number, savedAt: string, body: Record<string, unknown> }> };

export type EndSignInMutationVariables = Exact<{
  id: string;
}>;


export type EndSignInMutation = { endSignIn: boolean };

export type FindParticipantQueryVariables = Exact<{
  placeId: string;
  called: string;
}>;


export type FindParticipantQuery = { participant: { id: string, nickname: string } | null };

export type HandedInQueryVariables = Exact<{ [key: string]: never; }>;


export type HandedInQuery = { handedIn: Array<{ id: string, type: string, capturedAt: string, receivedAt: string, payload: Record<string, unknown> }> };

export type HandoffQueryVariables = Exact<{
  id: string;
}>;


export type HandoffQuery = { handoff: { card: { id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }, consultation: { id: string, receiptNumber: string, label: string, openedAt: string, callerKind: string, callerRelation: string | null, channel: string, residence: string | null, personKnows: string | null, contactRules: Array<string>, concerns: Array<string>, mainConcern: string | null, heardFrom: Array<string>, isHikikomori: string | null, otherIssues: Array<string>, urgency: string | null, unit: { id: string, name: string }, openedBy: { id: string, name: string }, told: { personName: string, personKana: string, personPhone: string, personAddress: string, callerName: string, callerPhone: string, contactNote: string, memo: string, birth: { year: string, month: string, day: string } }, amendments: Array<{ at: string, words: string }>, handoffs: Array<{ id: string }> } | null } | null };

export type HoldingsQueryVariables = Exact<{
  caseId?: string | null | undefined;
  consultationId?: string | null | undefined;
  participantId?: string | null | undefined;
}>;


export type HoldingsQuery = { holdings: { unavailable: Array<string>, held: Array<{ owner: string, kind: string, count: number, oldest: string | null, newest: string | null }> } | null };

export type IbashoPlacesQueryVariables = Exact<{ [key: string]: never; }>;


export type IbashoPlacesQuery = { ibashoPlaces: Array<{ id: string, name: string, unitId: string, programmes: Array<{ id: string, name: string }> }> };

export type IssueSetUpCodeMutationVariables = Exact<{
  staffId: string;
}>;


export type IssueSetUpCodeMutation = { issueSetUpCode: { code: string, validUntil: string } };

export type LeftQueuesQueryVariables = Exact<{ [key: string]: never; }>;


export type LeftQueuesQuery = { leftQueues: Array<{ id: string, type: string, capturedAt: string, receivedAt: string, staff: { id: string, name: string }, toUnit: { id: string, name: string } | null }> };

export type LogReadersQueryVariables = Exact<{ [key: string]: never; }>;


export type LogReadersQuery = { logReaders: Array<{ hasStreet: boolean, staff: { id: string, name: string }, unit: { id: string, name: string } | null }> };

export type MeQueryVariables = Exact<{ [key: string]: never; }>;


export type MeQuery = { me: { staff: { id: string, name: string }, assignments: Array<{ role: string, unit: { id: string, name: string } }> } };

export type NoticesQueryVariables = Exact<{ [key: string]: never; }>;


export type NoticesQuery = { notices: Array<{ id: string, kind: string, raisedAt: string, read: boolean, handoffId: string | null, caseId: string | null }> };

export type PasskeysQueryVariables = Exact<{ [key: string]: never; }>;


export type PasskeysQuery = { passkeys: Array<{ id: string, name: string, addedAt: string, lastUsedAt: string | null }> };

export type PasswordSetAtQueryVariables = Exact<{ [key: string]: never; }>;


export type PasswordSetAtQuery = { passwordSetAt: string | null };

export type PersonRequestsQueryVariables = Exact<{ [key: string]: never; }>;


export type PersonRequestsQuery = { personRequests: { unavailable: Array<string>, requests: Array<{ id: string, caseId: string | null, consultationId: string | null, participantId: string | null, label: string, receiptNumber: string | null, kind: string, state: string, asked: string, openedAt: string, decidedAt: string | null, note: string, liftedAt: string | null, liftNote: string, erasedAt: string | null, owed: Array<string>, mayDecide: boolean, mayLift: boolean, openedBy: { id: string, name: string }, decidedBy: { id: string, name: string } | null, liftedBy: { id: string, name: string } | null }> } };

export type QuarantineQueryVariables = Exact<{ [key: string]: never; }>;


export type QuarantineQuery = { quarantine: Array<{ id: string, caseId: string, label: string, visitedAt: string, capturedAt: string, outcome: string, memo: string, personWords: string, familyWords: string, state: string, note: string, author: { id: string, name: string } }> };

export type RegisterDeviceMutationVariables = Exact<{
  device: DeviceInput;
}>;


export type RegisterDeviceMutation = { registerDevice: { kid: string, serverKey: string, secret: string, readableHours: number } };

export type RemovePasskeyMutationVariables = Exact<{
  id: string;
}>;


export type RemovePasskeyMutation = { removePasskey: boolean };

export type RetentionProposalsQueryVariables = Exact<{ [key: string]: never; }>;


export type RetentionProposalsQuery = { retentionProposals: Array<{ caseId: string | null, consultationId: string | null, participantId: string | null, label: string, receiptNumber: string | null, closedAt: string, years: number }> };

export type RevokeDeviceMutationVariables = Exact<{
  id: string;
}>;


export type RevokeDeviceMutation = { revokeDevice: boolean };

export type SaveDraftMutationVariables = Exact<{
  draft: DraftInput;
}>;


export type SaveDraftMutation = { saveDraft: { id: string, kind: string, seq: number, savedAt: string, saved: boolean, body: Record<string, unknown> } };

export type SendLeftMutationVariables = Exact<{
  id: string;
}>;


export type SendLeftMutation = { sendLeft: { id: string, status: OutcomeStatus, code: string | null, message: string | null, reason: string | null, refs: Record<string, unknown>, incarnation: string | null, fields: Array<{ path: string, code: string, message: string }> } };

export type SessionQueryVariables = Exact<{
  id: string;
}>;


export type SessionQuery = { session: { closingLines: Array<string>, session: { id: string, place: string, programme: string, placeId: string, programmeId: string, startsAt: string, endsAt: string, style: string, capacity: number | null, status: string, visits: number, people: number, atDoor: number, staff: Array<{ id: string, name: string }> }, participants: Array<{ id: string, nickname: string, code: string }>, attendance: Array<{ id: string, kind: string, participantId: string | null, at: string, voided: boolean, recordedBy: { id: string } }> } | null };

export type SessionsQueryVariables = Exact<{
  from: string;
  to: string;
}>;


export type SessionsQuery = { sessions: Array<{ id: string, place: string, programme: string, placeId: string, programmeId: string, startsAt: string, endsAt: string, style: string, capacity: number | null, status: string, visits: number, people: number, atDoor: number, staff: Array<{ id: string, name: string }> }> };

export type SharingQueryVariables = Exact<{
  id: string;
}>;


export type SharingQuery = { case: { id: string, label: string, unit: { id: string, name: string }, team: Array<{ id: string, name: string }> } | null, sharing: { bases: Array<{ id: string, kind: string, item: string | null, fieldGroups: Array<string>, reason: string, fromAt: string, until: string, endedAt: string | null, inForce: boolean, givenTo: Array<{ id: string, name: string }>, members: Array<{ id: string, name: string }>, pledged: Array<{ id: string }>, givenBy: { id: string, name: string } | null, endedBy: { id: string, name: string } | null }>, keptOff: Array<{ id: string, name: string }> } | null };

export type SignInsQueryVariables = Exact<{ [key: string]: never; }>;


export type SignInsQuery = { signIns: Array<{ id: string, device: string | null, beganAt: string, lastSeenAt: string, isThisOne: boolean, staff: { id: string, name: string } }> };

export type StaffOfQueryVariables = Exact<{
  unitId: string;
  forTeam?: boolean;
}>;


export type StaffOfQuery = { staffOf: Array<{ id: string, name: string }> };

export type StaffingQueryVariables = Exact<{ [key: string]: never; }>;


export type StaffingQuery = { staffing: { units: Array<{ closedOn: string | null, isMine: boolean, audits: boolean, isAgency: boolean, unit: { id: string, name: string }, successor: { id: string, name: string } | null }>, assignments: Array<{ id: string, role: string, fromDate: string, until: string | null, staff: { id: string, name: string }, unit: { id: string, name: string } }>, directory: Array<{ login: string, isMine: boolean, homeStreet: string, staff: { id: string, name: string } }>, changes: Array<{ id: string, at: string, note: string, by: { id: string, name: string }, lines: Array<{ kind: string, role: string | null, fromDate: string | null, until: string | null, unit: { id: string, name: string }, successor: { id: string, name: string } | null, staff: { id: string, name: string } | null }> }>, casesWithoutOwner: Array<{ ownerUntil: string | null, card: { id: string, label: string, owner: { id: string, name: string } | null } }> | null, casesWithFormer: Array<{ card: { id: string, label: string }, former: Array<{ id: string, name: string }> }> | null } | null };

export type StatisticsQueryVariables = Exact<{
  fromMonth: string;
  toMonth: string;
}>;


export type StatisticsQuery = { statistics: { months: Array<string>, rows: Array<{ measure: string, counts: Array<number>, total: number, unit: { id: string, name: string } }> } | null };

export type SubmitMutationVariables = Exact<{
  commands: Array<CommandEnvelope> | CommandEnvelope;
}>;


export type SubmitMutation = { submit: Array<{ id: string, status: OutcomeStatus, code: string | null, message: string | null, reason: string | null, refs: Record<string, unknown>, incarnation: string | null, fields: Array<{ path: string, code: string, message: string }> }> };

export type SubmitSealedMutationVariables = Exact<{
  commands: Array<SealedCommand> | SealedCommand;
}>;


export type SubmitSealedMutation = { submitSealed: Array<{ id: string, status: OutcomeStatus, code: string | null, message: string | null, reason: string | null, refs: Record<string, unknown>, incarnation: string | null, fields: Array<{ path: string, code: string, message: string }> }> };

export type SyncQueryVariables = Exact<{
  have: Array<Held> | Held;
  waiting: number;
}>;


export type SyncQuery = { sync: { drop: Array<string>, erased: Array<string>, incarnations: Array<string>, serverTime: string, readableHours: number, unavailable: Array<string>, cases: Array<{ id: string, etag: string, card: { id: string, label: string, kana: string, openedAt: string | null, nextPromisedOn: string | null, nextPromiseNote: string, lastContactAt: string | null, contactRules: Array<string>, packagePending: boolean, shown: Array<string>, owner: { id: string, name: string } | null }, record: { id: string, label: string, openedAt: string | null, closedAt: string | null, packagePending: boolean, receiptNumber: string | null, personName: string, personKana: string, personAddress: string, residence: string | null, personKnows: string | null, promised: string, shown: Array<string>, shownUntil: string | null, fromUnit: { id: string, name: string } | null, unit: { id: string, name: string }, team: Array<{ id: string, name: string }>, birth: { year: string, month: string, day: string } | null, contactSafety: { rules: Array<string>, callerPhone: string, personPhone: string, safeContact: string, contactNote: string, confirmedAt: string | null }, nextPromise: { on: string | null, at: string | null, note: string }, tokens: Array<{ participantId: string, joinedAt: string }>, timeline: Array<{ id: string, kind: string, at: string, recordedAt: string, outcome: string | null, withWhom: Array<string>, personWords: string, familyWords: string, memo: string, callerKind: string | null, callerRelation: string | null, channel: string | null, by: { id: string, name: string } | null, nextPromise: { on: string | null, at: string | null, note: string } | null, amendments: Array<{ at: string, words: string }> }> } }>, sessions: Array<{ id: string, etag: string, board: { closingLines: Array<string>, session: { id: string, place: string, programme: string, placeId: string, programmeId: string, startsAt: string, endsAt: string, style: string, capacity: number | null, status: string, visits: number, people: number, atDoor: number, staff: Array<{ id: string, name: string }> }, participants: Array<{ id: string, nickname: string, code: string }>, attendance: Array<{ id: string, kind: string, participantId: string | null, at: string, voided: boolean, recordedBy: { id: string } }> } }>, today: { handoffsWaiting: number, unreadNotices: number, unavailable: Array<string>, openDrafts: Array<{ id: string, kind: string, seq: number, savedAt: string, body: Record<string, unknown> }>, contactsDue: Array<{ caseId: string, label: string, on: string | null, note: string }>, receivedHandoffs: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }>, returnedHandoffs: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }> }, confirming: Array<{ id: string, caseId: string, state: string }> | null } };

export type TodayQueryVariables = Exact<{ [key: string]: never; }>;


export type TodayQuery = { today: { handoffsWaiting: number, unreadNotices: number, unavailable: Array<string>, openDrafts: Array<{ id: string, kind: string, seq: number, savedAt: string, body: Record<string, unknown> }>, contactsDue: Array<{ caseId: string, label: string, on: string | null, note: string }>, receivedHandoffs: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }>, returnedHandoffs: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }> } };

export type TokenHolderQueryVariables = Exact<{
  code: string;
}>;


export type TokenHolderQuery = { tokenHolder: string | null };

export type TrayQueryVariables = Exact<{ [key: string]: never; }>;


export type TrayQuery = { tray: { received: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }>, sent: Array<{ id: string, consultationId: string, label: string, kind: string, status: string, handedOffAt: string, answerDueAt: string, workingMinutesUsed: number, workingMinutesAllowed: number, urgency: string | null, personKnows: string, contactRules: Array<string>, safeContact: string, promised: string, concerns: Array<string>, mainConcern: string | null, answeredAt: string | null, caseId: string | null, returnReason: string | null, returnNote: string, fromUnit: { id: string, name: string }, toUnit: { id: string, name: string }, handedOffBy: { id: string, name: string }, nextAppointment: { at: string | null, note: string }, answeredBy: { id: string, name: string } | null }> } };

export type UnitsQueryVariables = Exact<{
  receiving: boolean;
}>;


export type UnitsQuery = { units: Array<{ id: string, name: string }> };
