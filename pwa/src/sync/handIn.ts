import { DeviceStore } from "../db/device";
import { hasPerson, openPerson, type PersonStore, type QueueRow } from "../db/person";
import { GatewayFailure, isRecord } from "../gateway/client";
import { MAX_BATCH } from "./outgoing";
import { Rows } from "./rows";
import { uuid7 } from "./uuid7";
import type { Wire } from "./wire";

/** Give sealed commands to the gateway without a session; their author decides there. Only what the gateway says
 *  it kept leaves this device. Answers how many are still here. */
export async function handInRows(rows: Rows, wire: Pick<Wire, "handIn">, which: (row: QueueRow) => boolean): Promise<number> {
  const asked = new Set<string>();
  let size = MAX_BATCH;
  for (;;) {
    const all = (await rows.open()).filter(which);
    const batch = all.filter((row) => !asked.has(row.id)).slice(0, size);
    if (batch.length === 0) return all.length;
    try {
      const answer = await wire.handIn(batch.map(({ id, kid, blob }) => ({ id, kid, blob })));
      await rows.handedIn(keptOf(answer, batch), isRecord(answer) && typeof answer.incarnation === "string" ? answer.incarnation : null);
    } catch (failure) {
      if (!(failure instanceof GatewayFailure) || failure.code !== "body_too_large") throw failure;
      size = Math.floor(batch.length / 2);
      if (size > 0) continue;
      size = 1;
    }
    for (const row of batch) asked.add(row.id);
  }
}

function keptOf(answer: unknown, batch: readonly QueueRow[]): Set<string> {
  const kept = isRecord(answer) && Array.isArray(answer.kept) ? answer.kept : [];
  const ours = new Set(batch.map((row) => row.id));
  return new Set(kept.filter((id): id is string => typeof id === "string" && ours.has(id)));
}

async function withQueue<Result>(staffId: string, act: (rows: Rows) => Promise<Result>, none: Result): Promise<Result> {
  if (!(await hasPerson(staffId))) return none;
  const store: PersonStore = openPerson(staffId);
  try {
    return await act(new Rows(store));
  } finally {
    await store.close();
  }
}

/** Everybody's unsent commands on this device, by person. */
export async function waitingHere(device: DeviceStore): Promise<{ staffId: string; count: number }[]> {
  const people = [...(await device.people())];
  return Promise.all(people.map(async (staffId) => ({ staffId, count: await withQueue(staffId, (rows) => rows.countOpen(), 0) })));
}

/** Hand in everybody's queue, whoever holds the device; one person's failure stops nobody else's. Answers how many are still here. */
export async function handInAll(device: DeviceStore, wire: Pick<Wire, "handIn">, which: (row: QueueRow) => boolean = () => true): Promise<number> {
  let left = 0;
  for (const staffId of await device.people()) {
    left += await withQueue(staffId, (rows) => handInRows(rows, wire, which).catch(() => rows.countOpen()), 0)
      // Their database does not open now: at least one may wait there.
      .catch(() => 1);
  }
  return left;
}

/** Whoever's they are: commands sealed as a device that was revoked can only be handed in. */
export async function handInOrphans(device: DeviceStore, wire: Pick<Wire, "handIn">): Promise<void> {
  const here = await device.device();
  if (here) await handInAll(device, wire, (row) => row.device !== here.id);
}

/** This device was revoked: no PIN opens it any more, its id is never used again, and what was not sent is handed in.
 *  May run any number of times. Answers how many are still here. */
export async function endDevice(device: DeviceStore, wire: Pick<Wire, "handIn">): Promise<number> {
  for (const staffId of await device.people()) await device.dropKey(staffId);
  // Without room for another id the gateway is asked as this one again, says so again, and this is done again.
  await device.changeDevice({ id: uuid7() }).catch(() => undefined);
  return handInAll(device, wire);
}
