import { Store } from "../../sync/store";

/** The visit just written down, and how far it had come at that moment. */
export const justRecorded = new Store<{ caseId: string; visitId: string; where: "device" | "received" | "confirming" } | null>(null);
