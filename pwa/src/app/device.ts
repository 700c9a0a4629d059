import { hasTwin, isThere } from "../db/names";
import type { Home } from "../sync/manifest";
import { Store } from "../sync/store";

/** What a browser with a PIN has and no other loads: vault, database, queue, manifest. */
export type DeviceCore = typeof import("./deviceCore");

/** The home list of the open vault: what was taken along, and until when it can be read. */
export const home = new Store<Home | null>(null);
/** The door is shut: the vault is locked, or it was opened just now and what it holds is not read yet. */
export const sealed = new Store<boolean>(false);
/** The session is over: what waits on the device waits for a sign-in. */
export const paused = new Store<boolean>(false);
/** A round of sending is on its way; an update of the page waits for it. */
export const draining = new Store<boolean>(false);
/** Set when the gateway said that this device was revoked: how many commands are still here. */
export const revoked = new Store<{ left: number } | null>(null);

/** How often a vault's key was deleted because of wrong tries or of time: only the password lets anybody in then. */
export const barred = new Store<number>(0);

let core: DeviceCore | null = null;

/** The device's parts, when this browser has a PIN. */
export function deviceCore(): DeviceCore | null {
  return core;
}

/** Load and start the device's parts. Rejects when their code cannot be fetched. */
export async function loadDevice(): Promise<DeviceCore> {
  if (core) return core;
  const loaded = await import("./deviceCore");
  if (!core) {
    core = loaded;
    await loaded.start();
  }
  return core;
}

/** At the start of the page: does anybody have a PIN here? Asking keeps nothing. */
export async function startDevice(): Promise<void> {
  // A browser with the app's worker has the code beside it: read while the disk is asked.
  if (navigator.serviceWorker?.controller) void import("./deviceCore").catch(() => undefined);
  if ((await isThere("banso-device")) || (await hasTwin())) await loadDevice();
}

/** This browser's row, should it have one. */
export async function deviceRow(): Promise<{ id: string; name: string; signOutOwed?: boolean } | null> {
  return core ? core.device().catch(() => null) : null;
}
