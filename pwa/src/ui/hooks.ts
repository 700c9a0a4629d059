import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { TrustedDocument } from "../gateway/documents";
import { tokyoDay } from "../i18n/dates";
import { t, type MessageKey } from "../i18n/messages";
import type { Hint } from "../sync/live";
import { acquire, refreshOn, type Loaded } from "../sync/resources";
import type { Store } from "../sync/store";
import { now } from "../sync/time";

export function useStore<Value>(store: Store<Value>): Value {
  const [, redraw] = useState(0);
  const drawn = store.get();
  useLayoutEffect(() => {
    const again = () => redraw((n) => n + 1);
    if (store.get() !== drawn) again();
    return store.subscribe(again);
  }, [store]);
  return drawn;
}

export interface Asked<Answer> extends Loaded<Answer> {
  refresh: () => void;
}

/** The answer to one question, kept fresh by the given hints. Document and variables stay the same while the screen lives. */
export function useAsked<Answer, Variables>(
  document: TrustedDocument<Answer, Variables>,
  variables: Variables,
  hints: readonly Hint[] = [],
): Asked<Answer> {
  const [{ resource, letGo }] = useState(() => acquire(document, variables));
  // Before the first picture: what the device holds is in it, and no empty list is drawn for nothing.
  useLayoutEffect(() => {
    const stop = refreshOn(resource, hints);
    void resource.showDevice();
    void resource.refresh();
    return () => {
      stop();
      letGo();
    };
  }, []);
  const loaded = useStore(resource.state);
  return { ...loaded, refresh: () => void resource.refresh() };
}

/** The present moment, renewed often enough for a clock that shows minutes. */
export function useNow(everyMs = 15_000): Date {
  const [moment, setMoment] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setMoment(now), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return moment;
}

/** The Tokyo day, also past midnight. */
export const useToday = () => tokyoDay(useNow(60_000));

/** Tab titles carry the screen's name, never a person's. */
export function useTitle(key: MessageKey): void {
  useEffect(() => {
    document.title = `${t(key)} - ${t("app.name")}`;
  }, [key]);
}

/** Run one at a time: what is pressed twice, as a double click is, is done once. */
export function useOnce(): (act: () => Promise<unknown>) => Promise<void> {
  const going = useRef(false);
  return async (act) => {
    if (going.current) return;
    going.current = true;
    await act().finally(() => (going.current = false));
  };
}

/** False once the screen is gone. */
export function useAlive(): () => boolean {
  const alive = useRef(true);
  useEffect(() => {
    alive.current = true;
    return () => {
      alive.current = false;
    };
  }, []);
  return () => alive.current;
}
