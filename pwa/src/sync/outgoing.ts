import type { CommandEnvelope, SubmitMutation } from "../gateway/generated";
import { GatewayFailure, isRecord } from "../gateway/client";
import { Store } from "./store";

export type Outcome = SubmitMutation["submit"][number];

/** How far each command has come. Never more than is known:
 *  deviceOnly  no sign yet that it left this device
 *  sent        the gateway has it and says "again later"; its owner has not answered
 *  received    its owner accepted it (counted since this page was opened) */
export interface Standing {
  deviceOnly: number;
  sent: number;
  received: number;
  lastReceivedAt: number | null;
  /** The session is over: everything is kept until somebody signs in. */
  paused: boolean;
}

interface Entry {
  envelope: CommandEnvelope;
  reachedGateway: boolean;
  answered: (outcome: Outcome) => void;
}

export interface Surroundings {
  send: (commands: CommandEnvelope[]) => Promise<unknown>;
  now: () => number;
  random: () => number;
  later: (run: () => void, ms: number) => () => void;
}

export const MAX_BATCH = 50;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Commands on their way. The same id is sent again until its owner answers; nothing is dropped on the way.
 *  Kept in memory for now: while anything is unsent the page asks before it is left. */
export class Outgoing {
  readonly standing = new Store<Standing>({ deviceOnly: 0, sent: 0, received: 0, lastReceivedAt: null, paused: false });
  private queue: Entry[] = [];
  private author: string | null = null;
  private sending = false;
  private failures = 0;
  private batch = MAX_BATCH;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly around: Surroundings) {}

  /** Resolves with the owner's answer, accepted or refused; never rejects. */
  submit(envelope: CommandEnvelope): Promise<Outcome> {
    return new Promise((answered) => {
      this.queue.push({ envelope, reachedGateway: false, answered });
      this.tell();
      void this.drain();
    });
  }

  /** Somebody signed in: their commands go on, those of others wait for their author. */
  signedIn(author: string): void {
    this.author = author;
    this.tell({ paused: false });
    this.nudge();
  }

  signedOut(): void {
    this.author = null;
    this.cancelTimer();
  }

  /** The network is back, the page is seen again: do not wait for the timer. */
  nudge(): void {
    this.failures = 0;
    this.cancelTimer();
    void this.drain();
  }

  get unsent(): number {
    return this.queue.length;
  }

  private sendable(): Entry[] {
    return this.queue.filter((entry) => entry.envelope.author === this.author).slice(0, this.batch);
  }

  private async drain(): Promise<void> {
    if (this.sending || this.standing.get().paused || this.sendable().length === 0) return;
    this.sending = true;
    this.cancelTimer();
    const before = this.queue.length;
    let again = false;
    try {
      again = await this.sendOnce(this.sendable());
    } finally {
      this.sending = false;
    }
    this.tell();
    if (this.standing.get().paused || this.sendable().length === 0) return;
    if (again || this.queue.length < before) return this.drain();
    this.wait();
  }

  /** One request. True when it should be followed by another at once. */
  private async sendOnce(entries: Entry[]): Promise<boolean> {
    try {
      const answer = await this.around.send(entries.map((entry) => entry.envelope));
      this.settle(entries, readOutcomes(answer));
      return false;
    } catch (failure) {
      return this.failed(entries, failure);
    }
  }

  private settle(entries: Entry[], outcomes: Map<string, Outcome>): void {
    for (const entry of entries) {
      const outcome = outcomes.get(entry.envelope.id);
      if (!outcome) continue;
      entry.reachedGateway = true;
      if (outcome.status !== "RETRY") this.finish(entry, outcome);
    }
    if (outcomes.size > 0) this.batch = MAX_BATCH;
  }

  private failed(entries: Entry[], failure: unknown): boolean {
    if (!(failure instanceof GatewayFailure)) return false;
    if (failure.kind === "signed_out") this.tell({ paused: true });
    if (failure.code !== "body_too_large") return false;
    const [only] = entries;
    if (entries.length === 1 && only) this.finish(only, tooLarge(only.envelope.id));
    this.batch = Math.max(1, Math.floor(entries.length / 2));
    return true;
  }

  private finish(entry: Entry, outcome: Outcome): void {
    this.queue = this.queue.filter((other) => other !== entry);
    this.failures = 0;
    const { received } = this.standing.get();
    if (outcome.status === "ACCEPTED") this.tell({ received: received + 1, lastReceivedAt: this.around.now() });
    entry.answered(outcome);
  }

  private wait(): void {
    this.cancelTimer = this.around.later(() => void this.drain(), pauseAfter(this.failures++, this.around.random()));
  }

  private tell(change: Partial<Standing> = {}): void {
    const sent = this.queue.filter((entry) => entry.reachedGateway).length;
    this.standing.set({ ...this.standing.get(), ...change, sent, deviceOnly: this.queue.length - sent });
  }
}

/** ms before the next try: growing, with jitter, so that many tablets do not knock together. `random`: 0 to 1. */
export function pauseAfter(failures: number, random: number): number {
  return Math.round(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures) * (0.5 + random / 2));
}

/** Run later; answers how to take it back. */
export function later(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Only a well-formed outcome is an answer; anything else in the list is passed over and asked again. */
export function readOutcomes(answer: unknown): Map<string, Outcome> {
  const submitted = isRecord(answer) ? (answer.submit ?? answer.submitSealed) : null;
  if (!Array.isArray(submitted)) throw new GatewayFailure("not_an_answer");
  return new Map(submitted.filter(isOutcome).map((outcome) => [outcome.id, outcome]));
}

function isOutcome(item: unknown): item is Outcome {
  if (!isRecord(item) || typeof item.id !== "string" || !Array.isArray(item.fields)) return false;
  return item.status === "ACCEPTED" || item.status === "REFUSED" || item.status === "RETRY";
}

export function tooLarge(id: string): Outcome {
  return { id, status: "REFUSED", code: "body_too_large", message: null, reason: null, fields: [], refs: {}, incarnation: null };
}
