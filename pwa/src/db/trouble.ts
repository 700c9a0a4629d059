import { Store } from "../sync/store";

/** Why the device's own store cannot be used now:
 *  full    no room for another byte; what is stored is safe
 *  closed  the browser closed the database, a newer version of this page in another tab needs it, or it failed in another way: reload */
export type Trouble = "full" | "closed";

/** The code of its sentence. */
export const TROUBLE_CODES: Record<Trouble, string> = { full: "device_full", closed: "device_closed" };

export const trouble = new Store<Trouble | null>(null);

/** Nothing was written. `full`: there is no room; `closed`: the database is gone until the page is loaded again. */
export class DeviceFailure extends Error {
  constructor(readonly kind: Trouble) {
    super(`device store: ${kind}`);
  }
}

/** The names the IndexedDB of any engine gives to "no room". */
export function isFull(failure: unknown): boolean {
  return failure instanceof Error && (failure.name === "QuotaExceededError" || /quota/i.test(failure.message));
}

/** The database went away under our hands; opening it again may help. */
export function isClosed(failure: unknown): boolean {
  return failure instanceof Error && (failure.name === "InvalidStateError" || /clos(ed|ing)|connection/i.test(failure.message));
}

/** The vault is locked: nothing can be read or sealed. */
export class VaultLocked extends Error {
  constructor() {
    super("the vault is locked");
  }
}

/** The device is not registered with the gateway: nothing can be sealed for it yet. */
export class NotRegistered extends Error {
  constructor() {
    super("this device is not registered");
  }
}

/** The code of the sentence for what was not written down, whatever failed. */
export function troubleCode(failure: unknown): string {
  if (failure instanceof VaultLocked) return "device_locked";
  if (failure instanceof NotRegistered) return "needs_network";
  return TROUBLE_CODES[failure instanceof DeviceFailure ? failure.kind : "closed"];
}
