import type { TrustedDocument } from "../../gateway/documents";
import issueSetUpCodeId from "../../gateway/documents/IssueSetUpCode.graphql";
import staffingId from "../../gateway/documents/Staffing.graphql";
import type {
  IssueSetUpCodeMutation,
  IssueSetUpCodeMutationVariables,
  StaffingQuery,
  StaffingQueryVariables,
} from "../../gateway/generated";

// Beside the screens that use them: what lies in gateway/documents.ts is fetched by every page.
export const IssueSetUpCode = issueSetUpCodeId as TrustedDocument<IssueSetUpCodeMutation, IssueSetUpCodeMutationVariables>;
export const Staffing = staffingId as TrustedDocument<StaffingQuery, StaffingQueryVariables>;
