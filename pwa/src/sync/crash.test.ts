import { describe, expect, it } from "vitest";
import { asked, asProcess, Scheduler, step } from "../testkit/crash";
import { Owner } from "../testkit/owner";
import { loseDatabases, loseTwin, ME, newProfile, OTHER, startWithoutDatabases, Tab } from "../testkit/tablet";
import { endDevice, handInAll, handInOrphans } from "./handIn";
import { Manifest } from "./manifest";
import { uuid7 } from "./uuid7";
import type { Held, SyncAnswer } from "./wire";

const VISIT = "33333333-3333-7333-8333-333333333333";
const [CASE_A, CASE_B] = ["44444444-4444-7444-8444-444444444444", "55555555-5555-7555-8555-555555555555"];
const today = { handoffsWaiting: 0, unreadNotices: 0, unavailable: [], openDrafts: [], contactsDue: [], receivedHandoffs: [], returnedHandoffs: [] };

/** What the person at the screen knows, and what the owner had. */
interface Told {
  saved: string[];
  /** Everything ever shown as 受領済 or 確認中, and of it what no owner had had by then. */
  received: Set<string>;
  early: string[];
  withdrawn: Set<string>;
  /** What an owner had before it was restored. */
  taken: Set<string>;
  /** Asked to be mended: lost only if neither it nor its successor is there. */
  mending?: string;
  /** The device that the gateway knows no longer. */
  revoked?: string;
}

function watch(tab: Tab, told: Told): void {
  tab.queue.entries.subscribe(() => {
    for (const { id, state } of tab.queue.entries.get()) {
      if (state !== "received" && state !== "confirming") continue;
      if (!tab.owner.has(id) && !told.taken.has(id)) told.early.push(id);
      told.received.add(id);
    }
  });
}

/** A dead process tells nobody anything. */
function saved(told: Told, { id }: { id: string }): void {
  step();
  told.saved.push(id);
}

/** The owner comes back from yesterday, with the first commands only; so does the gateway, with nothing that was handed in. */
function restore(owner: Owner, told: Told, left: number, incarnation: string): void {
  step();
  for (const { id } of owner.log) told.taken.add(id);
  owner.handedIn.clear();
  Object.assign(owner, { log: owner.log.slice(0, left), incarnation });
}

/** A day: a draft, three commands (two of one case), a refusal mended, one taken back, a lock, a lost answer, a restored owner. */
async function day(tab: Tab, owner: Owner, told: Told, restored: () => void = () => undefined): Promise<void> {
  watch(tab, told);
  await tab.drafts.save({ id: VISIT, kind: "visit", seq: 1, body: { memo: "draft" } });
  saved(told, await tab.queue.enqueue("RecordVisit", CASE_A, { mark: 1, memo: "draft" }, VISIT));
  const second = await tab.queue.enqueue("RecordVisit", CASE_A, { mark: 2, memo: "second" });
  saved(told, second);
  const third = await tab.queue.enqueue("RecordVisit", CASE_B, { mark: 3, memo: "third" });
  saved(told, third);
  owner.refuses.add(third.id);
  owner.faults.push("cut_after");
  await tab.drain();
  await tab.drain();
  await tab.drafts.save({ id: third.id, kind: "visit", seq: 1, body: { memo: "mended" } });
  told.mending = third.id;
  const mended = await tab.queue.replace(third.id, { mark: 3, memo: "mended" });
  if (mended) saved(told, mended);
  const last = await tab.queue.enqueue("ViewedOffline", CASE_B, { mark: 4 });
  saved(told, last);
  await tab.lock();
  await tab.drain();
  restore(owner, told, 1, "two");
  restored();
  await tab.queue.afterContact(["two"], 1_000);
  await tab.drain();
}

/** After the kill: a fresh page, then a quiet network. */
async function recover(owner: Owner, told: Told): Promise<Tab> {
  const tab = new Tab(owner);
  watch(tab, told);
  owner.faults = [];
  await tab.start();
  if (tab.vault.state.get().state === "none") return tab;
  await tab.drain();
  for (const entry of tab.queue.entries.get()) {
    if (entry.state !== "refused") continue;
    told.withdrawn.add(entry.id);
    await tab.queue.withdraw(entry.id);
  }
  await tab.queue.afterContact([owner.incarnation], 2_000);
  await tab.drain();
  return tab;
}

