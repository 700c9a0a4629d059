import type { EntryState, PlainOutcome } from "../db/person";
import { NotRegistered } from "../db/trouble";
import type { CommandEnvelope } from "../gateway/generated";
import type { CommandQueue } from "./commandQueue";
import { Store } from "./store";

export interface QueueEntry {
  id: string;
  type: string;
  subject: string;
  payload: Record<string, unknown>;
  capturedAt: string;
  state: EntryState;
  outcome: PlainOutcome | null;
  receivedAt: number | null;
  /** False when an older PIN sealed it: it is still sent, but not shown. */
  readable: boolean;
}

/** Received, and kept off the case by a manager. */
export const DECLINED = "declined";

/** How far what a person wrote has come, known also while the vault is locked. */
export interface QueueCounts {
  device: number;
  sent: number;
  refused: number;
  confirming: number;
  received: number;
  lastReceivedAt: number | null;
}

export const EMPTY_COUNTS: QueueCounts = { device: 0, sent: 0, refused: 0, confirming: 0, received: 0, lastReceivedAt: null };

/** Every command of the open vault that is on this device, in the order of writing; empty while locked. */
export const queue = new Store<readonly QueueEntry[]>([]);
export const queueCounts = new Store<QueueCounts>(EMPTY_COUNTS);

let real: CommandQueue | null = null;

/** A browser with a PIN puts its queue behind these few lines; no other browser loads it. */
export function connectQueue(queueOfThisBrowser: CommandQueue): void {
  real = queueOfThisBrowser;
}

function need(): CommandQueue {
  if (!real) throw new NotRegistered();
  return real;
}

/** Write a command down on the device. Resolves when it, and the end of its draft, are on the disk.
 *  @throws VaultLocked, NotRegistered, DeviceFailure: nothing was written. */
export async function enqueue(type: string, subject: string, payload: Record<string, unknown>, draftId?: string): Promise<QueueEntry> {
  return need().enqueue(type, subject, payload, draftId);
}

/** A browser with a PIN keeps an accepted command, sealed, in case its owner is restored; no other does. */
export async function keep(envelope: CommandEnvelope, incarnation: string | null): Promise<void> {
  await real?.keep(envelope, incarnation);
}

/** A person takes a refused command back. False when it is not refused. */
export async function withdraw(id: string): Promise<boolean> {
  return need().withdraw(id);
}

/** Send a mended command, with an id of its own, in the place of a refused one. Null when that one is not refused. */
export async function replace(id: string, payload: Record<string, unknown>): Promise<QueueEntry | null> {
  return need().replace(id, payload);
}
