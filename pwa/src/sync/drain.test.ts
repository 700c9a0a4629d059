import { IDBObjectStore as FakeObjectStore } from "fake-indexeddb";
import { afterEach, describe, expect, it } from "vitest";
import { DeviceFailure, trouble } from "../db/trouble";
import { type Fault, Owner } from "../testkit/owner";
import { Locks, ME, newProfile, OTHER, PIN, Tab } from "../testkit/tablet";
import { GatewayFailure } from "../gateway/client";
import { endDevice, handInAll, handInOrphans, waitingHere } from "./handIn";
import { settled } from "./rows";
import { uuid7 } from "./uuid7";

async function tablet(count = 0) {
  newProfile();
  const owner = await Owner.make(ME, "");
  const locks = new Locks();
  const tab = new Tab(owner, { locks });
  await tab.setUp();
  for (let i = 0; i < count; i++) await tab.queue.enqueue("RecordVisit", `case-${i}`, { i });
  return { owner, tab, locks };
}

const states = (tab: Tab) => tab.queue.entries.get().map((entry) => entry.state);

afterEach(() => trouble.set(null));

describe("sending", () => {
  it("sends at most fifty at once, and one of each subject", async () => {
    const { owner, tab } = await tablet(120);
    for (let i = 0; i < 3; i++) await tab.queue.enqueue("LogAttendance", "case-0", {});
    const sizes: number[] = [];
    const send = owner.submitSealed;
    owner.submitSealed = async (commands) => (sizes.push(commands.length), send(commands));
    expect(await tab.drain()).toBe("done");
    expect([Math.max(...sizes), owner.log.length]).toEqual([50, 123]);
    expect(sizes.length).toBeLessThan(7);
  });

  it("what another tab made the page read again before its writing was told stands on the screen once", async () => {
    const { tab } = await tablet();
    const { store } = tab.queue;
    if (!store) throw new Error("nobody's queue");
    const write = store.write.bind(store);
    store.write = async (...asked) => {
      const written = await write(...asked);
      await tab.queue.reload();
      return written;
    };
    await tab.queue.enqueue("RecordVisit", "case-1", {});
    expect([tab.queue.entries.get().length, tab.queue.counts.get().device]).toEqual([1, 1]);
  });

  it("two tabs and a locked one at once have every effect once", async () => {
    const { owner, tab, locks } = await tablet(60);
    const [second, locked] = [new Tab(owner, { locks }), new Tab(owner, { locks })];
    await second.start();
    await locked.start(null);
    await Promise.all([tab.drain(), second.drain(), locked.drain()]);
    expect([owner.log.length, owner.deliveries]).toEqual([60, 60]);
    await second.queue.reload();
    expect(new Set(states(second))).toEqual(new Set(["received"]));
  });

  it("without Web Locks the ids alone keep effects single", async () => {
    const { owner, tab } = await tablet(60);
    const second = new Tab(owner);
    await second.start();
    await Promise.all([tab.drain(), second.drain()]);
    expect(owner.log.length).toBe(60);
  });

  it.each<Fault>(["cut_before", "cut_after", "portal", "wrong_body", "429", "500"])("tries again later after %s, and nobody is asked to sign in", async (fault) => {
    const { owner, tab } = await tablet(3);
    owner.faults.push(fault);
    expect(await tab.drain()).toBe("later");
    expect([await tab.drain(), new Set(states(tab)), owner.log.length]).toEqual(["done", new Set(["received"]), 3]);
  });

  it("an answer that names no command is none", async () => {
    const { owner, tab } = await tablet(3);
    owner.submitSealed = async () => ({ submitSealed: [] });
    expect([await tab.drain(), new Set(states(tab))]).toEqual(["later", new Set(["device"])]);
  });

  it("pauses at the end of a session and keeps everything", async () => {
    const { owner, tab } = await tablet(2);
    owner.signedIn = null;
    expect(await tab.drain()).toBe("signed_out");
    owner.signedIn = OTHER;
    expect(await tab.drain()).toBe("signed_out");
    expect(states(tab)).toEqual(["device", "device"]);
    owner.signedIn = ME;
    expect(await tab.drain()).toBe("done");
    expect(states(tab)).toEqual(["received", "received"]);
  });

  it("shows the answer to a request that was under way to nobody who signed in since", async () => {
    const { owner, tab, locks } = await tablet(1);
    const other = new Tab(owner, { locks, staff: OTHER });
    await other.setUp("718204");
    await other.close();
    const send = owner.submitSealed;
    owner.submitSealed = async (commands) => {
      const answer = await send(commands);
      await tab.turnTo(OTHER, "718204");
      return answer;
    };
    await tab.drain();
    expect([tab.queue.entries.get(), tab.queue.counts.get().received]).toEqual([[], 0]);
    await tab.turnTo(ME);
    expect(states(tab)).toEqual(["received"]);
  });

  it("never takes another person's refusal for an answer", () => {
    const row = { n: 1, id: "a", subject: "s", state: "device", open: 1, sealed: new Uint8Array(), blob: "", kid: "", device: "", outcome: null, incarnation: null, receivedAt: null, keptSince: null } as const;
    const outcome = { id: "a", status: "REFUSED", code: "not_the_author", message: null, reason: null, fields: [], refs: {}, incarnation: null } as const;
    expect(settled(row, { ...outcome, fields: [] }, 0)).toBeNull();
  });

  it("says sent, and goes on with other subjects, while one owner does not answer", async () => {
    const { owner, tab } = await tablet(2);
    owner.retries.add("case-0");
    expect(await tab.drain()).toBe("later");
    expect(states(tab)).toEqual(["sent", "received"]);
    expect(tab.queue.counts.get()).toMatchObject({ device: 0, sent: 1, received: 1 });
  });

  it("isolates the one command that is too large", async () => {
    const { owner, tab } = await tablet(3);
    const big = tab.queue.entries.get()[1]?.id ?? "";
    const send = owner.submitSealed;
    owner.submitSealed = async (commands) => {
      if (commands.some((each) => each.id === big)) owner.faults.push("413");
      return send(commands);
    };
    await tab.drain();
    expect(states(tab)).toEqual(["received", "refused", "received"]);
    expect(tab.queue.entries.get()[1]?.outcome?.code).toBe("body_too_large");
  });
});

