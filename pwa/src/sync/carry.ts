import { DeviceStore } from "../db/device";
import { hasPerson, openPerson } from "../db/person";
import { drain, exclusive, type DrainEnd } from "./drain";
import { GatewayFailure, sayWho, signOut } from "../gateway/client";
import { endDevice, handInOrphans } from "./handIn";
import { Rows } from "./rows";
import { wire as network, type Wire } from "./wire";

/** The tag of Background Sync, and the channel on which tabs and worker tell each other that a queue changed. */
export const SYNC_TAG = "banso-queue";

/** Signed out without a connection: that session ends before anything else is sent. False: nobody answered yet. */
export async function endOwedSession(device: DeviceStore): Promise<boolean> {
  if (!(await device.device())?.signOutOwed) return true;
  if (!(await signOut())) return false;
  await device.changeDevice({ signOutOwed: false });
  return true;
}

/** One round for a worker without a tab: ask whose session it is and drain that person's queue. Free of the DOM.
 *  "later" means: the browser should wake us again. */
export async function carry(wire: Wire = network): Promise<DrainEnd> {
  const device = new DeviceStore();
  let person: string | null = null;
  sayWho(() => ({ person, device: device.id }));
  try {
    const here = await device.device();
    if (!here) return "done";
    if (here.signOutOwed) return (await endOwedSession(device)) ? "signed_out" : "later";
    await handInOrphans(device, wire).catch(() => undefined);
    person = (await wire.me()).staff.id;
    const end = await carryFor(person, here.id, wire);
    if (end === "revoked") await endDevice(device, wire);
    return end;
  } catch (failure) {
    if (!(failure instanceof GatewayFailure)) throw failure;
    if (failure.kind !== "signed_out") return "later";
    if (failure.code !== "device_revoked") return "signed_out";
    await endDevice(device, wire);
    return "revoked";
  } finally {
    await device.close();
  }
}

async function carryFor(staffId: string, device: string, wire: Wire): Promise<DrainEnd> {
  if (!(await hasPerson(staffId))) return "done";
  const store = openPerson(staffId);
  const channel = new BroadcastChannel(SYNC_TAG);
  try {
    const changed = () => channel.postMessage(staffId);
    return await drain(staffId, new Rows(store), { device, send: wire.submitSealed, now: Date.now, exclusive, changed });
  } finally {
    channel.close();
    await store.close();
  }
}
