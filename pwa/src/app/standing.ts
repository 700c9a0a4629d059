import type { Standing } from "../sync/outgoing";
import { queueCounts } from "../sync/queue";
import { Store } from "../sync/store";
import { outgoing } from "./outgoing";

/** How far everything written on this page and on this device has come, in one line. */
export const standing = new Store<Standing>(outgoing.standing.get());

function add(): void {
  const [page, device] = [outgoing.standing.get(), queueCounts.get()];
  const last = Math.max(page.lastReceivedAt ?? 0, device.lastReceivedAt ?? 0);
  standing.set({
    deviceOnly: page.deviceOnly + device.device,
    sent: page.sent + device.sent,
    received: page.received + device.received + device.confirming,
    lastReceivedAt: last || null,
    paused: page.paused,
  });
}

outgoing.standing.subscribe(add);
queueCounts.subscribe(add);
