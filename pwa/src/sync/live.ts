import { ask, whenReached, whose } from "../gateway/client";
import { Me } from "../gateway/documents";
import type { MeQuery } from "../gateway/generated";
import { Store } from "./store";

export type Hint = "tray" | "case" | "notices" | "session";
export interface Signal {
  /** null: something may have been missed, fetch everything again. */
  hint: Hint | null;
  about: string | null;
}

type Listener = (signal: Signal) => void;

const CHANNEL = "banso-signals";
const MINUTE = 60_000;
const HINTS: readonly Hint[] = ["tray", "case", "notices", "session"];
const listeners = new Set<Listener>();
let channel: BroadcastChannel | null = null;
let toldMe: (me: MeQuery["me"]) => void;
let stop: () => void = () => undefined;

/** The gateway can be reached, as far as is known: no more than the last request and the browser say. */
export const online = new Store<boolean>(typeof navigator === "undefined" ? true : navigator.onLine);

whenReached((reached) => online.set(reached && navigator.onLine));

export function onSignal(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Also for what this window itself changed. */
export function tell(signal: Signal): void {
  for (const listener of [...listeners]) listener(signal);
}

/** Something may have been missed: every screen asks again. */
export function fetchAll(): void {
  tell({ hint: null, about: null });
}

/** One tab of the browser holds the stream (Web Locks) and passes the hints on; the others listen.
 *  Losing a hint costs a minute at most: every screen fetches again each minute, when seen again and when back online. */
/** @param known Told who one is whenever a stream ended: units and roles may be others by now. */
export function startLive(known: (me: MeQuery["me"]) => void): void {
  toldMe = known;
  stopLive();
  channel = new BroadcastChannel(CHANNEL);
  channel.onmessage = (event: MessageEvent<Signal>) => tell(event.data);
  const seen = () => document.visibilityState === "visible" && fetchAll();
  const timer = setInterval(seen, MINUTE);
  addEventListener("online", fetchAll);
  document.addEventListener("visibilitychange", seen);
  const leaving = new AbortController();
  navigator.locks.request(CHANNEL, { signal: leaving.signal }, () => holdStream(leaving.signal)).catch(() => undefined);
  stop = () => {
    clearInterval(timer);
    removeEventListener("online", fetchAll);
    document.removeEventListener("visibilitychange", seen);
    leaving.abort();
    channel?.close();
    channel = null;
  };
}

export function stopLive(): void {
  stop();
  stop = () => undefined;
}

/** Keep a stream open until `leaving`. A stream that the gateway closed is opened again, with growing pauses. */
async function holdStream(leaving: AbortSignal): Promise<void> {
  let pause = 1_000;
  let missed = false;
  while (!leaving.aborted) {
    const opened = await listenUntilClosed(leaving, missed);
    if (leaving.aborted) return;
    missed = true;
    // A closed stream is how a revoked session shows first (the client's failure asks to sign in), and another role.
    await ask(Me, {}).then(({ me }) => toldMe(me), () => undefined);
    pause = opened ? 1_000 : Math.min(pause * 2, 30_000);
    await sleep(pause * (0.5 + Math.random() / 2), leaving);
  }
}

/** @param missed A stream ended before this one: what was told in between was told to nobody. */
function listenUntilClosed(leaving: AbortSignal, missed: boolean): Promise<boolean> {
  return new Promise((closed) => {
    const source = new EventSource(`/signals?person=${whose()}`);
    let opened = false;
    const end = () => {
      source.close();
      closed(opened);
    };
    leaving.addEventListener("abort", end, { once: true });
    source.onopen = () => {
      if (missed || opened) share({ hint: null, about: null });
      opened = true;
    };
    source.addEventListener("signal", (event: MessageEvent<string>) => share(readSignal(event.data)));
    source.onerror = () => {
      leaving.removeEventListener("abort", end);
      end();
    };
  });
}

function share(signal: Signal): void {
  channel?.postMessage(signal);
  tell(signal);
}

function readSignal(data: string): Signal {
  try {
    const { hint, about } = JSON.parse(data) as Partial<Signal>;
    return { hint: HINTS.find((each) => each === hint) ?? null, about: about ?? null };
  } catch {
    return { hint: null, about: null };
  }
}

/** Ends early when the gateway answers again, and when the stream is given up. */
function sleep(ms: number, leaving: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      unsubscribe();
      leaving.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    const unsubscribe = online.subscribe(() => online.get() && end());
    leaving.addEventListener("abort", end, { once: true });
  });
}

export function watchNetwork(changed: () => void): void {
  const update = () => {
    online.set(navigator.onLine);
    changed();
  };
  addEventListener("online", update);
  addEventListener("offline", update);
}
