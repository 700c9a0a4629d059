import caseId from "./documents/Case.graphql";
import casesId from "./documents/Cases.graphql";
import colleaguesId from "./documents/Colleagues.graphql";
import consultationId from "./documents/Consultation.graphql";
import consultationsId from "./documents/Consultations.graphql";
import decideHandedInId from "./documents/DecideHandedIn.graphql";
import discardDraftId from "./documents/DiscardDraft.graphql";
import draftsId from "./documents/Drafts.graphql";
import handedInId from "./documents/HandedIn.graphql";
import handoffId from "./documents/Handoff.graphql";
import ibashoPlacesId from "./documents/IbashoPlaces.graphql";
import meId from "./documents/Me.graphql";
import noticesId from "./documents/Notices.graphql";
import quarantineId from "./documents/Quarantine.graphql";
import registerDeviceId from "./documents/RegisterDevice.graphql";
import saveDraftId from "./documents/SaveDraft.graphql";
import sessionId from "./documents/Session.graphql";
import sessionsId from "./documents/Sessions.graphql";
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
  SaveDraftMutation,
  SaveDraftMutationVariables,
  SessionQuery,
  SessionQueryVariables,
  SessionsQuery,
  SessionsQueryVariables,
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

/** The hash by which the gateway knows a document, with the shape of its answer and of its variables. */
export type TrustedDocument<Answer, Variables> = string & { readonly shape?: (variables: Variables) => Answer };

export const Case = caseId as TrustedDocument<CaseQuery, CaseQueryVariables>;
export const Cases = casesId as TrustedDocument<CasesQuery, CasesQueryVariables>;
export const Colleagues = colleaguesId as TrustedDocument<ColleaguesQuery, ColleaguesQueryVariables>;
export const Consultation = consultationId as TrustedDocument<ConsultationQuery, ConsultationQueryVariables>;
export const Consultations = consultationsId as TrustedDocument<ConsultationsQuery, ConsultationsQueryVariables>;
export const DecideHandedIn = decideHandedInId as TrustedDocument<DecideHandedInMutation, DecideHandedInMutationVariables>;
export const DiscardDraft = discardDraftId as TrustedDocument<DiscardDraftMutation, DiscardDraftMutationVariables>;
export const Drafts = draftsId as TrustedDocument<DraftsQuery, DraftsQueryVariables>;
export const HandedIn = handedInId as TrustedDocument<HandedInQuery, HandedInQueryVariables>;
export const Handoff = handoffId as TrustedDocument<HandoffQuery, HandoffQueryVariables>;
export const IbashoPlaces = ibashoPlacesId as TrustedDocument<IbashoPlacesQuery, IbashoPlacesQueryVariables>;
export const Me = meId as TrustedDocument<MeQuery, MeQueryVariables>;
export const Notices = noticesId as TrustedDocument<NoticesQuery, NoticesQueryVariables>;
export const Quarantine = quarantineId as TrustedDocument<QuarantineQuery, QuarantineQueryVariables>;
export const RegisterDevice = registerDeviceId as TrustedDocument<RegisterDeviceMutation, RegisterDeviceMutationVariables>;
export const SaveDraft = saveDraftId as TrustedDocument<SaveDraftMutation, SaveDraftMutationVariables>;
export const Session = sessionId as TrustedDocument<SessionQuery, SessionQueryVariables>;
export const Sessions = sessionsId as TrustedDocument<SessionsQuery, SessionsQueryVariables>;
export const Submit = submitId as TrustedDocument<SubmitMutation, SubmitMutationVariables>;
export const SubmitSealed = submitSealedId as TrustedDocument<SubmitSealedMutation, SubmitSealedMutationVariables>;
export const Sync = syncId as TrustedDocument<SyncQuery, SyncQueryVariables>;
export const Today = todayId as TrustedDocument<TodayQuery, TodayQueryVariables>;
export const TokenHolder = tokenHolderId as TrustedDocument<TokenHolderQuery, TokenHolderQueryVariables>;
export const Tray = trayId as TrustedDocument<TrayQuery, TrayQueryVariables>;
export const Units = unitsId as TrustedDocument<UnitsQuery, UnitsQueryVariables>;
