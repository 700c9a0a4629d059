import { useEffect } from "preact/hooks";
import { readCode } from "./tokenCode";

/** A hardware scanner types faster than any hand and ends with Enter. */
const LONGEST_GAP_MS = 60;

/** Gathers keys; gives the code when Enter ends a burst that reads as one. */
export class ScanBuffer {
  private text = "";
  private lastAt = 0;

  press(key: string, at: number): string | null {
    const isBurst = at - this.lastAt <= LONGEST_GAP_MS;
    this.lastAt = at;
    if (key === "Enter") {
      const read = isBurst ? readCode(this.text) : { kind: "other" as const };
      this.text = "";
      return read.kind === "code" ? read.code : null;
    }
    if (key.length === 1) this.text = isBurst ? this.text + key : key;
    return null;
  }
}

/** Tokens read by a scanner while the board is on the screen and nobody is typing into a field. */
export function useScanner(onCode: (code: string) => void, enabled: boolean): void {
  useEffect(() => {
    if (!enabled) return;
    const buffer = new ScanBuffer();
    const listen = (event: KeyboardEvent) => {
      if ((event.target as Element | null)?.matches("input,textarea,select")) return;
      const code = buffer.press(event.key, event.timeStamp);
      if (code === null) return;
      event.preventDefault();
      onCode(code);
    };
    addEventListener("keydown", listen, { capture: true });
    return () => removeEventListener("keydown", listen, { capture: true });
  }, [enabled, onCode]);
}
