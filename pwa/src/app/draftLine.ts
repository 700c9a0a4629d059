import { Store } from "../sync/store";

export type DraftLine = { state: "none" } | { state: "saving" } | { state: "failed" } | { state: "saved"; at: string };

/** What the sync line says about the draft of the screen in use. */
export const draftLine = new Store<DraftLine>({ state: "none" });

/** Forms that are open now, in this page. A new version of the app waits for them. */
export const openDrafts = new Store<number>(0);