describe("commands that fail as a whole", () => {
  it("at the head of the queue they starve nobody behind them", async () => {
    const { owner, tab } = await tablet(6);
    const bad = new Set(tab.queue.entries.get().slice(0, 3).map((entry) => entry.id));
    const send = owner.submitSealed;
    owner.submitSealed = async (commands) => {
      if (commands.some((each) => bad.has(each.id))) throw new GatewayFailure("refused", "unexpected");
      return send(commands);
    };
    for (let run = 0; run < 3; run++) expect(await tab.drain()).toBe("later");
    expect(owner.log.length).toBe(3);
    bad.clear();
    await tab.drain();
    expect(await tab.drain()).toBe("done");
    expect(owner.log.length).toBe(6);
  });
});

describe("a refusal", () => {
  it("blocks only its subject until a person mends it, in its own place", async () => {
    const { owner, tab } = await tablet();
    const first = await tab.queue.enqueue("RecordVisit", "case", { n: 1 });
    owner.refuses.add(first.id);
    await tab.queue.enqueue("RecordVisit", "case", { n: 2 });
    await tab.queue.enqueue("RecordVisit", "other", { n: 3 });
    await tab.drain();
    expect(states(tab)).toEqual(["refused", "device", "received"]);
    const mended = await tab.queue.replace(first.id, { n: 4 });
    expect(mended?.id).not.toBe(first.id);
    await tab.drain();
    expect(owner.log.map((each) => each.payload.n)).toEqual([3, 4, 2]);
    expect(await tab.queue.withdraw(mended?.id ?? "")).toBe(false);
  });

  it("taken back, it is gone and the next goes on", async () => {
    const { owner, tab } = await tablet();
    const first = await tab.queue.enqueue("RecordVisit", "case", { n: 1 });
    owner.refuses.add(first.id);
    await tab.queue.enqueue("RecordVisit", "case", { n: 2 });
    await tab.drain();
    expect(await tab.queue.withdraw(first.id)).toBe(true);
    await tab.drain();
    expect(states(tab)).toEqual(["received"]);
  });

  it("handed in by another tab meanwhile, it is neither mended nor taken back here", async () => {
    const { owner, tab, locks } = await tablet(1);
    const [{ id } = { id: "" }] = tab.queue.entries.get();
    owner.refuses.add(id);
    await tab.drain();
    await tab.queue.reload();
    const other = new Tab(owner, { locks });
    await other.start();
    await handInAll(other.device, owner);
    expect([await tab.queue.replace(id, { i: 1 }), await tab.queue.withdraw(id)]).toEqual([null, false]);
    await tab.drain();
    expect([owner.log.length, owner.handedIn.size]).toEqual([0, 1]);
  });

  it("of a seal the gateway cannot open: sealed again once, then a person's matter", async () => {
    const { owner, tab } = await tablet(1);
    const honest = owner.registration;
    await tab.queue.keepRegistration({ ...honest, secret: btoa("x".repeat(32)), device: (await tab.device.device())?.id ?? "" });
    const bad = await tab.queue.enqueue("RecordVisit", "case", { n: 1 });
    await tab.drain();
    expect(states(tab)).toEqual(["received", "device"]);
    expect(await tab.queue.sealAgain(async () => ({ ...honest, device: (await tab.device.device())?.id ?? "" }))).toBe(true);
    await tab.drain();
    expect(states(tab)).toEqual(["received", "received"]);
    expect(owner.has(bad.id)).toBe(true);
  });
});

