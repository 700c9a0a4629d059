import type { TrustedDocument } from "../../gateway/documents";
import closedCasesId from "../../gateway/documents/ClosedCases.graphql";
import findParticipantId from "../../gateway/documents/FindParticipant.graphql";
import holdingsId from "../../gateway/documents/Holdings.graphql";
import personRequestsId from "../../gateway/documents/PersonRequests.graphql";
import retentionProposalsId from "../../gateway/documents/RetentionProposals.graphql";
import type {
  ClosedCasesQuery,
  ClosedCasesQueryVariables,
  FindParticipantQuery,
  FindParticipantQueryVariables,
  HoldingsQuery,
  HoldingsQueryVariables,
  PersonRequestsQuery,
  PersonRequestsQueryVariables,
  RetentionProposalsQuery,
  RetentionProposalsQueryVariables,
} from "../../gateway/generated";

// Beside the screens that use them: what lies in gateway/documents.ts is fetched by every page.
export const ClosedCases = closedCasesId as TrustedDocument<ClosedCasesQuery, ClosedCasesQueryVariables>;
export const FindParticipant = findParticipantId as TrustedDocument<FindParticipantQuery, FindParticipantQueryVariables>;
export const Holdings = holdingsId as TrustedDocument<HoldingsQuery, HoldingsQueryVariables>;
export const PersonRequests = personRequestsId as TrustedDocument<PersonRequestsQuery, PersonRequestsQueryVariables>;
export const RetentionProposals = retentionProposalsId as TrustedDocument<RetentionProposalsQuery, RetentionProposalsQueryVariables>;

export type PersonRequest = PersonRequestsQuery["personRequests"]["requests"][number];
export type Proposal = RetentionProposalsQuery["retentionProposals"][number];
