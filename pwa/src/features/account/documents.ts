import type { TrustedDocument } from "../../gateway/documents";
import endSignInId from "../../gateway/documents/EndSignIn.graphql";
import passkeysId from "../../gateway/documents/Passkeys.graphql";
import passwordSetAtId from "../../gateway/documents/PasswordSetAt.graphql";
import removePasskeyId from "../../gateway/documents/RemovePasskey.graphql";
import signInsId from "../../gateway/documents/SignIns.graphql";
import type {
  EndSignInMutation,
  EndSignInMutationVariables,
  PasskeysQuery,
  PasskeysQueryVariables,
  PasswordSetAtQuery,
  PasswordSetAtQueryVariables,
  RemovePasskeyMutation,
  RemovePasskeyMutationVariables,
  SignInsQuery,
  SignInsQueryVariables,
} from "../../gateway/generated";

// Beside the screens that use them: what lies in gateway/documents.ts is fetched by every page.
export const EndSignIn = endSignInId as TrustedDocument<EndSignInMutation, EndSignInMutationVariables>;
export const Passkeys = passkeysId as TrustedDocument<PasskeysQuery, PasskeysQueryVariables>;
export const PasswordSetAt = passwordSetAtId as TrustedDocument<PasswordSetAtQuery, PasswordSetAtQueryVariables>;
export const RemovePasskey = removePasskeyId as TrustedDocument<RemovePasskeyMutation, RemovePasskeyMutationVariables>;
export const SignIns = signInsId as TrustedDocument<SignInsQuery, SignInsQueryVariables>;
