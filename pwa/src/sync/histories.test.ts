import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { QueueRow } from "../db/person";
import { trouble } from "../db/trouble";
import { Owner, type Fault } from "../testkit/owner";
import { Locks, ME, newProfile, OTHER, Tab } from "../testkit/tablet";
import { handInAll } from "./handIn";

const SUBJECTS = ["aaaaaaaa-0000-7000-8000-000000000000", "bbbbbbbb-0000-7000-8000-000000000000", "cccccccc-0000-7000-8000-000000000000"];
const FAULTS: Fault[] = ["cut_before", "cut_after", "portal", "wrong_body", "401", "409", "413", "429", "500", "revoked"];
const YEAR = 365 * 24 * 3_600_000;

type Act =
  | { do: "write" | "refuse" | "busy" | "free"; subject: number; tab: number }
  | { do: "drain" | "lock" | "unlock" | "reload" | "upgrade" | "withdraw"; tab: number }
  | { do: "fault"; fault: Fault }
  | { do: "sign_in"; staff: string | null }
  | { do: "restore"; keep: number }
  | { do: "clock"; years: number }
  | { do: "both" | "hand_in" };

const tab = fc.constantFrom(0, 1);
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("write" as const), subject: fc.nat(2), tab }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("refuse" as const, "busy" as const, "free" as const), subject: fc.nat(2), tab }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom("drain" as const, "lock" as const, "unlock" as const, "reload" as const, "upgrade" as const, "withdraw" as const), tab }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("fault" as const), fault: fc.constantFrom(...FAULTS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("sign_in" as const), staff: fc.constantFrom(ME, OTHER, null) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("restore" as const), keep: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("clock" as const), years: fc.constantFrom(-1, 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("both" as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("hand_in" as const) }) },
);

/** Two tabs of one browser, their owner, and what the person was told. */
class World {
  saved: string[] = [];
  private readonly subjectOf = new Map<string, string>();
  withdrawn = new Set<string>();
  shownReceived = new Set<string>();
  private now = 1_800_000_000_000;
  private version = 1;
  private incarnations = 1;
  /** What the owner had before it was restored from yesterday. */
  private readonly everTaken = new Set<string>();
  private readonly locks = new Locks();
  private tabs: Tab[] = [];

  constructor(readonly owner: Owner) {}

  async open(index: number): Promise<void> {
    await this.tabs[index]?.close();
    trouble.set(null);
    const made = new Tab(this.owner, { now: () => this.now, locks: this.locks, version: this.version });
    made.queue.entries.subscribe(() => this.watch(made));
    this.tabs[index] = made;
    await made.start();
  }

  private watch(from: Tab): void {
    for (const { id, state } of from.queue.entries.get()) {
      if (state !== "received" || this.shownReceived.has(id)) continue;
      expect(this.everTaken.has(id) || this.owner.has(id), "shown as received before it was").toBe(true);
      this.shownReceived.add(id);
    }
  }

  async setUp(): Promise<void> {
    const first = new Tab(this.owner, { now: () => this.now, locks: this.locks });
    await first.setUp();
    await first.close();
    await this.open(0);
    await this.open(1);
  }

  async play(step: Act): Promise<void> {
    switch (step.do) {
      case "fault":
        return void this.owner.faults.push(step.fault);
      case "sign_in":
        return void (this.owner.signedIn = step.staff);
      case "restore":
        return this.restore(step.keep);
      case "clock":
        this.now += step.years * YEAR;
        return;
      case "both":
        await Promise.all(this.tabs.map((each) => this.quietly(() => each.drain())));
        return;
      case "hand_in":
        if (this.tabs[0]) await handInAll(this.tabs[0].device, this.owner);
        await Promise.all(this.tabs.map((each) => this.quietly(() => each.queue.reload())));
        return;
      case "busy":
        return void this.owner.retries.add(SUBJECTS[step.subject] ?? "");
      case "free":
        return void this.owner.retries.clear();
      default:
        return this.inTab(step);
    }
  }

