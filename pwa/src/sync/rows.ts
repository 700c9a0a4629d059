import type { EntryState, PersonSchema, PersonStore, QueueRow } from "../db/person";
import type { Transaction } from "../db/connection";
import { joined } from "../db/joined";
import { DeviceFailure } from "../db/trouble";
import type { Outcome } from "./outgoing";

export type NewRow = Omit<QueueRow, "n">;
type Writing = Transaction<PersonSchema, "readwrite">;

const KEPT_MS = 72 * 3_600_000;
/** After a restore the services read one another again; so long a case that is not there yet may still come. */
const PATIENT_MS = 3_600_000;

/** What may be sent now, in order: the first unanswered command of each subject, unless a refused one stands before it. */
export function sendable(rows: readonly QueueRow[], device: string, skip: ReadonlySet<string>, limit: number): QueueRow[] {
  const met = new Set<string>(skip);
  const chosen: QueueRow[] = [];
  for (const row of rows) {
    if (chosen.length >= limit) break;
    if (!row.open || met.has(row.subject)) continue;
    met.add(row.subject);
    if (row.state !== "refused" && row.device === device && row.reseal !== "wanted") chosen.push(row);
  }
  return chosen;
}

/** The row as its owner's answer leaves it. Null: this answer changes nothing. */
export function settled(row: QueueRow, outcome: Outcome, now: number): QueueRow | null {
  if (row.id !== outcome.id || (row.state !== "device" && row.state !== "sent")) return null;
  if (outcome.status === "RETRY") return { ...row, state: "sent" };
  if (outcome.status === "ACCEPTED") return accepted(row, outcome, now);
  // Signed in as somebody else in the meantime: theirs is not an answer to this command.
  if (outcome.code === "not_the_author") return null;
  // Its case may not be back from the restore yet.
  if (outcome.code === "not_found" && row.keptSince !== null) return { ...row, state: "sent" };
  if (outcome.code === "sealed_unreadable" && row.reseal !== "done") return { ...row, reseal: "wanted" };
  const fields = outcome.fields.map(({ path, code }) => ({ path, code }));
  return { ...row, state: "refused", outcome: { code: outcome.code ?? null, fields }, keptSince: now };
}

function accepted({ open: _open, ...row }: QueueRow, outcome: Outcome, now: number): QueueRow {
  const state: EntryState = outcome.refs.confirming === true ? "confirming" : "received";
  return { ...row, state, outcome: null, incarnation: outcome.incarnation ?? null, receivedAt: now, keptSince: null };
}

/** Its id stays, so that a save of another tab does not bring it back; the next setting up of a PIN clears it away. */
async function endDraft(tx: Writing, id: string): Promise<void> {
  await tx.objectStore("drafts").put({ id, seq: 0, sealed: new Uint8Array() });
}

/** A person's queue on the disk. Every change is one strict transaction. */
export class Rows {
  constructor(private readonly store: PersonStore) {}

  /** Resolves with its place in the order when command and end of draft are on the disk together. */
  add(row: NewRow, draftId?: string): Promise<number> {
    return this.store.write(["queue", "drafts"], async (tx) => {
      const put = joined(tx.objectStore("queue").add(row as QueueRow));
      if (draftId) await endDraft(tx, draftId);
      return put;
    });
  }

  /** Everything its owner has not accepted, in order. */
  open(): Promise<QueueRow[]> {
    return this.store.read(["queue"], (tx) => tx.objectStore("queue").index("open").getAll());
  }

  all(): Promise<QueueRow[]> {
    return this.store.read(["queue"], (tx) => tx.objectStore("queue").getAll());
  }

  /** How many of these a person wrote. */
  async countOpen(): Promise<number> {
    return (await this.open()).filter((row) => !row.trace).length;
  }

  /** Write down what the owners answered. Answers the rows as they are now. */
  settle(sent: readonly QueueRow[], outcomes: ReadonlyMap<string, Outcome>, now: number): Promise<QueueRow[]> {
    return this.change(sent.map((row) => row.n), (row) => {
      const outcome = outcomes.get(row.id);
      return outcome ? settled(row, outcome, now) : null;
    });
  }

