import { ask, GatewayFailure } from "../gateway/client";
import type { TrustedDocument } from "../gateway/documents";
import { beforeLock } from "../vault/autoLock";
import { onSignal, type Hint } from "./live";
import { Store } from "./store";

export interface Loaded<Answer> {
  data: Answer | null;
  failure: GatewayFailure | null;
  loading: boolean;
  /** `device`: what this device holds, shown until the network answers. */
  from: "device" | "network" | null;
}

/** What the device knows by itself; nothing in a browser without a PIN. */
export interface DeviceAnswers {
  answer: <Answer, Variables>(document: TrustedDocument<Answer, Variables>, variables: Variables) => Promise<Answer | null>;
  complete: <Answer, Variables>(document: TrustedDocument<Answer, Variables>, answer: Answer) => Promise<Answer>;
  /** An answer of the device stays on screen because the network gave none. */
  viewed: <Answer, Variables>(document: TrustedDocument<Answer, Variables>, variables: Variables) => Promise<unknown>;
}

let device: DeviceAnswers | null = null;
/** Whoever looks at what the device holds for so long has read it, whatever the network says later. */
const READ_MS = 2_000;

export function answerFromDevice(answers: DeviceAnswers): void {
  device = answers;
}

/** What the gateway last answered to one question. Shared by every screen that asks it, in memory only. */
export class Resource<Answer, Variables = unknown> {
  readonly state = new Store<Loaded<Answer>>({ data: null, failure: null, loading: true, from: null });
  private fetching = false;
  private stale = false;
  private told = false;
  /** What the network gave, without what only the device adds. */
  private fetched: Answer | null = null;

  constructor(private readonly document: TrustedDocument<Answer, Variables>, private readonly variables: Variables) {}

  /** What the device holds, at once; what it adds to an answer of the network, anew. */
  async showDevice(): Promise<void> {
    const { fetched } = this;
    const data = await (fetched ? this.complete(fetched) : device?.answer(this.document, this.variables))?.catch(() => null);
    if (!data || fetched !== this.fetched) return;
    this.state.set({ ...this.state.get(), data, from: fetched ? "network" : "device" });
    void this.tellViewed();
    const letGo = beforeLock(() => this.tellViewed(true));
    setTimeout(() => (letGo(), void this.tellViewed(true)), READ_MS);
  }

  private async complete(answer: Answer): Promise<Answer> {
    return device ? device.complete(this.document, answer) : answer;
  }

  private async tellViewed(isRead = false): Promise<unknown> {
    const { from, failure } = this.state.get();
    if (this.told || from !== "device" || (failure ? failure.isFinal : !isRead)) return;
    this.told = true;
    return device?.viewed(this.document, this.variables);
  }

  /** Fetch again. A wish that comes while a fetch runs is granted after it, once. */
  async refresh(): Promise<void> {
    this.stale = true;
    if (this.fetching) return;
    this.fetching = true;
    while (this.stale) {
      this.stale = false;
      await this.fetchOnce();
    }
    this.fetching = false;
  }

  private async fetchOnce(): Promise<void> {
    try {
      this.fetched = await ask(this.document, this.variables);
      this.state.set({ data: await this.complete(this.fetched), failure: null, loading: false, from: "network" });
    } catch (failure) {
      const { data, from } = this.state.get();
      this.state.set({ data, failure: toFailure(failure), loading: false, from });
      void this.tellViewed();
    }
  }
}

function toFailure(failure: unknown): GatewayFailure {
  return failure instanceof GatewayFailure ? failure : new GatewayFailure("not_an_answer");
}

const resources = new Map<string, { resource: unknown; users: number }>();

/** Begin to use a question's answer; the last to let go forgets it. */
export function acquire<Answer, Variables>(document: TrustedDocument<Answer, Variables>, variables: Variables) {
  const key = `${document} ${JSON.stringify(variables)}`;
  const known = resources.get(key) ?? { resource: new Resource(document, variables), users: 0 };
  resources.set(key, known);
  known.users += 1;
  const letGo = () => {
    known.users -= 1;
    if (known.users === 0 && resources.get(key) === known) resources.delete(key);
  };
  return { resource: known.resource as Resource<Answer>, letGo };
}

/** Fetch again on the hints that concern this answer, and on "something may have been missed". */
export function refreshOn(resource: { refresh: () => Promise<void> }, hints: readonly Hint[]): () => void {
  return onSignal(({ hint }) => {
    if (hint === null || hints.includes(hint)) void resource.refresh();
  });
}