/** Another day: seals that the gateway cannot open, what a manager looks at, what went over the network, contacts that bring records, a
 *  decision and word of a restore; at last a revoked device that hands in what is here, a colleague's too, and again to a restored gateway. */
async function laterDay(tab: Tab, owner: Owner, told: Told): Promise<void> {
  watch(tab, told);
  const manifest = manifestOf(tab);
  const device = (await tab.device.device())?.id ?? "";
  const write = async (mark: number, subject: string) => saved(told, await tab.queue.enqueue("RecordVisit", subject, { mark, visitId: uuid7() }));
  await manifest.pull();
  await tab.queue.keepRegistration({ ...owner.registration, secret: btoa("x".repeat(32)), device });
  await write(1, CASE_A);
  await write(2, CASE_A);
  await write(3, CASE_B);
  owner.confirms = true;
  await carryOn(tab);
  const online = { id: uuid7(), type: "AcceptHandoff", v: 1, author: ME, subject: "handoff", deviceSeq: 4, capturedAt: "", payload: { mark: 4 } };
  await asked(async () => owner.log.push(online));
  await tab.queue.keep(online, owner.incarnation);
  saved(told, online);
  await manifest.pull();
  owner.confirms = false;
  await manifest.pull();
  restore(owner, told, 1, "two");
  await manifest.pull();
  await carryOn(tab);
  await write(5, CASE_A);
  await write(6, CASE_B);
  told.revoked = device;
  owner.faults.push("revoked", "cut_after");
  await tab.drain();
  await revoke(tab);
  await handInOrphans(tab.device, gateway(owner));
  restore(owner, told, 1, "three");
  await tab.queue.afterContact(["three"], 2_000);
  await handInOrphans(tab.device, gateway(owner));
}

const gateway = (owner: Owner) => ({ handIn: (commands: Parameters<Owner["handIn"]>[0]) => asked(() => owner.handIn(commands)) });

/** Contacts of a page: the record of the case says how much its owner has. */
function manifestOf(tab: Tab): Manifest {
  const { owner } = tab;
  const answer = async (have: Held[]) => {
    const etag = String(owner.log.length);
    const record = { id: CASE_A, etag, card: { id: CASE_A, label: etag, openedAt: "", nextPromisedOn: null }, record: { label: etag } };
    const confirming = owner.confirms ? owner.log.map(({ payload }) => ({ id: payload.visitId, state: "waiting" })) : [];
    const rest = { sessions: [], drop: [], erased: [], unavailable: [], today, confirming, serverTime: new Date(1_000).toISOString(), readableHours: 72 };
    return { cases: have.some((each) => each.etag === etag) ? [] : [record], incarnations: [owner.incarnation], ...rest } as unknown as SyncAnswer;
  };
  const me = async () => ({ staff: { id: ME, name: "" }, assignments: [] });
  const wire = { me: () => asked(me), notices: () => asked(async () => []), sync: (have: Held[]) => asked(() => answer(have)) };
  const contacted = async ({ confirming, incarnations, serverTime }: SyncAnswer) => {
    await tab.vault.contacted(ME);
    await tab.queue.confirmed(confirming ?? []);
    await tab.queue.afterContact(incarnations, Date.parse(serverTime));
  };
  return new Manifest(tab.vault, { store: () => tab.queue.store, wire, now: Date.now, waiting: () => 0, about: async () => tab.queue.keptCases(), contacted });
}

/** A page's round: what another device sealed is handed in, the rest is sent, and sealed again if it must be. */
async function carryOn(tab: Tab): Promise<void> {
  const register = async () => ({ ...tab.owner.registration, device: (await tab.device.device())?.id ?? "" });
  await handInOrphans(tab.device, gateway(tab.owner));
  do await tab.drain();
  while (await tab.queue.sealAgain(() => asked(register)));
}

async function revoke(tab: Tab): Promise<void> {
  await tab.vault.forget(ME);
  await endDevice(tab.device, gateway(tab.owner));
}

