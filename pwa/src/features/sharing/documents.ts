import type { TrustedDocument } from "../../gateway/documents";
import conferencesId from "../../gateway/documents/Conferences.graphql";
import sharingId from "../../gateway/documents/Sharing.graphql";
import staffOfId from "../../gateway/documents/StaffOf.graphql";
import type {
  ConferencesQuery,
  ConferencesQueryVariables,
  SharingQuery,
  SharingQueryVariables,
  StaffOfQuery,
  StaffOfQueryVariables,
} from "../../gateway/generated";

// Beside the screens that use them: what lies in gateway/documents.ts is fetched by every page.
export const Conferences = conferencesId as TrustedDocument<ConferencesQuery, ConferencesQueryVariables>;
export const Sharing = sharingId as TrustedDocument<SharingQuery, SharingQueryVariables>;
export const StaffOf = staffOfId as TrustedDocument<StaffOfQuery, StaffOfQueryVariables>;
