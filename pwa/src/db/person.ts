import type { DBSchema, IDBPDatabase } from "idb";
import { Connection, exists } from "./connection";

/** device: here only · sent: the gateway has it, its owner has not answered · received · confirming: received, a manager looks at it · refused */
export type EntryState = "device" | "sent" | "received" | "confirming" | "refused";

/** What may be known of an answer without the vault: codes, never a sentence (a sentence may name somebody). */
export interface PlainOutcome {
  code: string | null;
  fields: { path: string; code: string }[];
}

export interface QueueRow {
  /** The order of writing, given by the store. */
  n: number;
  id: string;
  subject: string;
  state: EntryState;
  /** There until its owner accepted it. */
  open?: 1;
  /** The envelope under the vault. */
  sealed: Uint8Array<ArrayBuffer>;
  /** The same envelope for the gateway, base64; sent as it is. */
  blob: string;
  kid: string;
  /** The device id it was sealed as; a revoked device's id is not used again. */
  device: string;
  outcome: PlainOutcome | null;
  /** Which database of its owner accepted it. */
  incarnation: string | null;
  /** ms of this device's clock, for the sync line only. */
  receivedAt: number | null;
  /** Server time of the first contact after it was received; kept 72 h from then. Of what is open: when it was
   *  refused, or of the contact that heard of a restore, after which "not found" is no answer for an hour. */
  keptSince: number | null;
  /** Nothing that a person wrote: the sync line does not count it. */
  trace?: boolean;
  /** The gateway keeps it for its author; here it waits unseen, as what was received does, in case the gateway is restored. */
  handedIn?: true;
  /** Could not be read by the gateway; to be sealed again by an open vault. `done`: it was, once. */
  reseal?: "wanted" | "done";
}

export interface RecordRow {
  /** `case/<id>`, `session/<id>`, `home`. */
  id: string;
  kind: "case" | "session" | "home";
  etag: string;
  sealed: Uint8Array<ArrayBuffer>;
}

export interface SealedRow {
  id: string;
  sealed: Uint8Array<ArrayBuffer>;
}

export interface DraftRow extends SealedRow {
  /** Of the save that stands here; 0 when the draft ended in a command. */
  seq: number;
}

export interface PersonSchema extends DBSchema {
  queue: { key: number; value: QueueRow; indexes: { id: string; open: number } };
  records: { key: string; value: RecordRow };
  drafts: { key: string; value: DraftRow };
  kept: { key: string; value: SealedRow };
}

export type PersonStore = Connection<PersonSchema>;

export const PERSON_VERSION = 1;

export function personDatabase(staffId: string): string {
  return `banso-${staffId}`;
}

/** The sealed database of one person. */
export function openPerson(staffId: string, version = PERSON_VERSION): PersonStore {
  return new Connection<PersonSchema>({ name: personDatabase(staffId), version, upgrade, twinned: ["queue", "drafts", "kept"] });
}

export function hasPerson(staffId: string): Promise<boolean> {
  return exists(personDatabase(staffId));
}

/** Records are a copy of the server's and are made again. What was typed here and nowhere else is never touched. */
function upgrade(db: IDBPDatabase<PersonSchema>): void {
  if (db.objectStoreNames.contains("records")) db.deleteObjectStore("records");
  db.createObjectStore("records", { keyPath: "id" });
  if (!db.objectStoreNames.contains("queue")) {
    const queue = db.createObjectStore("queue", { keyPath: "n", autoIncrement: true });
    queue.createIndex("id", "id", { unique: true });
    queue.createIndex("open", "open");
  }
  for (const name of ["drafts", "kept"] as const) {
    if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, { keyPath: "id" });
  }
}
