import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const NOW = Date.parse("2026-11-24T06:00:00Z");
const MINUTE = 60_000, HOUR = 60 * MINUTE, YEAR = 365 * 24 * HOUR;
let kept: { time?: string };

/** The page loaded anew, on a device whose clock says `device`. */
async function page(device: number) {
  vi.resetModules();
  vi.setSystemTime(device);
  return import("./time");
}

describe("the time of a device", () => {
  beforeEach(() => {
    kept = {};
    vi.useFakeTimers();
    vi.stubGlobal("localStorage", kept);
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it("is its own before anybody answered, and when nothing that is a time was said", async () => {
    const time = await page(NOW);
    time.heard(null, Date.now());
    time.heard("gestern", Date.now());
    expect(time.now().getTime()).toBe(NOW);
  });

  it.each([YEAR, -YEAR, 7 * MINUTE, -7 * MINUTE])("is the gateway's when its clock is %d ms ahead, also after a cold start without a network", async (ahead) => {
    const before = await page(NOW + ahead);
    before.heard(new Date(NOW).toUTCString(), Date.now());
    expect(before.now().getTime()).toBe(NOW);
    const later = await page(NOW + ahead + HOUR);
    expect(later.now().getTime()).toBe(NOW + HOUR);
  });

  it("keeps to its own clock when only the way of the answer lies between, and writes nothing", async () => {
    const time = await page(NOW + 20_000);
    time.heard(new Date(NOW).toUTCString(), Date.now());
    expect(time.now().getTime()).toBe(NOW + 20_000);
    expect(kept).toEqual({});
  });

  it.each([YEAR, -YEAR])("believes a clock that was %d ms ahead and has been put right since", async (ahead) => {
    (await page(NOW + ahead)).heard(new Date(NOW).toUTCString(), Date.now());
    const right = await page(NOW + HOUR);
    expect(right.now().getTime()).toBe(NOW + HOUR);
    right.heard(new Date(NOW + HOUR).toUTCString(), Date.now());
    expect((await page(NOW + 2 * HOUR)).now().getTime()).toBe(NOW + 2 * HOUR);
  });

  it("does not take the sleep of a tablet for the fault of its clock", async () => {
    const time = await page(NOW);
    vi.setSystemTime(NOW + HOUR);
    time.heard(new Date(NOW).toUTCString(), NOW);
    expect(time.now().getTime()).toBe(NOW + HOUR);
  });

  const full = { set time(_: string) { throw new Error("QuotaExceededError"); } };
  it.each([["in a worker", undefined], ["on a full disk", full]])("works where nothing can be kept: %s", async (_, storage) => {
    vi.stubGlobal("localStorage", storage);
    const time = await page(NOW + YEAR);
    time.heard(new Date(NOW).toUTCString(), Date.now());
    expect(time.now().getTime()).toBe(NOW);
  });
});