describe("what was received", () => {
  it("is kept 72 h of server time and sent again to a restored owner", async () => {
    const { owner, tab } = await tablet(2);
    await tab.drain();
    expect(await tab.queue.afterContact(["one"], 1_000)).toBe(false);
    Object.assign(owner, { log: [], incarnation: "two" });
    expect(await tab.queue.afterContact(["two"], 2_000)).toBe(true);
    await tab.drain();
    expect(owner.log.length).toBe(2);
    await tab.queue.afterContact(["two"], 3_000);
    await tab.queue.afterContact(["two"], 3_000 + 72 * 3_600_000);
    expect(tab.queue.entries.get().length).toBe(2);
    await tab.queue.afterContact(["two"], 3_001 + 72 * 3_600_000);
    expect(tab.queue.entries.get().length).toBe(0);
  });

  it("waits, sent, while the case that a restore took back is absent; nobody is asked to mend it, and what came later keeps its place", async () => {
    const { owner, tab } = await tablet(1);
    await tab.drain();
    await tab.queue.afterContact(["one"], 1_000);
    Object.assign(owner, { log: [], incarnation: "two" });
    owner.absent.add("case-0");
    await tab.queue.enqueue("RecordVisit", "case-0", { i: 1 });
    expect(await tab.queue.afterContact(["two"], 2_000)).toBe(true);
    expect(await tab.drain()).toBe("later");
    expect(states(tab)).toEqual(["sent", "device"]);
    owner.absent.clear();
    await tab.drain();
    expect([owner.log.map(({ payload }) => payload.i), states(tab)]).toEqual([[0, 1], ["received", "received"]]);
  });

  it("a visit that met the absent case before the restore was heard of goes by itself, too", async () => {
    const { owner, tab } = await tablet(1);
    await tab.drain();
    await tab.queue.afterContact(["one"], Date.now());
    Object.assign(owner, { log: [], incarnation: "two" });
    owner.absent.add("case-0").add("case-new");
    await tab.queue.enqueue("RecordVisit", "case-new", { i: 1 });
    await tab.drain();
    expect(states(tab)).toEqual(["received", "refused"]);
    await tab.queue.afterContact(["two"], Date.now());
    await tab.drain();
    expect(states(tab)).toEqual(["sent", "sent"]);
    owner.absent.clear();
    await tab.drain();
    expect(states(tab)).toEqual(["received", "received"]);
  });

  it("is put to its person when the case is not there an hour after the restore", async () => {
    const { owner, tab } = await tablet(1);
    await tab.drain();
    await tab.queue.afterContact(["one"], 1_000);
    Object.assign(owner, { log: [], incarnation: "two" });
    owner.absent.add("case-0");
    await tab.queue.afterContact(["two"], 2_000);
    await tab.queue.afterContact(["two"], 2_000 + 3_600_000);
    await tab.drain();
    expect(states(tab)).toEqual(["sent"]);
    await tab.queue.afterContact(["two"], 2_001 + 3_600_000);
    await tab.drain();
    expect(states(tab)).toEqual(["refused"]);
  });

  it("what was refused long before the restore, or for another reason, stays with its person", async () => {
    const { owner, tab } = await tablet(1);
    await tab.drain();
    const { id } = await tab.queue.enqueue("RecordVisit", "case-bad", {});
    owner.refuses.add(id);
    owner.refusal = "invalid_payload";
    owner.absent.add("case-old");
    await tab.queue.enqueue("RecordVisit", "case-old", {});
    await tab.drain();
    const refusedAt = Date.now();
    await tab.queue.afterContact(["one"], refusedAt);
    Object.assign(owner, { log: [], incarnation: "two" });
    owner.absent.clear();
    await tab.queue.afterContact(["two"], refusedAt + 3_700_000);
    await tab.drain();
    expect(states(tab)).toEqual(["received", "refused", "refused"]);
    expect(owner.log.length).toBe(1);
  });

  it("what went over the network and was accepted is kept, too, counted nowhere, and sent again to a restored owner", async () => {
    const { owner, tab } = await tablet();
    const envelope = { id: uuid7(), type: "AcceptHandoff", v: 1, author: ME, subject: "handoff-1", deviceSeq: 1, capturedAt: new Date().toISOString(), payload: { caseId: "case-1" } };
    await tab.queue.keep(envelope, "one");
    await tab.queue.enqueue("RecordVisit", "case-1", {});
    expect(await tab.drain()).toBe("done");
    expect([tab.queue.counts.get().received, owner.log.length]).toEqual([1, 1]);
    await tab.queue.afterContact(["one"], 1_000);
    Object.assign(owner, { log: [], incarnation: "two" });
    expect(await tab.queue.afterContact(["two"], 2_000)).toBe(true);
    await tab.drain();
    expect(owner.log.map(({ type, id }) => [type, id === envelope.id])).toEqual([["AcceptHandoff", true], ["RecordVisit", false]]);
  });

  it("another person's is not kept under this one's key", async () => {
    const { tab } = await tablet();
    const envelope = { id: uuid7(), type: "AcceptHandoff", v: 1, author: OTHER, subject: "handoff-1", deviceSeq: 1, capturedAt: "", payload: {} };
    await expect(tab.queue.keep(envelope, "one")).rejects.toThrow();
  });

  it("is not sent again because an owner was silent", async () => {
    const { tab } = await tablet(1);
    await tab.drain();
    expect(await tab.queue.afterContact([], 1_000)).toBe(false);
  });
});

