import { joined } from "../db/joined";
import type { PersonStore, RecordRow } from "../db/person";
import type { MeQuery, NoticesQuery } from "../gateway/generated";
import type { KeyVault } from "../vault/keyVault";
import { Store } from "./store";
import type { Held, SyncAnswer, Wire } from "./wire";

export type Carried = SyncAnswer["cases"][number];
export type CaseCard = Carried["card"];
export type CarriedSession = SyncAnswer["sessions"][number];
export type SessionHeader = CarriedSession["board"]["session"];

/** The first screens of a cold start, in one sealed record. */
export interface Home {
  me: MeQuery["me"];
  today: SyncAnswer["today"];
  cards: CaseCard[];
  sessions: SessionHeader[];
  notices: NoticesQuery["notices"];
  /** ms: when this was fetched, and until when it can be read without contact. */
  at: number;
  readableUntil: number;
}

export interface ManifestAround {
  store: () => PersonStore | null;
  wire: Pick<Wire, "me" | "notices" | "sync">;
  now: () => number;
  waiting: () => number;
  /** The cases that something else here is about: commands that were accepted, and drafts. */
  about: () => Promise<readonly string[]>;
  /** After the device holds the answer. */
  contacted: (answer: SyncAnswer, home: Home) => Promise<void>;
}

/** What of the server's records is on this device: told by id and etag, mended by one answer. */
export class Manifest {
  /** Null while locked, and before the first contact. */
  readonly home: Store<Home | null>;
  readonly pulling = new Store<boolean>(false);
  private wanted = false;

  constructor(private readonly vault: KeyVault, private readonly around: ManifestAround, home = new Store<Home | null>(null)) {
    this.home = home;
  }

  /** After unlocking: what was taken along. */
  async restore(): Promise<Home | null> {
    this.home.set((await this.read("home")) as Home | null);
    return this.home.get();
  }

  forget(): void {
    this.home.set(null);
  }

  /** One sealed record as it was given, or null when it is not here (or an older PIN sealed it). */
  async read(id: string): Promise<unknown> {
    const store = this.around.store();
    if (!store || !this.vault.isOpen) return null;
    const row = await store.read(["records"], (tx) => tx.objectStore("records").get(id));
    return row ? this.vault.open(`records/${id}`, row.sealed).catch(() => null) : null;
  }

  /** Bring the device up to date. A wish that comes while a round runs is granted after it, once. Rejects with the failure of the round. */
  async pull(): Promise<void> {
    this.wanted = true;
    if (this.pulling.get()) return;
    this.pulling.set(true);
    try {
      while (this.wanted) {
        this.wanted = false;
        await this.round();
      }
    } finally {
      this.pulling.set(false);
    }
  }

  private async round(): Promise<void> {
    const store = this.around.store();
    if (!store || !this.vault.isOpen) return;
    const staffId = this.vault.staffId();
    const rows = await store.read(["records"], (tx) => tx.objectStore("records").getAll());
    // Without a home list this vault has nothing: what lies there was sealed under an older PIN.
    const before = this.home.get() ?? (await this.restore());
    const readable = before === null ? [] : rows;
    const have = heldIn(readable, await this.around.about());
    const [me, answer, notices] = await Promise.all([
      this.around.wire.me(), this.around.wire.sync(have, this.around.waiting()), this.around.wire.notices(),
    ]);
    // Signed in as somebody else, or locked, in the meantime: not for this vault.
    const isTheirs = () => me.staff.id === staffId && this.vault.isOpen && this.vault.staffId() === staffId;
    // A first round without the cases' owner would promise a list that is not there.
    if (!isTheirs() || (before === null && !isWhole(answer))) return;
    const home = homeOf(before, answer, { me, notices }, this.around.now());
    await this.keep(store, answer, home, before === null);
    if (!isTheirs()) return;
    this.home.set(home);
    await this.around.contacted(answer, home);
  }

  private async keep(store: PersonStore, answer: SyncAnswer, home: Home, isFirst: boolean): Promise<void> {
    const rows = await Promise.all([
      ...answer.cases.map((each) => this.row(`case/${each.id}`, "case", each.etag, each)),
      ...answer.sessions.map((each) => this.row(`session/${each.id}`, "session", each.etag, each)),
      this.row("home", "home", "", home),
    ]);
    await store.write(["records"], async (tx) => {
      const records = tx.objectStore("records");
      if (isFirst) await records.clear();
      const gone = answer.drop.flatMap((id) => [`case/${id}`, `session/${id}`].map((key) => joined(records.delete(key))));
      await Promise.all([...gone, ...rows.map((row) => joined(records.put(row)))]);
    });
  }

  private async row(id: string, kind: RecordRow["kind"], etag: string, value: unknown): Promise<RecordRow> {
    return { id, kind, etag, sealed: await this.vault.seal(`records/${id}`, value) };
  }
}

/** Cases without a record here are named too: their owner says which were erased. */
function heldIn(rows: readonly RecordRow[], about: readonly string[]): Held[] {
  const held: Held[] = rows.flatMap(({ id, kind, etag }) => (kind === "home" ? [] : [{ kind, id: id.slice(kind.length + 1), etag }]));
  const known = new Set(held.map(({ id }) => id));
  const others = [...new Set(about)].filter((id) => !known.has(id));
  return [...held, ...others.map((id) => ({ kind: "case", id, etag: "" }) as const)];
}

/** Everybody who owns records answered: what may no longer be seen is gone, and the hours of reading begin again. */
export function isWhole(answer: SyncAnswer): boolean {
  return !["coordination", "ibasho"].some((owner) => answer.unavailable.includes(owner));
}

/** The next home list: what came replaces, what was dropped goes, the rest stays. */
export function homeOf(before: Home | null, answer: SyncAnswer, asked: Pick<Home, "me" | "notices">, now: number): Home {
  const cards = answer.cases.map((each) => each.card);
  const headers = (answer.sessions ?? []).map((each) => each.board.session);
  return {
    ...asked,
    today: todayOf(before?.today, answer.today),
    cards: upserted(before?.cards ?? [], cards, answer.drop).sort(byNextContact),
    sessions: upserted(before?.sessions ?? [], headers, answer.drop).sort((a, b) => a.startsAt.localeCompare(b.startsAt)),
    at: now,
    readableUntil: before && !isWhole(answer) ? before.readableUntil : now + answer.readableHours * 3_600_000,
  };
}

/** 今日 with what a silent owner said before; of those that answered nothing old stays. */
function todayOf(before: Home["today"] | undefined, now: Home["today"]): Home["today"] {
  if (!before) return now;
  const old = (owner: string, ...parts: (keyof Home["today"])[]) => (now.unavailable.includes(owner) ? Object.fromEntries(parts.map((part) => [part, before[part]])) : {});
  return { ...now, ...old("coordination", "contactsDue"), ...old("intake", "handoffsWaiting", "receivedHandoffs", "returnedHandoffs"), ...old("notify", "unreadNotices") };
}

function upserted<Item extends { id: string }>(before: readonly Item[], fresh: readonly Item[], drop: readonly string[]): Item[] {
  const gone = new Set([...drop, ...fresh.map((item) => item.id)]);
  return [...before.filter((item) => !gone.has(item.id)), ...fresh];
}

/** The next agreed contact first; without one, the newest case first. */
function byNextContact(a: CaseCard, b: CaseCard): number {
  return (a.nextPromisedOn ?? "9999").localeCompare(b.nextPromisedOn ?? "9999") || (b.openedAt ?? "").localeCompare(a.openedAt ?? "");
}
