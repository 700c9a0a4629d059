import type { CaseQuery } from "../../gateway/generated";
import { DECLINED } from "../../sync/queue";
import { visitOf } from "../visits/written";

type Entry = NonNullable<CaseQuery["case"]>["timeline"][number];
/** Nothing was noted at what this device queues, nor at what it took along before there were notes. */
type TimelineEntry = Omit<Entry, "amendments"> & Partial<Pick<Entry, "amendments">>;
/** An entry with how far it has come; nothing said for what its owner holds and this device did not write. */
export type ShownEntry = TimelineEntry & { state?: string };

export interface QueuedVisit {
  type: string;
  subject: string;
  payload: Record<string, unknown>;
  capturedAt: string;
  state: string;
  outcome?: { code: string | null } | null;
}

/** The timeline with the visits this device still keeps, refused ones too: a person decides about them. Once the owner shows a visit, its own entry is the one shown. */
export function withQueued(caseId: string, timeline: readonly TimelineEntry[], queued: readonly QueuedVisit[], by: TimelineEntry["by"]): ShownEntry[] {
  const mine = queued.filter((each) => each.type === "RecordVisit" && each.subject === caseId && each.outcome?.code !== DECLINED);
  const states = new Map(mine.map((each) => [String(each.payload.visitId), each.state]));
  const known = new Set(timeline.map((entry) => entry.id));
  const shown = timeline.map((entry): ShownEntry => (states.has(entry.id) ? { ...entry, state: "received" } : entry));
  return [...shown, ...mine.filter((each) => !known.has(String(each.payload.visitId))).map((each) => entryOf(each, by))];
}

function entryOf({ payload, capturedAt, state }: QueuedVisit, by: TimelineEntry["by"]): ShownEntry {
  const visit = visitOf(payload);
  return { ...visit, id: String(payload.visitId), kind: "visit", at: visit.at || capturedAt, recordedAt: capturedAt, by, callerKind: null, callerRelation: null, channel: null, state };
}
