import { deviceCore } from "../../app/device";
import { troubleCode } from "../../db/trouble";
import { codeText, errorText, t } from "../../i18n/messages";
import { replace } from "../../sync/queue";

export interface KeptOutcome {
  code: string | null;
  fields: readonly { path: string; code: string }[];
}

/** The device keeps codes only; their sentences travel with the screens (`REFUSALS` of the build). */
export function refusalText(outcome: KeptOutcome | null): string {
  return errorText(outcome?.code, "attention.unknownReason");
}

/** The fields it names, once each. */
export function fieldsOf(outcome: KeptOutcome | null): string[] {
  return [...new Set((outcome?.fields ?? []).map(({ path }) => codeText("visit_field", path.split(".")[0] as string)))];
}

/** Send a mended command in the place of a refused one. Answers the sentence that says why it was not written down, or null. */
export async function sendMended(id: string, payload: Record<string, unknown>): Promise<string | null> {
  try {
    if (!(await replace(id, payload))) return t("attention.gone");
  } catch (failure) {
    return errorText(troubleCode(failure));
  }
  deviceCore()?.wakeWorker();
  return null;
}
