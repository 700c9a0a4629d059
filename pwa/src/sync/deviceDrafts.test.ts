import { beforeEach, describe, expect, it } from "vitest";
import { Owner } from "../testkit/owner";
import { ME, newProfile, Tab } from "../testkit/tablet";

const VISIT = "33333333-3333-7333-8333-333333333333";
const CASE = "44444444-4444-7444-8444-444444444444";
const draft = (seq: number, memo: string) => ({ id: VISIT, kind: "visit", seq, body: { memo } });

async function twoTabs(): Promise<[Tab, Tab]> {
  const owner = await Owner.make(ME, "tablet");
  const [first, second] = [new Tab(owner), new Tab(owner)];
  await first.setUp();
  await second.start();
  return [first, second];
}

describe("one draft in two tabs", () => {
  beforeEach(newProfile);

  it("keeps what another tab wrote, and says so", async () => {
    const [first, second] = await twoTabs();
    await first.drafts.save(draft(1, "begun"), []);
    expect(await second.drafts.save(draft(2, "went on"), [1])).toMatchObject({ saved: true, seq: 2 });
    const late = await first.drafts.save(draft(3, "older"), [1]);
    expect(late).toMatchObject({ saved: false, seq: 2, body: { memo: "went on" } });
    expect((await first.drafts.all()).map(({ body }) => body.memo)).toEqual(["went on"]);
  });

  it("does not come back after its command", async () => {
    const [first, second] = await twoTabs();
    await first.drafts.save(draft(1, "begun"), []);
    await second.queue.enqueue("RecordVisit", CASE, { visitId: VISIT }, VISIT);
    expect(await first.drafts.save(draft(2, "late"), [1])).toMatchObject({ saved: false, body: {} });
    expect(await second.drafts.all()).toEqual([]);
  });
});

describe("an erased case", () => {
  beforeEach(newProfile);
  const OTHER_CASE = "55555555-5555-7555-8555-555555555555";
  const about = (id: string, caseId: string) => ({ id, kind: "visit", seq: 1, body: { caseId, memo: "begun" } });

  it("takes its drafts and its accepted commands along, and nothing that was not accepted", async () => {
    const [tab, second] = await twoTabs();
    await tab.drafts.save(about(VISIT, CASE), []);
    await tab.drafts.save(about(OTHER_CASE, OTHER_CASE), []);
    for (const subject of [CASE, OTHER_CASE]) await tab.queue.enqueue("RecordVisit", subject, { memo: "sent" });
    await tab.drain();
    const refused = await tab.queue.enqueue("RecordVisit", CASE, { memo: "refused" });
    tab.owner.refuses.add(refused.id);
    await tab.drain();
    const waiting = await tab.queue.enqueue("RecordVisit", CASE, { memo: "not sent" });
    expect(new Set([...tab.queue.keptCases(), ...(await tab.drafts.cases())])).toEqual(new Set([CASE, OTHER_CASE]));
    await tab.drafts.forget([CASE]);
    await tab.queue.afterContact([tab.owner.incarnation], 1_000, [CASE]);
    expect((await tab.drafts.all()).map(({ id }) => id)).toEqual([OTHER_CASE]);
    const left = tab.queue.entries.get().map(({ id, subject, state }) => [subject, state, id]);
    expect(left).toEqual([[OTHER_CASE, "received", expect.any(String)], [CASE, "refused", refused.id], [CASE, "device", waiting.id]]);
    expect(await second.drafts.save(about(VISIT, CASE), [1])).toMatchObject({ saved: false, body: {} });
    expect(await tab.queue.afterContact(["another"], 2_000, [CASE])).toBe(true);
    await tab.drain();
    expect(tab.owner.log.filter(({ subject }) => subject === CASE)).toHaveLength(1);
  });

  it("is not sent again to a restored database that knows of its erasure", async () => {
    const [tab] = await twoTabs();
    await tab.queue.enqueue("RecordVisit", CASE, { memo: "sent" });
    await tab.drain();
    expect(await tab.queue.afterContact(["another"], 1_000, [CASE])).toBe(false);
    expect(tab.queue.entries.get()).toEqual([]);
  });
});

describe("the sync line", () => {
  beforeEach(newProfile);

  it("counts what a person wrote, and sends the rest as well", async () => {
    const [tab] = await twoTabs();
    await tab.queue.enqueue("ViewedOffline", CASE, {});
    await tab.queue.enqueue("RecordVisit", CASE, { visitId: VISIT });
    expect(tab.queue.counts.get()).toMatchObject({ device: 1, received: 0 });
    await tab.drain();
    expect(tab.owner.log.map(({ type }) => type)).toEqual(["ViewedOffline", "RecordVisit"]);
    expect(tab.queue.counts.get()).toMatchObject({ device: 0, received: 1 });
  });
});

describe("確認中", () => {
  beforeEach(newProfile);

  it("ends for the visit that was decided, not for another one of the case", async () => {
    const [tab] = await twoTabs();
    const visits = [VISIT, CASE].map((visitId) => ({ visitId }));
    for (const payload of visits) await tab.queue.enqueue("RecordVisit", CASE, payload);
    tab.owner.confirms = true;
    await tab.drain();
    await tab.queue.confirmed([{ id: CASE, state: "waiting" }]);
    expect(tab.queue.entries.get().map(({ state }) => state)).toEqual(["received", "confirming"]);
    await tab.queue.confirmed([{ id: CASE, state: "decline" }]);
    expect(tab.queue.entries.get().map(({ state, outcome }) => [state, outcome?.code ?? null])).toEqual([["received", null], ["received", "declined"]]);
  });
});
