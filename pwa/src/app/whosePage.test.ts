import "fake-indexeddb/auto";
import { beforeEach, expect, it, vi } from "vitest";
import type { TrustedDocument } from "../gateway/documents";
import { fillDisk } from "../testkit/disk";
import { Owner } from "../testkit/owner";
import { ME, OTHER, PIN } from "../testkit/tablet";

const DEVICE_TOLD: (string | undefined)[] = [];
let cookie: string | null = ME;
let revoked = "";
let waits: unknown = [];

function outcomesOf(commands: { id: string }[]) {
  const rest = { status: "ACCEPTED", code: null, message: null, reason: null, fields: [], incarnation: "1" };
  return { submitSealed: commands.map(({ id }) => ({ ...rest, id, refs: { confirming: true } })) };
}

function answerOf(name: string, owner: Owner, variables: { commands?: { id: string }[] }) {
  const today = { handoffsWaiting: 0, unreadNotices: 0, unavailable: [], openDrafts: [], contactsDue: [{ caseId: "c", label: `of ${cookie}`, on: null, note: "" }], receivedHandoffs: [], returnedHandoffs: [] };
  const rest = { cases: [], sessions: [], drop: [], today, incarnations: ["1"], serverTime: new Date().toISOString(), readableHours: 72, unavailable: [] };
  const answers: Record<string, unknown> = {
    Me: { me: { staff: { id: cookie, name: "" }, assignments: [] } }, Today: { today }, Notices: { notices: [] }, Sync: { sync: { ...rest, confirming: waits } },
    SubmitSealed: outcomesOf(variables.commands ?? []), RegisterDevice: { registerDevice: { ...owner.registration, readableHours: 72 } },
  };
  return answers[name] ?? {};
}

/** The gateway as far as a cookie and what the page says of itself go. */
async function gateway(): Promise<typeof fetch> {
  const owner = await Owner.make(ME, "");
  const documents = Object.entries(await import("../gateway/documents")) as [string, TrustedDocument<unknown, unknown>][];
  const json = (status: number, body: unknown) => new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
  return async (_path, init) => {
    const headers = (init?.headers ?? {}) as Record<string, string>;
    DEVICE_TOLD.push(headers["x-banso-device"]);
    if (cookie === null && headers["x-banso-device"] === revoked) return json(401, { code: "device_revoked" });
    if (cookie === null || (headers["x-banso-person"] ?? cookie) !== cookie) return json(401, { code: "signed_out" });
    const { documentId, variables } = JSON.parse(String(init?.body ?? "{}")) as { documentId?: string; variables?: object };
    return json(200, { data: answerOf(documents.find(([, document]) => document === documentId)?.[0] ?? "", owner, variables ?? {}) });
  };
}

/** A page whose person set a PIN and locked it. */
async function lockedTablet() {
  const core = await (await import("./device")).loadDevice();
  await core.signedIn(ME);
  await core.setUpPin(ME, PIN, "tablet");
  await core.vaultSettled();
  const { home } = await import("./device");
  await vi.waitFor(() => expect(home.get()).not.toBeNull());
  const { lock } = await import("../vault/vault");
  lock();
  await core.vaultSettled();
  return core;
}

