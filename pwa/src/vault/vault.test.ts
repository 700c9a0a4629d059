import { describe, expect, it } from "vitest";
import { newProfile, ME, OTHER, PIN, Tab } from "../testkit/tablet";
import { Owner } from "../testkit/owner";
import { KeyVault } from "./keyVault";
import { unwrap, wrap, randomBytes } from "./crypto";
import { isGoodPin, ITERATIONS, MAX_TRIES, waitAfter } from "./rules";

const HOUR = 3_600_000;
const START = 1_800_000_000_000;

async function tablet() {
  newProfile();
  const clock = { now: START };
  const owner = await Owner.make(ME, "");
  const make = () => new Tab(owner, { now: () => clock.now });
  const tab = make();
  await tab.setUp();
  await tab.queue.enqueue("RecordVisit", "case", { memo: "扉越し" });
  await tab.lock();
  return { clock, owner, tab, make };
}

async function wrongTries(tab: Tab, clock: { now: number }, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    clock.now += (await tab.vault.tries()).waitMs;
    await tab.vault.unlock("999999");
  }
}

describe("the PIN", () => {
  it("is stretched as promised", async () => {
    expect(ITERATIONS).toBe(600_000);
    const wrapped = await wrap(randomBytes(32), PIN, ME, ITERATIONS);
    expect(wrapped.iterations).toBe(600_000);
    expect(await unwrap(wrapped, PIN, ME)).not.toBeNull();
    expect(await unwrap(wrapped, "402919", ME)).toBeNull();
    expect(await unwrap(wrapped, PIN, "somebody else")).toBeNull();
  });

  it("has six to eight digits that are not a pattern", () => {
    expect(["402918", "40291855"].map(isGoodPin)).toEqual(["ok", "ok"]);
    expect(["40291", "402918557", "40291a", ""].map(isGoodPin)).toEqual(["length", "length", "length", "length"]);
    expect(["000000", "123456", "987654"].map(isGoodPin)).toEqual(["easy", "easy", "easy"]);
  });

  it("opens what it sealed, and nothing of it is readable on the disk", async () => {
    const { tab } = await tablet();
    expect(tab.queue.entries.get()).toEqual([]);
    const rows = await tab.queue.store?.read(["queue"], (tx) => tx.objectStore("queue").getAll());
    expect(JSON.stringify(rows, (_, value) => (value instanceof Uint8Array ? new TextDecoder().decode(value) : value))).not.toContain("扉越し");
    expect(await tab.vault.unlock(PIN)).toBe("ok");
    await tab.queue.reload();
    expect(tab.queue.entries.get()[0]?.payload).toEqual({ memo: "扉越し" });
  });

  it("makes one wait longer after each wrong try, whatever the clock is turned to", async () => {
    const { tab, clock } = await tablet();
    await wrongTries(tab, clock, 3);
    expect((await tab.vault.tries()).waitMs).toBe(waitAfter(3));
    expect(await tab.vault.unlock(PIN)).toBe("wait");
    clock.now -= 365 * 24 * HOUR;
    expect((await tab.vault.tries()).waitMs).toBe(waitAfter(3));
    clock.now += 365 * 24 * HOUR + waitAfter(3);
    expect(await tab.vault.unlock(PIN)).toBe("ok");
    expect((await tab.vault.tries()).left).toBe(MAX_TRIES);
  });

  it("counts a try before it is made, also in a second tab", async () => {
    const { tab, make } = await tablet();
    const second = make();
    await second.vault.choose(ME);
    await Promise.all([tab.vault.unlock("999999"), second.vault.unlock("999999")]);
    expect((await tab.vault.tries()).left).toBe(MAX_TRIES - 2);
  });

  it("is of no use after ten wrong tries; the queue is still sent, and a new PIN begins anew", async () => {
    const { tab, clock, owner } = await tablet();
    await wrongTries(tab, clock, MAX_TRIES);
    expect(tab.vault.state.get()).toEqual({ state: "none" });
    expect((await tab.device.staff(ME))?.wrapped).toBeNull();
    expect(await tab.vault.unlock(PIN)).toBe("gone");
    expect(await tab.drain()).toBe("done");
    expect(owner.log.map((each) => each.payload)).toEqual([{ memo: "扉越し" }]);
    await tab.setUp("718204");
    await tab.queue.enqueue("RecordVisit", "case", { memo: "新しいPIN" });
    expect(tab.queue.entries.get().map((entry) => [entry.readable, entry.state])).toEqual([[false, "received"], [true, "device"]]);
  });
});

