import { type GatewayFailure, postJson } from "../gateway/client";
import { t } from "../i18n/messages";
import { deviceRow } from "./device";

/** The gateway leaves a cookie where the city's account opens: known without asking anybody. */
export const hasCityAccount = () => document.cookie.includes("banso_ways=city");

/** Off to the city's sign-in: from the door this page goes there; beside a page that must stay (`again`, `fresh`) a window of its own does.
 *  Gives what to say when it cannot be reached. */
export async function toCityAccount(kind: "enter" | "again" | "fresh"): Promise<string | null> {
  const there = kind === "enter" ? window : open("about:blank");
  try {
    const { url } = (await postJson("/session/oidc", { kind, device: (await deviceRow())?.id })) as { url: string };
    there!.location.href = url;
    return null;
  } catch (failure) {
    if (kind !== "enter") there?.close();
    return (failure as GatewayFailure).sentence ?? t("signIn.unreachable");
  }
}
