import { Store } from "../sync/store";

/** Why the device's own store cannot be used now, as the code of its sentence:
 *  device_full    no room for another byte; what is stored is safe
 *  device_closed  the browser closed the database, a newer version of this page in another tab needs it, or it failed in another way: reload */
export type Trouble = "device_full" | "device_closed";

export const trouble = new Store<Trouble | null>(null);

/** Nothing was written. */
export class DeviceFailure extends Error {
  constructor(readonly kind: Trouble) {
    super(kind);
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
export class VaultLocked extends Error {}

/** The device is not registered with the gateway: nothing can be sealed for it yet. */
export class NotRegistered extends Error {}

/** The code of the sentence for what was not written down, whatever failed. */
export function troubleCode(failure: unknown): string {
  if (failure instanceof VaultLocked) return "device_locked";
  if (failure instanceof NotRegistered) return "needs_network";
  return failure instanceof DeviceFailure ? failure.kind : "device_closed";
}
