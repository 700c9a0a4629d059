import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Case, Cases, Notices, Session, Sessions } from "../gateway/documents";
import { Owner } from "../testkit/owner";
import { ME, newProfile, OTHER, PIN, Tab } from "../testkit/tablet";
import { LocalAnswers } from "./local";
import { homeOf, Manifest } from "./manifest";
import type { Held, SyncAnswer } from "./wire";

const NOW = 1_800_000_000_000;
const OWNERS = { case: "coordination", session: "ibasho" } as const;
const today = { handoffsWaiting: 0, unreadNotices: 0, unavailable: [], openDrafts: [], contactsDue: [], receivedHandoffs: [], returnedHandoffs: [] };

/** What the server would show, and how it answers a device. */
class Server {
  readonly cases = new Map<string, number>();
  readonly sessions = new Map<string, number>();
  staff = ME;
  /** The owner that does not answer. */
  silent: "" | "coordination" | "ibasho" = "";
  asked: Held[] = [];

  sync = async (have: Held[]): Promise<SyncAnswer> => {
    this.asked = have;
    const [cases, sessions] = [this.differing("case", have), this.differing("session", have)];
    const rest = { erased: [], today, confirming: [], incarnations: ["one"], serverTime: new Date(NOW).toISOString(), readableHours: 72 };
    const unavailable = this.silent ? [this.silent] : [];
    return { cases: cases.fresh, sessions: sessions.fresh, drop: [...cases.gone, ...sessions.gone], unavailable, ...rest } as unknown as SyncAnswer;
  };

  private differing(kind: Held["kind"], have: Held[]) {
    if (this.silent === OWNERS[kind]) return { fresh: [], gone: [] };
    const shown = kind === "case" ? this.cases : this.sessions;
    const held = new Map(have.filter((each) => each.kind === kind).map((each) => [each.id, each.etag]));
    const fresh = [...shown].filter(([id, version]) => held.get(id) !== `v${version}`).map(([id, version]) => (kind === "case" ? carried(id, version) : carriedSession(id, version)));
    return { fresh, gone: [...held.keys()].filter((id) => !shown.has(id)) };
  }

  me = async () => ({ staff: { id: this.staff, name: "" }, assignments: [] });
  notices = async () => [];
}

function carried(id: string, version: number) {
  return { id, etag: `v${version}`, card: { id, label: `${id} ${version}`, kana: "", openedAt: "", nextPromisedOn: null }, record: { id, label: `${id} ${version}` } };
}

function carriedSession(id: string, version: number) {
  const session = { id, place: `${id} ${version}`, startsAt: `2026-11-2${version % 10}T01:00:00Z` };
  return { id, etag: `v${version}`, board: { session, participants: [], attendance: [], closingLines: [] } };
}

async function tablet(about: string[] = []) {
  newProfile();
  const tab = new Tab(await Owner.make(ME, ""));
  await tab.setUp();
  const server = new Server();
  const clock = { now: NOW };
  const manifest = new Manifest(tab.vault, { store: () => tab.queue.store, wire: server, now: () => clock.now, waiting: () => 0, about: async () => about, contacted: async () => undefined });
  return { tab, server, manifest, clock, local: new LocalAnswers(manifest, tab.queue, () => tab.drafts.all()) };
}

async function held(tab: Tab, manifest: Manifest, kind: Held["kind"] = "case"): Promise<Record<string, string>> {
  const rows = (await tab.queue.store?.read(["records"], (tx) => tx.objectStore("records").getAll())) ?? [];
  const records = await Promise.all(rows.filter((row) => row.kind === kind).map((row) => manifest.read(row.id)));
  const labelled = (each: unknown) => (kind === "case" ? (each as ReturnType<typeof carried>).record.label : (each as ReturnType<typeof carriedSession>).board.session.place);
  return Object.fromEntries(records.map((each) => [(each as { id: string }).id, labelled(each)]));
}

const change = fc.record({
  kind: fc.constantFrom<Held["kind"][]>("case", "session"),
  id: fc.constantFrom("a", "b", "c"),
  act: fc.constantFrom("write", "write", "leave", "pull", "silent", "lock"),
});