describe("a device that was revoked", () => {
  it("keeps no way in, and hands in what it has; the author finds it there", async () => {
    const { owner, tab } = await tablet(2);
    owner.faults.push("revoked");
    expect(await tab.drain()).toBe("revoked");
    await tab.lock();
    expect(await endDevice(tab.device, owner)).toBe(0);
    expect([owner.handedIn.size, (await tab.device.staff(ME))?.wrapped]).toEqual([2, null]);
    const again = new Tab(owner);
    await again.start();
    expect([again.vault.state.get().state, again.queue.counts.get().device]).toEqual(["none", 0]);
  });

  it("keeps the queue while it cannot be handed in, and hands it in later", async () => {
    const { owner, tab } = await tablet(2);
    owner.faults.push("cut_before");
    expect(await endDevice(tab.device, owner)).toBe(2);
    expect(await waitingHere(tab.device)).toEqual([{ staffId: ME, count: 2 }]);
    expect(await tab.drain()).toBe("done");
    expect(owner.log).toEqual([]);
    await handInOrphans(tab.device, owner);
    expect(owner.handedIn.size).toBe(2);
  });

  it("hands in again what a restored gateway has forgotten, shows none of it meanwhile, and forgets it after 72 h", async () => {
    const { owner, tab } = await tablet(2);
    await endDevice(tab.device, owner);
    const again = new Tab(owner);
    await again.start();
    expect(await waitingHere(again.device)).toEqual([{ staffId: ME, count: 0 }]);
    expect([again.queue.entries.get(), again.queue.counts.get().device]).toEqual([[], 0]);
    await again.queue.afterContact(["one"], 1_000);
    owner.handedIn.clear();
    owner.incarnation = "two";
    expect(await again.queue.afterContact(["two"], 2_000)).toBe(true);
    await handInOrphans(again.device, owner);
    expect(owner.handedIn.size).toBe(2);
    await again.queue.afterContact(["two"], 3_000);
    await again.queue.afterContact(["two"], 3_000 + 72 * 3_600_000 + 1);
    expect(await again.queue.store?.read(["queue"], (tx) => tx.objectStore("queue").count())).toBe(0);
  });

  it("lets whoever holds it hand in another person's queue", async () => {
    const { owner, tab } = await tablet(2);
    await tab.lock();
    const other = new Tab(owner, { staff: OTHER });
    await other.setUp("718204");
    expect(await handInAll(other.device, owner)).toBe(0);
    expect([...owner.handedIn.values()].map((each) => each.author)).toEqual([ME, ME]);
    expect(other.vault.state.get()).toEqual({ state: "open", staffId: OTHER });
  });
});

