import type { DrainEnd } from "./drain";
import { pauseAfter } from "./outgoing";
import { Store } from "./store";

export interface PumpAround {
  drain: () => Promise<DrainEnd>;
  revoked: () => Promise<void>;
  random: () => number;
  later: (run: () => void, ms: number) => () => void;
  paused?: Store<boolean>;
  busy?: Store<boolean>;
}

/** When the queue is sent: at once when something happens, else after a growing pause with jitter. */
export class Pump {
  /** The session is over: everything is kept, nothing is sent until somebody signs in. */
  readonly paused: Store<boolean>;
  /** A round is on its way; an update of the page waits for it. */
  readonly busy: Store<boolean>;
  private wanted = false;
  private failures = 0;
  private cancelTimer: () => void = () => undefined;

  constructor(private readonly around: PumpAround) {
    this.paused = around.paused ?? new Store<boolean>(false);
    this.busy = around.busy ?? new Store<boolean>(false);
  }

  /** Something happened that may help: start, online, visible, a timer, a signal, a new command. */
  nudge(): void {
    this.failures = 0;
    void this.run();
  }

  /** Somebody signed in. */
  resume(): void {
    this.paused.set(false);
    this.nudge();
  }

  private async run(): Promise<void> {
    this.wanted = true;
    if (this.busy.get() || this.paused.get()) return;
    this.cancelTimer();
    this.busy.set(true);
    let end: DrainEnd = "done";
    while (this.wanted) {
      this.wanted = false;
      end = await this.around.drain().catch((): DrainEnd => "later");
    }
    this.busy.set(false);
    await this.after(end);
  }

  private async after(end: DrainEnd): Promise<void> {
    if (end === "done") this.failures = 0;
    if (end === "later") this.wait();
    if (end === "signed_out" || end === "revoked") this.paused.set(true);
    if (end === "revoked") await this.around.revoked();
  }

  private wait(): void {
    this.cancelTimer = this.around.later(() => void this.run(), pauseAfter(this.failures++, this.around.random()));
  }
}
