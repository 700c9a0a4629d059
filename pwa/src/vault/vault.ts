import { Store } from "../sync/store";
import type { KeyVault } from "./keyVault";

/** none: nobody's PIN is asked here · locked: sealed, waiting for a PIN · open: readable and writable */
export type VaultState = { state: "none" } | { state: "locked"; staffId: string } | { state: "open"; staffId: string };
export type UnlockResult = "ok" | "wrong" | "wait" | "gone";

/** Whether this browser is locked, and for whom. Always `none` in a browser without a PIN. */
export const vault = new Store<VaultState>({ state: "none" });

let real: KeyVault | null = null;

/** A browser with a PIN puts its vault behind these few lines; no other browser loads it. */
export function connectVault(vaultOfThisBrowser: KeyVault): void {
  real = vaultOfThisBrowser;
}

export function isVaultOpen(): boolean {
  return vault.get().state === "open";
}

/** Try a PIN; also asked while open (leaving 会場モード). */
export async function unlock(pin: string): Promise<UnlockResult> {
  return real ? real.unlock(pin) : "gone";
}

/** ms until the next try may be made, and how many are left. */
export async function triesLeft(): Promise<{ waitMs: number; left: number }> {
  return real ? real.tries() : { waitMs: 0, left: 0 };
}

export function lock(): void {
  real?.lock();
}