  /** Change rows by their place; null leaves one as it is. Answers those changed. */
  change(places: readonly number[], how: (row: QueueRow) => QueueRow | null): Promise<QueueRow[]> {
    return this.store.write(["queue"], async (tx) => {
      const rows = await Promise.all(places.map((n) => joined(tx.objectStore("queue").get(n))));
      return put(tx, rows.flatMap((row) => (row ? (how(row) ?? []) : [])));
    });
  }

  /** A person takes a refused command back. False when it is not refused (any more), or the gateway holds it. */
  withdraw(id: string): Promise<boolean> {
    return this.store.write(["queue"], async (tx) => {
      const row = await tx.objectStore("queue").index("id").get(id);
      if (row?.state !== "refused" || row.handedIn) return false;
      await tx.objectStore("queue").delete(row.n);
      return true;
    });
  }

  /** A mended command takes the refused one's place in the order. What was typed to mend it is a draft of the refused one's id, and ends. */
  replace(id: string, row: NewRow): Promise<number | null> {
    return this.store.write(["queue", "drafts"], async (tx) => {
      const old = await tx.objectStore("queue").index("id").get(id);
      if (old?.state !== "refused" || old.handedIn) return null;
      await endDraft(tx, id);
      return tx.objectStore("queue").put({ ...row, n: old.n });
    });
  }

  /** The gateway holds them now. They are kept for 72 h as what was received is; without room for that they go. */
  async handedIn(ids: ReadonlySet<string>, incarnation: string | null): Promise<void> {
    const places = (await this.open()).filter((row) => ids.has(row.id)).map((row) => row.n);
    try {
      await this.change(places, ({ open: _open, ...row }) => ({ ...row, handedIn: true, incarnation, keptSince: null }));
    } catch (failure) {
      if (!(failure instanceof DeviceFailure)) throw failure;
      await this.store.write(["queue"], async (tx) => void (await Promise.all(places.map((n) => joined(tx.objectStore("queue").delete(n))))));
    }
  }

  /** After a contact: what a restored database has forgotten is sent again, and for an hour nothing here is refused because its case is
   *  not back yet, nor was in the minutes before this was known. What is older than 72 h of server time goes, and what was accepted
   *  about an erased case. What was not accepted stays: its owner decides. */
  afterContact(incarnations: readonly string[], serverTime: number, erased: readonly string[]): Promise<{ isBack: boolean; gone: number }> {
    return this.store.write(["queue"], async (tx) => {
      const rows = await tx.objectStore("queue").getAll();
      const isOver = ({ keptSince }: QueueRow, ms: number) => keptSince !== null && serverTime - keptSince > ms;
      const gone = rows.filter((row) => !row.open && (row.handedIn ? isOver(row, KEPT_MS) : erased.includes(row.subject) || (row.state === "received" && isOver(row, KEPT_MS))));
      const kept = rows.filter((row) => !gone.includes(row));
      const isBack = kept.some((row) => isForgotten(row, incarnations));
      await put(tx, kept.flatMap((row) => {
        const over = isOver(row, PATIENT_MS);
        const goesAgain = row.open ? isBack && (row.state !== "refused" || (row.outcome?.code === "not_found" && !over)) : isForgotten(row, incarnations);
        if (goesAgain) return sendAgain(row, serverTime);
        if (row.open) return over ? { ...row, keptSince: null } : [];
        return row.keptSince === null ? { ...row, keptSince: serverTime } : [];
      }));
      await Promise.all(gone.map((row) => joined(tx.objectStore("queue").delete(row.n))));
      return { isBack, gone: gone.length };
    });
  }
}

/** No owner that answered today is the one that accepted it. An empty list says nothing. */
function isForgotten(row: QueueRow, incarnations: readonly string[]): boolean {
  return incarnations.length > 0 && row.incarnation !== null && !incarnations.includes(row.incarnation);
}

function sendAgain({ handedIn: _handedIn, ...row }: QueueRow, keptSince: number): QueueRow {
  return { ...row, state: "device", open: 1, outcome: null, incarnation: null, receivedAt: null, keptSince };
}

async function put(tx: Writing, rows: QueueRow[]): Promise<QueueRow[]> {
  await Promise.all(rows.map((row) => joined(tx.objectStore("queue").put(row))));
  return rows;
}
