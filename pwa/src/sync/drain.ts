import type { QueueRow } from "../db/person";
import { GatewayFailure } from "../gateway/client";
import { MAX_BATCH, readOutcomes, tooLarge, type Outcome } from "./outgoing";
import { sendable, type Rows } from "./rows";
import type { SealedCommand } from "./sealing";

/** Runs in a tab and in the worker alike, locked or not: it only carries what is sealed. */
export interface Around {
  /** This device's id. Commands sealed under another go by `/handed-in`. */
  device: string;
  send: (commands: SealedCommand[]) => Promise<unknown>;
  now: () => number;
  /** Runs while no other tab and no worker does. */
  exclusive: <Result>(name: string, run: () => Promise<Result>) => Promise<Result>;
  /** Rows changed on the disk. */
  changed?: (rows: readonly QueueRow[]) => void;
}

/** done: nothing more may be sent · later: try again after a pause · signed_out, revoked: stop and keep everything */
export type DrainEnd = "done" | "later" | "signed_out" | "revoked";

const POISON_TRIES = 3;
/** Subjects whose command failed as a whole in the run before: the next run leaves them to the one after it, so that they starve nobody. */
const suspects = new Set<string>();

/** Send what is on the disk until nothing more may be sent. A cut connection, a portal's page or any body that is
 *  not an outcome of our command changes nothing. */
export function drain(staffId: string, rows: Rows, around: Around): Promise<DrainEnd> {
  return around.exclusive(`banso-drain-${staffId}`, () => new Run(rows, around).go());
}

class Run {
  /** Subjects that wait for their owner; not asked again in this run. */
  private readonly waiting = new Set<string>(suspects);
  private size = MAX_BATCH;
  private poison = 0;

  constructor(private readonly rows: Rows, private readonly around: Around) {}

  async go(): Promise<DrainEnd> {
    suspects.clear();
    let open = await this.rows.open();
    for (let fresh = true; ; ) {
      const batch = sendable(open, this.around.device, this.waiting, this.size);
      if (batch.length === 0 && fresh) return this.waiting.size > 0 ? "later" : "done";
      if (batch.length === 0) {
        open = await this.rows.open();
        fresh = true;
        continue;
      }
      fresh = false;
      const answer = await this.ask(batch);
      if (answer === "again") continue;
      if (typeof answer === "string") return answer;
      open = merged(open, await this.settle(batch, answer));
    }
  }

  private async settle(batch: QueueRow[], outcomes: Map<string, Outcome>): Promise<QueueRow[]> {
    const changed = await this.rows.settle(batch, outcomes, this.around.now());
    if (changed.length > 0) this.around.changed?.(changed);
    const answered = new Set(changed.filter((row) => row.state !== "sent").map((row) => row.id));
    for (const row of batch) if (!answered.has(row.id)) this.waiting.add(row.subject);
    return changed;
  }

  private async ask(batch: QueueRow[]): Promise<Map<string, Outcome> | DrainEnd | "again"> {
    try {
      const answer = await this.around.send(batch.map(({ id, kid, blob }) => ({ id, kid, blob })));
      const outcomes = readOutcomes(answer);
      this.size = MAX_BATCH;
      // The cookie changed hands under us: not one of these is an answer.
      return outcomes.size > 0 && [...outcomes.values()].every((outcome) => outcome.code === "not_the_author") ? "signed_out" : outcomes;
    } catch (failure) {
      if (!(failure instanceof GatewayFailure)) throw failure;
      return this.failed(batch, failure);
    }
  }

  private failed(batch: QueueRow[], failure: GatewayFailure): Map<string, Outcome> | DrainEnd | "again" {
    if (failure.kind === "signed_out") return failure.code === "device_revoked" ? "revoked" : "signed_out";
    if (!failure.isFinal) return "later";
    const [only] = batch;
    if (batch.length === 1 && only) {
      if (failure.code === "body_too_large") return new Map([[only.id, tooLarge(only.id)]]);
      this.waiting.add(only.subject);
      suspects.add(only.subject);
      this.poison += 1;
      return this.poison >= POISON_TRIES ? "later" : "again";
    }
    this.size = Math.max(1, Math.floor(batch.length / 2));
    return "again";
  }
}

function merged(open: QueueRow[], changed: QueueRow[]): QueueRow[] {
  const byPlace = new Map(changed.map((row) => [row.n, row]));
  return open.map((row) => byPlace.get(row.n) ?? row).filter((row) => row.open);
}

/** One holder in this browser. Without Web Locks the command ids alone guard against doubling. */
export async function exclusive<Result>(name: string, run: () => Promise<Result>): Promise<Result> {
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return locks ? ((await locks.request(name, run)) as Result) : run();
}