describe("a page that goes to the background", () => {
  it("while the PIN is being tried stays locked, and the PIN may be tried again", async () => {
    const { tab } = await tablet();
    const going = tab.vault.unlock(PIN);
    tab.vault.lock();
    expect([await going, tab.vault.state.get().state, tab.vault.isOpen]).toEqual(["wait", "locked", false]);
    expect(await tab.vault.unlock(PIN)).toBe("ok");
  });

  it("while a PIN is being set up ends up locked", async () => {
    newProfile();
    const tab = new Tab(await Owner.make(ME, ""));
    await tab.vault.setUp(ME, PIN, 72, async () => tab.vault.lock());
    expect([tab.vault.state.get().state, tab.vault.isOpen]).toEqual(["locked", false]);
    expect(await tab.vault.unlock(PIN)).toBe("ok");
  });
});

describe("a vault that is gone", () => {
  it("because another tab set up a new PIN is closed here within the minute: what it sealed would be readable to nobody", async () => {
    const { tab, make } = await tablet();
    const other = make();
    await other.start(null);
    await tab.vault.unlock(PIN);
    await tab.vault.checkTime();
    expect(tab.vault.isOpen).toBe(true);
    await other.setUp();
    await tab.vault.checkTime();
    expect([tab.vault.state.get().state, other.vault.isOpen]).toEqual(["locked", true]);
  });

  it("because its key was deleted in another tab is closed here within the minute", async () => {
    const { owner, tab } = await tablet();
    await tab.vault.unlock(PIN);
    const other = new Tab(owner);
    await other.start(null);
    await other.vault.forget(ME);
    await tab.vault.checkTime();
    expect([tab.vault.state.get().state, tab.vault.isOpen]).toEqual(["none", false]);
  });

  it("bars the way also to a session that is still alive, but not to a password just given", async () => {
    const { tab, clock } = await tablet();
    let barred = 0;
    const make = () => new KeyVault(tab.device, { now: () => clock.now, iterations: 2, barred: () => (barred += 1) });
    const vault = make();
    await vault.begin();
    expect([vault.state.get().state, barred]).toEqual(["locked", 0]);
    await wrongTries({ vault } as Tab, clock, MAX_TRIES);
    expect(barred).toBe(1);
    await tab.setUp();
    clock.now += 73 * HOUR;
    await make().begin();
    expect(barred).toBe(2);
    await tab.setUp();
    clock.now += 73 * HOUR;
    await make().choose(ME);
    expect(barred).toBe(2);
  });
});

describe("time without contact", () => {
  it("ends the reading after 72 hours, never the queue", async () => {
    const { tab, clock, owner } = await tablet();
    clock.now = START + 72 * HOUR;
    expect(await tab.vault.unlock(PIN)).toBe("ok");
    clock.now += 1_000;
    await tab.vault.checkTime();
    expect(tab.vault.state.get()).toEqual({ state: "none" });
    await tab.queue.reload();
    expect([tab.queue.entries.get().length, tab.queue.counts.get().device]).toEqual([0, 1]);
    expect(await tab.drain()).toBe("done");
    expect(owner.log.length).toBe(1);
  });

  it.each(["open", "found at a start"])("ends for whoever used the tablet once, too, while it is another's, %s", async (how) => {
    const { tab, clock } = await tablet();
    clock.now += 1_000;
    await tab.vault.setUp(OTHER, PIN, 72, async () => undefined);
    clock.now += 71 * HOUR;
    await tab.vault.contacted(OTHER);
    await tab.vault.checkTime();
    expect((await tab.device.staff(ME))?.wrapped).not.toBeNull();
    clock.now += 2 * HOUR;
    if (how === "open") await tab.vault.checkTime();
    else await new KeyVault(tab.device, { now: () => clock.now }).begin();
    expect((await tab.device.staff(ME))?.wrapped).toBeNull();
    expect((await tab.device.staff(OTHER))?.wrapped).not.toBeNull();
  });

  it("begins again with a contact", async () => {
    const { tab, clock } = await tablet();
    clock.now += 71 * HOUR;
    await tab.vault.contacted(ME);
    clock.now += 71 * HOUR;
    expect(await tab.vault.unlock(PIN)).toBe("ok");
  });

  it("cannot be won by turning the clock back", async () => {
    const { tab, clock } = await tablet();
    clock.now = START + 60 * HOUR;
    await tab.vault.checkTime();
    clock.now = START + 73 * HOUR;
    await tab.device.changeStaff(ME, (row) => ({ ...row, highestNow: clock.now }));
    clock.now = START;
    expect(await tab.vault.unlock(PIN)).toBe("gone");
  });

  it.each([-1, 1])("a clock %i year off costs at most the reading", async (years) => {
    const { tab, clock, owner, make } = await tablet();
    clock.now += years * 365 * 24 * HOUR;
    const again = make();
    await again.start();
    expect(again.vault.state.get().state).toBe(years < 0 ? "open" : "none");
    expect(again.queue.counts.get().device).toBe(1);
    await again.drain();
    expect(owner.log.length).toBe(1);
    await tab.close();
  });
});
