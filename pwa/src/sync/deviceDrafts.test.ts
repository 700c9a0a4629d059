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
