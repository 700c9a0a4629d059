import { GatewayFailure, postJson, refusalOf, type SignInResult } from "../../gateway/client";
import { t } from "../../i18n/messages";

/** Sign in with a passkey of this person's choice; the gateway learns who it is from the passkey alone. */
export async function signInWithPasskey(device: string | null): Promise<SignInResult> {
  try {
    await postJson("/passkey/session", { credential: await signed(), ...(device && { device }) });
    return "ok";
  } catch (failure) {
    return failure instanceof GatewayFailure ? refusalOf(failure) : t("error.passkey_failed"); // turned away, or none is there
  }
}

/** Show again who one is. Whoever turns the browser's question away has signed nothing, which the gateway answers in words. */
export const confirmWithPasskey = async () => postJson("/session/fresh", { credential: await signed().catch(() => ({})) });

async function signed(): Promise<unknown> {
  const options = (await postJson("/passkey/options", {})) as PublicKeyCredentialRequestOptionsJSON;
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return asJson(await navigator.credentials.get({ publicKey }));
}

/** Make a passkey on this device, or on one that the browser offers, and let the gateway keep its public half. */
export async function addPasskey(name: string): Promise<void> {
  const options = (await postJson("/passkey/new/options", {})) as PublicKeyCredentialCreationOptionsJSON;
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  await postJson("/passkey/new", { credential: asJson(await navigator.credentials.create({ publicKey })), name });
}

function asJson(credential: Credential | null): unknown {
  return (credential as PublicKeyCredential).toJSON();
}
