import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { errorText, t } from "../../i18n/messages";
import { triesLeft } from "../../vault/vault";

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"];
const PIN_MIN = 6;
const PIN_MAX = 8;

interface PinPadProps {
  busy: boolean;
  /** What its big button says. */
  action: string;
  /** Gets what was typed; the pad is empty again. */
  onEnter: (pin: string) => void;
  /** The place left of the 0. */
  left?: ComponentChildren;
}

/** Digits by touch or by keyboard. Not an input: no browser may offer to keep a PIN. */
export function PinPad({ busy, action, onEnter, left }: PinPadProps) {
  const [pin, show] = useState("");
  // Keys may come faster than the screen is drawn.
  const typed = useRef("");
  const set = (next: string) => show((typed.current = next.slice(0, PIN_MAX)));
  const type = (digit: string) => !busy && set(typed.current + digit);
  const erase = () => set(typed.current.slice(0, -1));
  const enter = () => {
    if (busy) return;
    const said = typed.current;
    set("");
    onEnter(said);
  };
  useKeys(busy, { type, erase, enter });
  const places = Array.from({ length: Math.max(PIN_MIN, pin.length) }, (_, index) => index < pin.length);
  return (
    <div class="stack">
      <div class="pin" role="img" aria-label={t("pin.typed", { n: pin.length })}>{places.map((on, index) => <i key={index} class={on ? "on" : undefined} />)}</div>
      <div class="keys">
        {DIGITS.map((digit) => <button key={digit} class="btn line" type="button" onClick={() => type(digit)}>{digit}</button>)}
        <span>{left}</span>
        <button class="btn line" type="button" onClick={() => type("0")}>0</button>
        <button class="btn text" type="button" onClick={erase}>{t("pin.erase")}</button>
      </div>
      <button class="btn big" type="button" aria-disabled={busy || pin.length < PIN_MIN} onClick={enter}>{action}</button>
    </div>
  );
}

/** What is said of a try that opened nothing: `wrong`, `wait`, or the code of a failure. */
export async function whyShut(result: string): Promise<string> {
  if (result === "device_full") return t("pin.noRoom");
  if (result !== "wrong" && result !== "wait") return errorText(result);
  const { left, waitMs } = await triesLeft();
  return result === "wrong" ? t("pin.wrong", { n: left }) : t("pin.wait", { n: Math.ceil(waitMs / 1_000) });
}

interface Keys {
  type: (digit: string) => void;
  erase: () => void;
  enter: () => void;
}

/** The keyboard, wherever the focus is, but not while something else is being typed. */
function useKeys(busy: boolean, keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || busy || event.target instanceof HTMLInputElement) return;
      if (/^\d$/.test(event.key)) latest.current.type(event.key);
      else if (event.key === "Backspace") latest.current.erase();
      else if (event.key === "Enter" && !(event.target instanceof HTMLButtonElement)) latest.current.enter();
      else return;
      event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [busy]);
}