beforeEach(async () => {
  vi.resetModules();
  const nothing = { addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.assign(globalThis, nothing, { indexedDB: new (await import("fake-indexeddb")).IDBFactory(), BroadcastChannel: undefined, scrollTo: () => undefined });
  vi.stubGlobal("document", { ...nothing, visibilityState: "visible", getElementById: () => null });
  vi.stubGlobal("location", { pathname: "/", search: "" });
  vi.stubGlobal("history", { replaceState: () => undefined, pushState: () => undefined });
  vi.stubGlobal("navigator", { onLine: true });
  vi.useFakeTimers({ toFake: ["setInterval"] });
  [cookie, revoked, waits] = [ME, "", []];
  vi.stubGlobal("fetch", await gateway());
});

it("a page opened with one person's PIN never shows what another person's cookie is answered", { timeout: 60_000 }, async () => {
  const core = await lockedTablet();
  cookie = OTHER;
  const { openWithPin, session, signInLater } = await import("./session");
  const { acquire } = await import("../sync/resources");
  const { Today } = await import("../gateway/documents");
  const { home } = await import("./device");
  expect(await openWithPin(PIN)).toBe("ok");
  const { resource } = acquire(Today, {});
  await resource.showDevice();
  await resource.refresh();
  const shown = () => resource.state.get().data?.today.contactsDue[0]?.label;
  await vi.waitFor(() => expect(session.get()).toMatchObject({ state: "in", me: { staff: { id: ME } }, expired: true }));
  expect([shown(), resource.state.get().failure?.kind]).toEqual([`of ${ME}`, "signed_out"]);
  // 「あとで」, once whose cookie it is was told too.
  await vi.waitFor(async () => {
    signInLater();
    await resource.refresh();
    await core.pull();
    expect(session.get()).toMatchObject({ expired: false });
  });
  expect([shown(), home.get()?.today.contactsDue[0]?.label]).toEqual([`of ${ME}`, `of ${ME}`]);
});

it("a device hears that it was revoked though nobody is signed in on it", { timeout: 60_000 }, async () => {
  const core = await lockedTablet();
  const { leave, session } = await import("./session");
  const { vault } = await import("../vault/vault");
  const device = (await core.device())?.id ?? "";
  cookie = null;
  await leave();
  const { paused, revoked: told } = await import("./device");
  paused.set(true); // the queue's own try was answered: signed out
  expect(vault.get().state).toBe("locked");
  DEVICE_TOLD.length = 0;
  await vi.advanceTimersByTimeAsync(60_000);
  await vi.waitFor(() => expect(DEVICE_TOLD).toContain(device));
  expect(vault.get().state, "signed out is not revoked").toBe("locked");
  revoked = device;
  await vi.advanceTimersByTimeAsync(60_000);
  await vi.waitFor(() => expect(told.get()).toEqual({ left: 0 }));
  expect([vault.get().state, session.get().state]).toEqual(["none", "out"]);
  const { deviceStore } = await import("../db/device");
  expect((await deviceStore.staff(ME))?.wrapped).toBeNull();
});

it("確認中 stays while the owner of what waits does not answer", { timeout: 60_000 }, async () => {
  const core = await lockedTablet();
  const { unlock } = await import("../vault/vault");
  const { queue, enqueue } = await import("../sync/queue");
  const { home } = await import("./device");
  expect(await unlock(PIN)).toBe("ok");
  await core.vaultSettled();
  const visitId = "55555555-5555-7555-8555-555555555555";
  waits = [{ id: visitId, caseId: OTHER, state: "waiting" }];
  await enqueue("RecordVisit", OTHER, { visitId });
  core.wakeWorker();
  const states = () => queue.get().map(({ state }) => state);
  await vi.waitFor(() => expect(states()).toEqual(["confirming"]));
  const contact = async (said: unknown) => {
    waits = said;
    const before = home.get();
    await core.pull();
    await vi.waitFor(() => expect(home.get()).not.toBe(before));
    await new Promise((done) => setTimeout(done, 100));
    return states();
  };
  expect(await contact(null)).toEqual(["confirming"]);
  expect(await contact(waits = [{ id: visitId, caseId: OTHER, state: "waiting" }])).toEqual(["confirming"]);
  expect(await contact([])).toEqual(["received"]);
});

it("the last burst of typing before a command is kept, and one person's text never lands among another's drafts", { timeout: 60_000 }, async () => {
  const core = await lockedTablet();
  const { openWithPin, session } = await import("./session");
  expect(await openWithPin(PIN)).toBe("ok");
  const { DraftSaver } = await import("./useDraft");
  const memos = async () => (await core.deviceDrafts.all()).map(({ body }) => body.memo);
  const mine = new DraftSaver("visit", "d1", 0, null);
  mine.typed({ memo: "last words" });
  await mine.hold();
  expect(await memos()).toEqual(["last words"]);
  const now = session.get();
  if (now.state === "in") session.set({ ...now, me: { ...now.me, staff: { ...now.me.staff, id: OTHER } } });
  const theirs = new DraftSaver("visit", "d2", 0, null);
  theirs.typed({ memo: "another's" });
  await theirs.saveNow();
  expect(await memos()).toEqual(["last words"]);
});

it("a command for which the vault was locked under its hands never goes into the page's memory", { timeout: 60_000 }, async () => {
  const core = await lockedTablet();
  const { openWithPin } = await import("./session");
  const { writeDown } = await import("./useSubmit");
  const { lock } = await import("../vault/vault");
  const { queue } = await import("../sync/queue");
  const write = () => writeDown("RecordVisit", OTHER, { visitId: "v" });
  expect(await openWithPin(PIN)).toBe("ok");
  lock();
  expect(await write()).toMatchObject({ status: "REFUSED", code: "device_locked" });
  expect(await openWithPin(PIN)).toBe("ok");
  await core.vaultSettled();
  const mend = fillDisk(new DOMException("", "UnknownError"));
  const { online } = await import("../sync/live");
  vi.stubGlobal("fetch", async () => Promise.reject(new TypeError()));
  online.set(false);
  expect(await write().finally(mend), "any other failure is told as well").toMatchObject({ status: "REFUSED", code: "device_closed" });
  expect(queue.get()).toEqual([]);
});

it("what is typed last is under the vault before it locks, though a command was about to end the draft", { timeout: 60_000 }, async () => {
  const core = await lockedTablet();
  const { openWithPin } = await import("./session");
  expect(await openWithPin(PIN)).toBe("ok");
  const { DraftSaver } = await import("./useDraft");
  const { saveAndLock, beforeLock } = await import("../vault/autoLock");
  const draft = new DraftSaver("visit", "d3", 0, null);
  beforeLock(() => draft.leave());
  draft.typed({ memo: "last words" });
  await Promise.all([draft.hold(), saveAndLock()]);
  expect(await openWithPin(PIN)).toBe("ok");
  expect((await core.deviceDrafts.all()).map(({ body }) => body.memo)).toEqual(["last words"]);
});
