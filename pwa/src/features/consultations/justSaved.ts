import { Store } from "../../sync/store";

/** The consultation whose receipt number is to be said out loud. */
export const justSaved = new Store<string | null>(null);

/** The handoff just sent: said once, where it happened. */
export const handedOff = new Store<{ consultationId: string; unit: string; dueAt: string } | null>(null);