  private async inTab(step: Extract<Act, { tab: number }>): Promise<void> {
    const here = this.tabs[step.tab];
    if (!here) return;
    if (step.do === "write") await this.quietly(() => this.write(here, step.subject));
    if (step.do === "refuse") await this.quietly(() => this.write(here, step.subject, true));
    if (step.do === "drain") await this.quietly(() => here.drain());
    if (step.do === "lock") await this.quietly(() => here.lock());
    if (step.do === "unlock") await this.quietly(() => here.start());
    if (step.do === "upgrade") this.version += 1;
    if (step.do === "reload" || step.do === "upgrade") await this.open(step.tab);
    if (step.do === "withdraw") await this.quietly(() => this.withdraw(here));
  }

  private async write(here: Tab, subject: number, refused = false): Promise<void> {
    const { id } = await here.queue.enqueue("RecordVisit", SUBJECTS[subject] ?? "", {});
    this.saved.push(id);
    this.subjectOf.set(id, SUBJECTS[subject] ?? "");
    if (refused) this.owner.refuses.add(id);
  }

  private async withdraw(here: Tab): Promise<void> {
    await here.queue.reload();
    const refused = here.queue.entries.get().find((entry) => entry.state === "refused");
    if (refused && (await here.queue.withdraw(refused.id))) this.withdrawn.add(refused.id);
  }

  /** The databases of owner and gateway come back from yesterday. */
  private async restore(keep: number): Promise<void> {
    for (const { id } of this.owner.log) this.everTaken.add(id);
    this.owner.log = this.owner.log.slice(0, keep);
    this.owner.handedIn.clear();
    this.owner.incarnation = String(++this.incarnations);
    await this.quietly(() => this.tabs[0]?.queue.afterContact([this.owner.incarnation], 1_000));
  }

  /** A locked vault or an outdated tab says so by an error of its own; nothing else may go wrong. */
  private async quietly(run: () => Promise<unknown> | undefined): Promise<void> {
    try {
      await run();
    } catch (failure) {
      if (!["VaultLocked", "DeviceFailure"].includes((failure as Error).constructor.name)) throw failure;
    }
  }

  check(): void {
    const ids = this.owner.log.map((each) => each.id);
    expect(new Set(ids).size, "an effect twice").toBe(ids.length);
    // A restored owner gets yesterday's again, after today's.
    if (this.incarnations === 1) for (const subject of SUBJECTS) this.checkOrder(ids.filter((id) => this.subjectOf.get(id) === subject), subject);
  }

  private checkOrder(taken: string[], subject: string): void {
    const handed = (id: string) => this.owner.handedIn.has(id);
    const written = this.saved.filter((id) => this.subjectOf.get(id) === subject && !this.withdrawn.has(id) && !handed(id));
    const sent = taken.filter((id) => !handed(id));
    expect(sent, "the order of one subject, none left out").toEqual(written.slice(0, sent.length));
  }

  /** The network is quiet, its author is signed in, a person takes back what was refused. */
  async end(): Promise<void> {
    Object.assign(this.owner, { faults: [], signedIn: ME });
    this.owner.retries.clear();
    await this.open(0);
    const here = this.tabs[0];
    if (!here) return;
    await here.queue.afterContact([this.owner.incarnation], 2_000);
    // What failed as a whole in the last run is left out of one run, so that it starves nobody.
    await here.drain();
    expect(await here.drain()).toBe("done");
    const lost = this.saved.filter((id) => !this.owner.has(id) && !this.withdrawn.has(id) && !this.owner.handedIn.has(id));
    const open = await this.openRows(here);
    expect(lost.filter((id) => !open.some((row) => row.id === id)), "lost").toEqual([]);
    const blocked = new Set(open.filter((row) => row.state === "refused").map((row) => row.subject));
    expect(open.filter((row) => !blocked.has(row.subject)), "waits without a reason").toEqual([]);
    for (const each of this.tabs) await each.close();
  }

  private async openRows(here: Tab): Promise<QueueRow[]> {
    const rows = await here.queue.store?.read(["queue"], (tx) => tx.objectStore("queue").getAll());
    return (rows ?? []).filter((row) => row.open);
  }
}

afterEach(() => trouble.set(null));

describe("any history of a day", () => {
  it("loses nothing, has no effect twice, and says received only when it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40 }), async (history) => {
        newProfile();
        const world = new World(await Owner.make(ME, ""));
        await world.setUp();
        for (const step of history) {
          await world.play(step);
          world.check();
        }
        await world.end();
        world.check();
      }),
      { numRuns: Number(process.env.BANSO_RUNS ?? 150) },
    );
  }, 240_000);
});
