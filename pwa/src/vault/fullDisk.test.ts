import { afterEach, describe, expect, it } from "vitest";
import { DeviceFailure } from "../db/trouble";
import { GatewayFailure } from "../gateway/client";
import { endDevice, waitingHere } from "../sync/handIn";
import { fillDisk } from "../testkit/disk";
import { Owner } from "../testkit/owner";
import { ME, newProfile, PIN, Tab } from "../testkit/tablet";
import { MAX_TRIES } from "./rules";

const HOUR = 3_600_000;
const clock = { now: 0 };
let room = () => undefined as unknown;
afterEach(() => void room());

/** Unlocked once with room, and locked again, with a visit on it; then the disk is full. */
async function fullTablet() {
  newProfile();
  clock.now = 1_800_000_000_000;
  const owner = await Owner.make(ME, "");
  const make = () => new Tab(owner, { now: () => clock.now });
  const tab = make();
  await tab.setUp();
  await tab.queue.enqueue("RecordVisit", "case", { memo: "扉越し" });
  await tab.lock();
  await tab.vault.unlock(PIN);
  await tab.lock();
  room = fillDisk();
  return { tab, make };
}

const full = expect.objectContaining({ kind: "device_full" }) as DeviceFailure;
const tried = (tab: Tab, pin: string) => tab.vault.unlock(pin).catch((failure: unknown) => failure);

describe("on a disk without room", () => {
  it("the right PIN opens", async () => {
    const { tab } = await fullTablet();
    expect([await tried(tab, PIN), tab.vault.isOpen]).toEqual(["ok", true]);
  });

  it("nobody guesses for nothing, not after a reload either: ten tries, then it says that there is no room", async () => {
    const { make } = await fullTablet();
    const said: unknown[] = [];
    for (let n = 0; n <= MAX_TRIES; n++) {
      const tab = make();
      await tab.vault.choose(ME);
      said.push(await tried(tab, "999999"));
    }
    expect(said).toEqual([...Array<string>(MAX_TRIES).fill("wrong"), full]);
    const tab = make();
    await tab.vault.choose(ME);
    expect(await tried(tab, PIN), "and whoever has the PIN makes room first").toEqual(full);
    room();
    expect([await tried(tab, PIN), (await tab.vault.tries()).left]).toEqual(["ok", MAX_TRIES]);
  });

  it("the key is deleted all the same, from memory first, and the queue is found without its row", async () => {
    const { tab } = await fullTablet();
    await tried(tab, PIN);
    await tab.vault.forget(ME);
    expect([tab.vault.state.get().state, tab.vault.isOpen, (await tab.device.staff(ME))?.wrapped ?? null]).toEqual(["none", false, null]);
    expect(await waitingHere(tab.device)).toEqual([{ staffId: ME, count: 1 }]);
  });

  it("72 hours without contact still end the reading", async () => {
    const { tab } = await fullTablet();
    await tried(tab, PIN);
    await tab.vault.checkTime();
    expect(tab.vault.isOpen).toBe(true);
    clock.now += 73 * HOUR;
    await tab.vault.checkTime();
    expect([tab.vault.isOpen, (await tab.device.staff(ME))?.wrapped ?? null]).toEqual([false, null]);
  });

  it("a revoked device has no key any more, and hands in what waits, now or later", async () => {
    const { tab } = await fullTablet();
    const handed: string[] = [];
    const handIn = async (rows: readonly { id: string }[]) => ({ kept: rows.map(({ id }) => (handed.push(id), id)) });
    const offline = async () => Promise.reject(new GatewayFailure("unreachable"));
    expect(await endDevice(tab.device, { handIn: offline })).toBe(1);
    expect((await tab.device.staff(ME))?.wrapped ?? null).toBeNull();
    expect([await endDevice(tab.device, { handIn }), handed.length]).toEqual([0, 1]);
  });
});

it("a disk that takes no delete either ends the reading in memory", async () => {
  const { tab } = await fullTablet();
  await tried(tab, PIN);
  const { delete: before } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.delete = () => {
    throw new DOMException("", "UnknownError");
  };
  await tab.vault.forget(ME).finally(() => Object.assign(IDBObjectStore.prototype, { delete: before }));
  expect([tab.vault.state.get().state, tab.vault.isOpen]).toEqual(["none", false]);
});