/** As `recover`, and then once more from an owner and a gateway that have forgotten everything. */
async function recoverLater(owner: Owner, told: Told, at: number): Promise<Tab> {
  const [tab, colleague] = [new Tab(owner), new Tab(owner, { staff: OTHER })];
  watch(tab, told);
  Object.assign(owner, { faults: [], confirms: false });
  await tab.start();
  await colleague.start(null);
  if ((await tab.device.device())?.id === told.revoked) await revoke(tab);
  const manifest = manifestOf(tab);
  for (const incarnation of [owner.incarnation, "last"]) {
    if (incarnation === "last") restore(owner, told, 0, incarnation);
    await manifest.pull();
    const [card, record] = [manifest.home.get()?.cards[0]?.label, await manifest.read(`case/${CASE_A}`)];
    if (!told.revoked) expect([card, record], `old records at step ${at}`).toMatchObject([String(owner.log.length), { record: { label: card } }]);
    for (const { queue } of [tab, colleague]) await queue.afterContact([incarnation], 2_000);
    await carryOn(tab);
    await manifest.pull();
    await handInAll(tab.device, owner);
  }
  for (const { queue } of [tab, colleague]) {
    await queue.reload();
    expect(await queue.store?.read(["queue"], (tx) => tx.objectStore("queue").index("open").count()), `still waits at step ${at}`).toBe(0);
  }
  const keys = (await tab.device.everybody()).filter(({ wrapped }) => wrapped);
  expect(keys.length, `a revoked device keeps no way in, at step ${at}`).toBe(told.revoked ? 0 : 2);
  if (!told.revoked) expect(tab.queue.counts.get().confirming, `decided, and still 確認中 at step ${at}`).toBe(0);
  return tab;
}

async function check(owner: Owner, tab: Tab, told: Told, at: number): Promise<void> {
  const isThere = (id: string) => owner.has(id) || owner.handedIn.has(id);
  const marks = new Map([...owner.log, ...owner.handedIn.values()].map(({ id, payload }) => [id, payload.mark]));
  expect(owner.doubled(), `doubled at step ${at}`).toEqual([]);
  expect(new Set(marks.values()).size, `handed in and sent as another at step ${at}`).toBe(marks.size);
  const untold = [...marks.keys()].filter((id) => !told.saved.includes(id));
  expect(untold.length, `more than the one command that was being written came from nowhere at step ${at}`).toBeLessThanOrEqual(1);
  expect(told.early, `shown as received before it was at step ${at}`).toEqual([]);
  for (const id of told.received) expect(isThere(id), `shown as received, but lost, at step ${at}`).toBe(true);
  const mended = owner.log.some((each) => each.payload.memo === "mended");
  for (const id of told.saved) expect(isThere(id) || told.withdrawn.has(id) || (id === told.mending && mended), `lost at step ${at}`).toBe(true);
  for (const { body } of await tab.drafts.all()) expect(owner.log.some((each) => each.payload.memo === body.memo), `draft and command both, at step ${at}`).toBe(false);
  for (const subject of [CASE_A, CASE_B]) {
    const order = owner.log.flatMap((each) => (each.subject === subject ? Number(each.payload.mark) : []));
    expect(order, `order of one case at step ${at}`).toEqual(order.toSorted());
  }
  expect(tab.queue.counts.get()).toMatchObject({ device: 0, sent: 0, refused: 0 });
}

async function tablet(): Promise<{ owner: Owner; told: Told }> {
  newProfile();
  const owner = await Owner.make(ME, "");
  const before = new Tab(owner);
  await before.setUp();
  await before.close();
  return { owner, told: { saved: [], received: new Set(), early: [], withdrawn: new Set(), taken: new Set() } };
}

/** With a colleague's queue on it. */
async function sharedTablet(): ReturnType<typeof tablet> {
  const { owner, told } = await tablet();
  const colleague = new Tab(owner, { staff: OTHER });
  await colleague.setUp();
  saved(told, await colleague.queue.enqueue("RecordVisit", CASE_B, { mark: 0 }));
  await colleague.close();
  return { owner, told };
}

interface Day {
  tablet: typeof tablet;
  day: (tab: Tab, owner: Owner, told: Told) => Promise<void>;
  recover: (owner: Owner, told: Told, at: number) => Promise<Tab>;
}

const FIRST: Day = { tablet, day, recover };
const LATER: Day = { tablet: sharedTablet, day: laterDay, recover: recoverLater };