describe("a queue that is handed in", () => {
  /** A gateway that takes at most so many characters at once. */
  function narrow(owner: Owner, limit: number): Pick<Owner, "handIn"> {
    return {
      handIn: async (commands) => {
        if (JSON.stringify(commands).length > limit) throw new GatewayFailure("refused", "body_too_large");
        return owner.handIn(commands);
      },
    };
  }

  it("goes in halves when it is too large for one request", async () => {
    const { owner, tab } = await tablet(14);
    const one = JSON.stringify((await tab.queue.store?.read(["queue"], (tx) => tx.objectStore("queue").getAll()))?.[0]?.blob).length;
    expect(await handInAll(tab.device, narrow(owner, one * 5))).toBe(0);
    expect(owner.handedIn.size).toBe(14);
  });

  it("one command too large for any request stays, is counted, and stops no other and nobody else's", async () => {
    const { owner, tab } = await tablet(2);
    await tab.queue.enqueue("RecordVisit", "case-large", { memo: "あ".repeat(9_000) });
    await tab.queue.enqueue("RecordVisit", "case-last", {});
    const other = new Tab(owner, { staff: OTHER });
    await other.setUp("718204");
    await other.queue.enqueue("RecordVisit", "case-other", {});
    expect(await handInAll(tab.device, narrow(owner, 9_000))).toBe(1);
    expect(owner.handedIn.size).toBe(4);
  });

  it("one person's trouble stops nobody else's", async () => {
    const { owner, tab } = await tablet(2);
    const other = new Tab(owner, { staff: OTHER });
    await other.setUp("718204");
    await other.queue.enqueue("RecordVisit", "case-other", {});
    owner.faults.push("cut_before");
    expect(await handInAll(tab.device, owner)).toBe(2);
    expect([...owner.handedIn.values()].map((each) => each.author)).toEqual([OTHER]);
  });
});

describe("the device's store", () => {
  it("full: nothing is written, what was there is safe, the screen is told", async () => {
    const { owner, tab } = await tablet(1);
    const add = FakeObjectStore.prototype.add;
    FakeObjectStore.prototype.add = () => {
      throw new DOMException("no room", "QuotaExceededError");
    };
    try {
      await tab.drafts.save({ id: "d", kind: "visit", seq: 1, body: {} });
      await expect(tab.queue.enqueue("RecordVisit", "case", {}, "d")).rejects.toThrow(DeviceFailure);
      expect([trouble.get(), (await tab.drafts.all()).length]).toEqual(["device_full", 1]);
    } finally {
      FakeObjectStore.prototype.add = add;
    }
    await tab.queue.enqueue("RecordVisit", "case", {});
    expect(trouble.get()).toBeNull();
    await tab.drain();
    expect(owner.log.length).toBe(2);
  });

  it("closed by the browser: opens again and goes on", async () => {
    const { tab } = await tablet(1);
    const opened = await Reflect.get(tab.queue.store ?? {}, "opened");
    opened.close();
    await tab.queue.enqueue("RecordVisit", "case", {});
    expect(states(tab)).toEqual(["device", "device"]);
  });

  it("of a newer page: this page says so and writes nothing; the newer one has everything", async () => {
    const { owner, tab } = await tablet(1);
    const newer = new Tab(owner, { version: 2 });
    await newer.start(PIN);
    expect(states(newer)).toEqual(["device"]);
    await expect(tab.queue.enqueue("RecordVisit", "case", {})).rejects.toThrow(DeviceFailure);
    expect(trouble.get()).toBe("device_closed");
    await newer.drain();
    expect(owner.log.length).toBe(1);
  });
});
