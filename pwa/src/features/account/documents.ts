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
export const EndSignIn: TrustedDocument<EndSignInMutation, EndSignInMutationVariables> = { id: endSignInId };
export const Passkeys: TrustedDocument<PasskeysQuery, PasskeysQueryVariables> = { id: passkeysId };
export const PasswordSetAt: TrustedDocument<PasswordSetAtQuery, PasswordSetAtQueryVariables> = { id: passwordSetAtId };
export const RemovePasskey: TrustedDocument<RemovePasskeyMutation, RemovePasskeyMutationVariables> = { id: removePasskeyId };
export const SignIns: TrustedDocument<SignInsQuery, SignInsQueryVariables> = { id: signInsId };
