import caseId from "./documents/Case.graphql";
import casesId from "./documents/Cases.graphql";
import colleaguesId from "./documents/Colleagues.graphql";
import consultationId from "./documents/Consultation.graphql";
import consultationsId from "./documents/Consultations.graphql";
import decideHandedInId from "./documents/DecideHandedIn.graphql";
import devicesId from "./documents/Devices.graphql";
import discardDraftId from "./documents/DiscardDraft.graphql";
import draftsId from "./documents/Drafts.graphql";
import handedInId from "./documents/HandedIn.graphql";
import handoffId from "./documents/Handoff.graphql";
import ibashoPlacesId from "./documents/IbashoPlaces.graphql";
import meId from "./documents/Me.graphql";
import noticesId from "./documents/Notices.graphql";
import quarantineId from "./documents/Quarantine.graphql";
import registerDeviceId from "./documents/RegisterDevice.graphql";
import revokeDeviceId from "./documents/RevokeDevice.graphql";
import saveDraftId from "./documents/SaveDraft.graphql";
import sessionId from "./documents/Session.graphql";
import sessionsId from "./documents/Sessions.graphql";
import statisticsId from "./documents/Statistics.graphql";
import submitId from "./documents/Submit.graphql";
import submitSealedId from "./documents/SubmitSealed.graphql";
import syncId from "./documents/Sync.graphql";
import todayId from "./documents/Today.graphql";
import tokenHolderId from "./documents/TokenHolder.graphql";
import trayId from "./documents/Tray.graphql";
import unitsId from "./documents/Units.graphql";
import type {
  CaseQuery,
  CaseQueryVariables,
  CasesQuery,
  CasesQueryVariables,
  ColleaguesQuery,
  ColleaguesQueryVariables,
  ConsultationQuery,
  ConsultationQueryVariables,
  ConsultationsQuery,
  ConsultationsQueryVariables,
  DecideHandedInMutation,
  DecideHandedInMutationVariables,
  DevicesQuery,
  DevicesQueryVariables,
  DiscardDraftMutation,
  DiscardDraftMutationVariables,
  DraftsQuery,
  DraftsQueryVariables,
  HandedInQuery,
  HandedInQueryVariables,
  HandoffQuery,
  HandoffQueryVariables,
  IbashoPlacesQuery,
  IbashoPlacesQueryVariables,
  MeQuery,
  MeQueryVariables,
  NoticesQuery,
  NoticesQueryVariables,
  QuarantineQuery,
  QuarantineQueryVariables,
  RegisterDeviceMutation,
  RegisterDeviceMutationVariables,
  RevokeDeviceMutation,
  RevokeDeviceMutationVariables,
  SaveDraftMutation,
  SaveDraftMutationVariables,
  SessionQuery,
  SessionQueryVariables,
  SessionsQuery,
  SessionsQueryVariables,
  StatisticsQuery,
  StatisticsQueryVariables,
  SubmitMutation,
  SubmitMutationVariables,
  SubmitSealedMutation,
  SubmitSealedMutationVariables,
  SyncQuery,
  SyncQueryVariables,
  TodayQuery,
  TodayQueryVariables,
  TokenHolderQuery,
  TokenHolderQueryVariables,
  TrayQuery,
  TrayQueryVariables,
  UnitsQuery,
  UnitsQueryVariables,
} from "./generated";

/** A document the gateway knows by its hash, with the shape of its answer and of its variables. */
export interface TrustedDocument<Answer, Variables> {
  readonly id: string;
  readonly shape?: (variables: Variables) => Answer;
}

export const Case: TrustedDocument<CaseQuery, CaseQueryVariables> = { id: caseId };
export const Cases: TrustedDocument<CasesQuery, CasesQueryVariables> = { id: casesId };
export const Colleagues: TrustedDocument<ColleaguesQuery, ColleaguesQueryVariables> = { id: colleaguesId };
export const Consultation: TrustedDocument<ConsultationQuery, ConsultationQueryVariables> = { id: consultationId };
export const Consultations: TrustedDocument<ConsultationsQuery, ConsultationsQueryVariables> = { id: consultationsId };
export const DecideHandedIn: TrustedDocument<DecideHandedInMutation, DecideHandedInMutationVariables> = { id: decideHandedInId };
export const Devices: TrustedDocument<DevicesQuery, DevicesQueryVariables> = { id: devicesId };
export const DiscardDraft: TrustedDocument<DiscardDraftMutation, DiscardDraftMutationVariables> = { id: discardDraftId };
export const Drafts: TrustedDocument<DraftsQuery, DraftsQueryVariables> = { id: draftsId };
export const HandedIn: TrustedDocument<HandedInQuery, HandedInQueryVariables> = { id: handedInId };
export const Handoff: TrustedDocument<HandoffQuery, HandoffQueryVariables> = { id: handoffId };
export const IbashoPlaces: TrustedDocument<IbashoPlacesQuery, IbashoPlacesQueryVariables> = { id: ibashoPlacesId };
export const Me: TrustedDocument<MeQuery, MeQueryVariables> = { id: meId };
export const Notices: TrustedDocument<NoticesQuery, NoticesQueryVariables> = { id: noticesId };
export const Quarantine: TrustedDocument<QuarantineQuery, QuarantineQueryVariables> = { id: quarantineId };
export const RegisterDevice: TrustedDocument<RegisterDeviceMutation, RegisterDeviceMutationVariables> = { id: registerDeviceId };
export const RevokeDevice: TrustedDocument<RevokeDeviceMutation, RevokeDeviceMutationVariables> = { id: revokeDeviceId };
export const SaveDraft: TrustedDocument<SaveDraftMutation, SaveDraftMutationVariables> = { id: saveDraftId };
export const Session: TrustedDocument<SessionQuery, SessionQueryVariables> = { id: sessionId };
export const Sessions: TrustedDocument<SessionsQuery, SessionsQueryVariables> = { id: sessionsId };
export const Statistics: TrustedDocument<StatisticsQuery, StatisticsQueryVariables> = { id: statisticsId };
export const Submit: TrustedDocument<SubmitMutation, SubmitMutationVariables> = { id: submitId };
export const SubmitSealed: TrustedDocument<SubmitSealedMutation, SubmitSealedMutationVariables> = { id: submitSealedId };
export const Sync: TrustedDocument<SyncQuery, SyncQueryVariables> = { id: syncId };
export const Today: TrustedDocument<TodayQuery, TodayQueryVariables> = { id: todayId };
export const TokenHolder: TrustedDocument<TokenHolderQuery, TokenHolderQueryVariables> = { id: tokenHolderId };
export const Tray: TrustedDocument<TrayQuery, TrayQueryVariables> = { id: trayId };
export const Units: TrustedDocument<UnitsQuery, UnitsQueryVariables> = { id: unitsId };
