import { describe, expect, it } from "vitest";
import { asProcess, Scheduler, step } from "../testkit/crash";
import { Owner } from "../testkit/owner";
import { loseDatabases, loseTwin, ME, newProfile, startWithoutDatabases, Tab } from "../testkit/tablet";

const VISIT = "33333333-3333-7333-8333-333333333333";
const [CASE_A, CASE_B] = ["44444444-4444-7444-8444-444444444444", "55555555-5555-7555-8555-555555555555"];

/** What the person at the screen knows. */
interface Told {
  saved: string[];
  /** Everything ever shown as 受領済. */
  received: Set<string>;
  withdrawn: Set<string>;
  /** Asked to be mended: lost only if neither it nor its successor is there. */
  mending?: string;
}

function watch(tab: Tab, told: Told): void {
  tab.queue.entries.subscribe(() => {
    for (const entry of tab.queue.entries.get()) if (entry.state === "received") told.received.add(entry.id);
  });
}

/** A day: a draft, three commands (two of one case), a refusal mended, one taken back, a lock, a lost answer, a restored owner. */
async function day(tab: Tab, owner: Owner, told: Told, restored: () => void = () => undefined): Promise<void> {
  watch(tab, told);
  const saved = ({ id }: { id: string }) => {
    step(); // A dead process tells nobody anything.
    told.saved.push(id);
  };
  await tab.drafts.save({ id: VISIT, kind: "visit", seq: 1, body: { memo: "draft" } });
  saved(await tab.queue.enqueue("RecordVisit", CASE_A, { mark: 1, memo: "draft" }, VISIT));
  const second = await tab.queue.enqueue("RecordVisit", CASE_A, { mark: 2, memo: "second" });
  saved(second);
  const third = await tab.queue.enqueue("RecordVisit", CASE_B, { mark: 3, memo: "third" });
  saved(third);
  owner.refuses.add(third.id);
  owner.faults.push("cut_after");
  await tab.drain();
  await tab.drain();
  await tab.drafts.save({ id: third.id, kind: "visit", seq: 1, body: { memo: "mended" } });
  told.mending = third.id;
  const mended = await tab.queue.replace(third.id, { mark: 3, memo: "mended" });
  if (mended) saved(mended);
  const last = await tab.queue.enqueue("ViewedOffline", CASE_B, { mark: 4 });
  saved(last);
  await tab.lock();
  await tab.drain();
  owner.log = owner.log.slice(0, 1);
  owner.incarnation = "two";
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

async function check(owner: Owner, tab: Tab, told: Told, at: number): Promise<void> {
  expect(owner.doubled(), `doubled at step ${at}`).toEqual([]);
  const untold = owner.log.filter((each) => !told.saved.includes(each.id));
  expect(untold.length, `more than the one command that was being written came from nowhere at step ${at}`).toBeLessThanOrEqual(1);
  for (const id of told.received) expect(owner.has(id), `shown as received, but lost, at step ${at}`).toBe(true);
  const mended = owner.log.some((each) => each.payload.memo === "mended");
  for (const id of told.saved) expect(owner.has(id) || told.withdrawn.has(id) || (id === told.mending && mended), `lost at step ${at}`).toBe(true);
  for (const { body } of await tab.drafts.all()) expect(owner.log.some((each) => each.payload.memo === body.memo), `draft and command both, at step ${at}`).toBe(false);
  for (const [index, memo] of ["draft", "second"].entries()) {
    const place = owner.log.filter((each) => each.subject === CASE_A).findIndex((each) => each.payload.memo === memo);
    if (place >= 0) expect(place, `order of one case at step ${at}`).toBe(index);
  }
  expect(tab.queue.counts.get()).toMatchObject({ device: 0, sent: 0, refused: 0 });
}

async function tablet(): Promise<{ owner: Owner; told: Told }> {
  newProfile();
  const owner = await Owner.make(ME, "");
  const before = new Tab(owner);
  await before.setUp();
  await before.close();
  return { owner, told: { saved: [], received: new Set(), withdrawn: new Set() } };
}

/** One day killed at step `at`, and what the browser did then; true when the day ended before that. */
async function dayKilledAt(at: number, then: () => unknown = () => undefined): Promise<boolean> {
  const { owner, told } = await tablet();
  const ended = await asProcess(new Scheduler(at), async () => {
    const tab = new Tab(owner);
    await tab.start();
    await day(tab, owner, told);
  });
  await then();
  await check(owner, await recover(owner, told), told, at);
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