/** One day killed at step `at`, and what the browser did then; true when the day ended before that. */
async function dayKilledAt(at: number, then: () => unknown = () => undefined, { tablet, day, recover } = FIRST): Promise<boolean> {
  const { owner, told } = await tablet();
  const ended = await asProcess(new Scheduler(at), async () => {
    const tab = new Tab(owner);
    await tab.start();
    await day(tab, owner, told);
  });
  await then();
  await check(owner, await recover(owner, told, at), told, at);
  return ended;
}

/** A day killed in the moment in which most is left to do again (its owner came back from yesterday), and killed again at step `at`
 *  of the recovery: putting back from the second copy, aligning, sending again. True when the recovery ended before that. */
async function recoveryKilledAt(at: number, then: () => unknown): Promise<boolean> {
  const { owner, told } = await tablet();
  const first = new Scheduler();
  await asProcess(first, async () => {
    const tab = new Tab(owner);
    await tab.start();
    await day(tab, owner, told, () => first.kill());
  });
  expect(told.saved.length).toBe(5);
  await then();
  const ended = await asProcess(new Scheduler(at), async () => void (await recover(owner, told)));
  await check(owner, await recover(owner, told), told, at);
  return ended;
}

describe("a tablet that dies at any step", () => {
  it("loses nothing, doubles nothing and never says received too early", async () => {
    let at = 1;
    while (!(await dayKilledAt(at))) at += 1;
    console.log(`killed at each of ${at - 1} steps`);
    expect(at).toBeGreaterThan(150);
  }, 120_000);

  it.each([["starts without its databases", startWithoutDatabases], ["loses them under a page", loseDatabases], ["loses their second copy", loseTwin]])("and whose browser then %s, loses nothing", async (_, then) => {
    let at = 1;
    while (!(await dayKilledAt(at, then))) at += 1;
    console.log(`killed at each of ${at - 1} steps, and then ${_}`);
    expect(at).toBeGreaterThan(150);
  }, 120_000);

  it.each<[string, () => unknown]>([["loses nothing", () => undefined], ["starts without its databases", startWithoutDatabases]])("and whose browser then %s, and that dies again at any step of the recovery", async (_, then) => {
    let at = 1;
    while (!(await recoveryKilledAt(at, then))) at += 1;
    console.log(`killed again at each of ${at - 1} steps of the recovery of a browser that ${_}`);
    expect(at).toBeGreaterThan(50);
  }, 60_000);

  it.each<[string, number, () => unknown]>([["loses nothing", 1, () => undefined], ["starts without its databases", 5, startWithoutDatabases]])("on a day of bad seals, decisions, contacts and a revocation, and whose browser then %s", async (_, every, then) => {
    let at = 1;
    while (!(await dayKilledAt(at, then, LATER))) at += every;
    console.log(`killed at ${(at - 1) / every} steps of another day, ${every} apart, and then ${_}`);
    expect(at).toBeGreaterThan(400);
  }, 120_000);

  it("leaves nothing behind that still writes: work that nobody waited for dies with it", async () => {
    const { owner } = await tablet();
    const scheduler = new Scheduler();
    const tab = new Tab(owner);
    await tab.start();
    const soon = () => new Promise((done) => setTimeout(done));
    let left: Promise<unknown> = Promise.resolve();
    const ended = await asProcess(scheduler, async () => {
      left = soon().then(() => tab.queue.enqueue("RecordVisit", CASE_A, { mark: 1 })).catch((failure: unknown) => failure);
      scheduler.kill();
    });
    expect([ended, await left]).toEqual([false, expect.any(Error)]);
    expect(await tab.queue.store?.read(["queue"], (tx) => tx.objectStore("queue").count())).toBe(0);
  });

  it("has a vault or none when it dies while the PIN is set up, and never half of one", async () => {
    let at = 1;
    for (let ended = false; !ended; at++) {
      newProfile();
      const owner = await Owner.make(ME, "");
      ended = await asProcess(new Scheduler(at), () => new Tab(owner).setUp());
      const tab = new Tab(owner);
      await tab.start();
      if (tab.vault.state.get().state === "none") await tab.setUp();
      await tab.queue.enqueue("RecordVisit", CASE_A, {});
      expect(await tab.drain(), `step ${at}`).toBe("done");
      expect(owner.log.length).toBe(1);
    }
    console.log(`killed at each of ${at - 2} steps of the set-up`);
  }, 60_000);
});
