import { useState } from "preact/hooks";
import { errorText } from "../i18n/messages";
import { troubleCode } from "../db/trouble";
import { online } from "../sync/live";
import type { Outcome } from "../sync/outgoing";
import { enqueue } from "../sync/queue";
import { useAlive } from "../ui/hooks";
import type { Problem } from "../ui/forms";
import { vault } from "../vault/vault";
import { deviceCore } from "./device";
import { keepForLater, offlineCommands, sentenceOf, submit, type CommandName, type OfflineCommand } from "./outgoing";
import { me } from "./session";

/** QUEUED: on the device, sealed; the sync line and the entry itself tell how far it has come. */
export type Sent = Omit<Outcome, "status"> & { status: Outcome["status"] | "QUEUED" };

/** Only a command that may be written down offline is ever QUEUED. */
type AnswerTo<Name extends CommandName> = Name extends OfflineCommand ? Sent : Outcome;

/** The draft that ends with a command, when the screen does not name one. */
const DRAFT_FIELD: Partial<Record<CommandName, string>> = { RecordVisit: "visitId" };

/** Send from a screen. Answers null when the screen was left before the answer came. */
export function useSubmit() {
  const [busy, setBusy] = useState(false);
  const alive = useAlive();
  const send = async <Name extends CommandName>(type: Name, subject: string, payload: Record<string, unknown>, options: { draftId?: string } = {}): Promise<AnswerTo<Name> | null> => {
    setBusy(true);
    try {
      const field = DRAFT_FIELD[type];
      const draftId = options.draftId ?? (field && String(payload[field]));
      const written = await writeDown(type, subject, payload, draftId);
      const outcome: Sent = written ?? (await submit(me().staff.id, type, subject, payload));
      if (!written && draftId && outcome.status === "ACCEPTED") void deviceCore()?.deviceDrafts.discard(draftId).catch(() => undefined);
      if (alive()) return outcome as AnswerTo<Name>;
      if (outcome.status !== "QUEUED") keepForLater(outcome as Outcome);
      return null;
    } finally {
      setBusy(false);
    }
  };
  return { busy, send };
}

/** With an open vault: written down on the device, or refused at once when it needs the network that is not there. Under a vault that
 *  was locked meanwhile nothing is sent: the page's memory is no place for it. Null: send it now. */
export async function writeDown(type: CommandName, subject: string, payload: Record<string, unknown>, draftId?: string): Promise<Sent | null> {
  const { state } = vault.get();
  if (state !== "open") return state === "none" ? null : notSent("device_locked");
  if (!(offlineCommands as readonly string[]).includes(type)) return online.get() ? null : notSent("needs_network");
  try {
    const { id } = await enqueue(type, subject, payload, draftId);
    deviceCore()?.wakeWorker();
    return { ...notSent(null), id, status: "QUEUED" };
  } catch (failure) {
    const code = troubleCode(failure);
    // The device cannot keep it: it goes over the network, as in a browser without a PIN, or stays in the form.
    return code !== "device_locked" && online.get() ? null : notSent(code);
  }
}

function notSent(code: string | null): Sent {
  return { id: "", status: "REFUSED", code, message: null, reason: null, fields: [], refs: {}, incarnation: null };
}

/** The problems a refusal names, led to the fields of this form; `places` maps a path to the id of its field. */
export function problemsOf(outcome: Sent, places: Record<string, string>, fallback: string): Problem[] {
  const named = outcome.fields.map(({ path, message, code }) => ({ field: placeOf(path, places, fallback), text: message || errorText(code) }));
  return named.length > 0 ? named : [{ field: fallback, text: sentenceOf(outcome) }];
}

/** `told.birth.year` also answers to `birth.year` and, failing that, to the field of `told.birth`. */
function placeOf(path: string, places: Record<string, string>, fallback: string): string {
  const steps = path.split(".");
  for (let end = steps.length; end > 0; end--) {
    const found = places[steps.slice(0, end).join(".")];
    if (found) return found;
  }
  return fallback;
}