describe("what is on the device", () => {
  it("asks of the cases that a draft or a kept command is about, each once, whether the record is here or not", async () => {
    const { server, manifest } = await tablet(["a", "b", "b"]);
    server.cases.set("a", 1);
    await manifest.pull();
    await manifest.pull();
    expect(server.asked).toEqual([{ kind: "case", id: "a", etag: "v1" }, { kind: "case", id: "b", etag: "" }]);
  });

  it("equals what the server would show, one round trip after any history", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 40, size: "max" }), async (history) => {
        const { tab, server, manifest } = await tablet();
        let version = 0;
        for (const { kind, id, act } of history) {
          const [shown, place] = kind === "case" ? [server.cases, id] : [server.sessions, `session ${id}`];
          if (act === "write") shown.set(place, ++version);
          if (act === "leave") shown.delete(place);
          server.silent = act === "silent" ? OWNERS[kind] : "";
          if (act === "pull" || act === "silent") await manifest.pull();
          if (act === "lock") {
            tab.vault.lock();
            manifest.forget();
            await tab.vault.unlock(PIN);
            await manifest.restore();
          }
        }
        server.silent = "";
        await manifest.pull();
        const [cases, sessions] = [server.cases, server.sessions].map((all) => Object.fromEntries([...all].map(([id, seen]) => [id, `${id} ${seen}`])));
        const { cards, sessions: headers } = manifest.home.get() ?? { cards: [], sessions: [] };
        expect([await held(tab, manifest), await held(tab, manifest, "session")]).toEqual([cases, sessions]);
        expect(Object.fromEntries(cards.map((card) => [card.id, card.label]))).toEqual(cases);
        expect(Object.fromEntries(headers.map((header) => [header.id, header.place]))).toEqual(sessions);
        await manifest.pull();
        const etags = [...server.cases, ...server.sessions].map(([id, seen]) => [id, `v${seen}`]);
        expect(server.asked.map(({ id, etag }) => [id, etag]).toSorted()).toEqual(etags.toSorted());
      }),
      { numRuns: 100 },
    );
  }, 60_000);

  it("leaves with the right to see it; the queue does not", async () => {
    const { tab, server, manifest } = await tablet();
    server.cases.set("a", 1);
    await manifest.pull();
    await tab.queue.enqueue("RecordVisit", "a", { memo: "m" });
    server.cases.clear();
    await manifest.pull();
    expect([await held(tab, manifest), tab.queue.counts.get().device]).toEqual([{}, 1]);
  });

  it("is whole after a lock between sealing and writing, and no name is in memory while locked", async () => {
    const { tab, server, manifest } = await tablet();
    for (const id of ["a", "b", "c"]) server.cases.set(id, 1);
    await manifest.pull();
    server.cases.set("a", 2);
    const store = tab.queue.store;
    const write = store?.write.bind(store);
    const lockFirst = (...all: Parameters<NonNullable<typeof write>>) => {
      tab.vault.lock();
      manifest.forget();
      return write?.(...all);
    };
    Object.assign(store ?? {}, { write: lockFirst });
    await manifest.pull();
    expect(manifest.home.get()).toBeNull();
    Object.assign(store ?? {}, { write });
    await tab.vault.unlock(PIN);
    await manifest.restore();
    expect(await held(tab, manifest)).toEqual({ a: "a 2", b: "b 1", c: "c 1" });
    expect(manifest.home.get()?.cards.map((card) => card.id).sort()).toEqual(["a", "b", "c"]);
  });

  it("promises nothing before the cases' owner has answered, and its hours do not begin again without it", async () => {
    const { tab, server, manifest, clock } = await tablet();
    server.cases.set("a", 1);
    server.silent = "coordination";
    await manifest.pull();
    expect(manifest.home.get()).toBeNull();
    server.silent = "";
    await manifest.pull();
    const until = manifest.home.get()?.readableUntil;
    server.silent = "coordination";
    clock.now += 3_600_000;
    await manifest.pull();
    expect([manifest.home.get()?.readableUntil, Object.keys(await held(tab, manifest))]).toEqual([until, ["a"]]);
  });

  it("keeps of 今日 what a silent owner said before, and nothing of those that answered", () => {
    const due = { caseId: "a", label: "a", on: "2026-11-27", note: "手紙" };
    const asked = { me: { staff: { id: ME, name: "" }, assignments: [] }, notices: [] };
    const said = (today: object) => ({ cases: [], sessions: [], drop: [], unavailable: [], readableHours: 72, today }) as unknown as SyncAnswer;
    const before = homeOf(null, said({ ...today, contactsDue: [due], unreadNotices: 3, handoffsWaiting: 1 }), asked, NOW);
    const silent = (...unavailable: string[]) => homeOf(before, said({ ...today, unavailable }), asked, NOW).today;
    expect(silent("notify")).toMatchObject({ contactsDue: [], unreadNotices: 3, handoffsWaiting: 0 });
    expect(silent("coordination", "intake")).toMatchObject({ contactsDue: [due], unreadNotices: 0, handoffsWaiting: 1 });
  });

  it("never takes another person's answer into this vault", async () => {
    const { tab, server, manifest } = await tablet();
    server.cases.set("a", 1);
    server.staff = OTHER;
    await manifest.pull();
    expect([await held(tab, manifest), manifest.home.get()]).toEqual([{}, null]);
  });

  it("answers the screens, with what only the device knows", async () => {
    const { tab, server, manifest, local } = await tablet();
    expect(await local.answer(Cases, {})).toBeNull();
    server.cases.set("a", 1);
    await manifest.pull();
    expect((await local.answer(Cases, {}))?.cases.map((card) => card.label)).toEqual(["a 1"]);
    expect((await local.answer(Case, { id: "a" }))?.case?.label).toBe("a 1");
    expect(await local.answer(Case, { id: "not here" })).toBeNull();
    expect(await local.answer(Sessions, { from: "2026-01-01", to: "2026-12-31" })).toEqual({ sessions: [] });
    await tab.queue.enqueue("ReadNotice", "n", {});
    const notice = { id: "n", kind: "", raisedAt: "", read: false, handoffId: null, caseId: null };
    expect((await local.complete(Notices, { notices: [notice] } as never)).notices[0]?.read).toBe(true);
    local.viewed(Case, { id: "a" });
    local.viewed(Session, { id: "s" });
    const types = () => tab.queue.entries.get().map((entry) => entry.type).sort();
    await expect.poll(types).toEqual(["ReadNotice", "ViewedOffline", "ViewedSessionOffline"]);
  });

  it("is nothing while locked", async () => {
    const { tab, server, manifest, local } = await tablet();
    server.cases.set("a", 1);
    await manifest.pull();
    tab.vault.lock();
    manifest.forget();
    expect(await local.answer(Cases, {})).toBeNull();
    expect(await manifest.read("case/a")).toBeNull();
  });
});
