import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { DeviceFailure } from "../db/trouble";
import { ask, GatewayFailure } from "../gateway/client";
import { DiscardDraft, Drafts, SaveDraft } from "../gateway/documents";
import type { SavedDraft, StoredDraft } from "../sync/deviceDrafts";
import { sequence } from "../sync/sequence";
import { Store } from "../sync/store";
import { uuid7 } from "../sync/uuid7";
import { beforeLock } from "../vault/autoLock";
import { isVaultOpen, vault } from "../vault/vault";
import { deviceCore } from "./device";
import { draftLine, openDrafts } from "./draftLine";
import { me, session } from "./session";

export type DraftKind = "consultation" | "handoff" | "visit" | "closing";
export type { SavedDraft };

/** What is typed is on the device so much later, also while typing goes on; on the server, so long after the last key. */
const [DEVICE_MS, SERVER_MS] = [150, 600];
const AGAIN_MS = 4_000;
/** Microseconds, the last three digits by chance: two windows never give one number to two texts. */
const nextSeq = sequence(() => Date.now() * 1_000 + Math.floor(Math.random() * 1_000));
const KNOWN_SAVES = 50;

export interface DraftControl {
  /** Before the command that ends the draft: no later save may bring it back. */
  hold: () => Promise<void>;
  /** After a refusal: typing goes on. */
  release: () => void;
  /** What another window wrote into this draft meanwhile. Nothing more is saved until the person has chosen. */
  readonly moved: Store<SavedDraft | null>;
  /** What is typed here becomes a draft of its own. Null when it could not be saved. */
  part: () => Promise<SavedDraft | null>;
}

/** Keep what is typed: under the open vault of this device, else on the server. `body` null: nothing typed yet. Another window's save is never overwritten. */
export function useDraft(kind: DraftKind, id: string, body: Record<string, unknown> | null, knownSeq = 0): DraftControl {
  const saver = useRef<DraftSaver | null>(null);
  saver.current ??= new DraftSaver(kind, id, knownSeq, body);
  // Before the next event: what a keyboard commits because the app is put away comes right before it is locked.
  useLayoutEffect(() => saver.current?.typed(body), [JSON.stringify(body)]);
  // A session's board lies open all afternoon: its line is a draft once there is something of it.
  const isOpen = kind !== "closing" || body !== null;
  useEffect(() => {
    if (!isOpen) return;
    openDrafts.set(openDrafts.get() + 1);
    return () => openDrafts.set(openDrafts.get() - 1);
  }, [isOpen]);
  useEffect(() => {
    const away = () => document.visibilityState === "hidden" && void saver.current?.leave();
    document.addEventListener("visibilitychange", away);
    const stop = beforeLock(async () => saver.current?.leave());
    return () => {
      stop();
      document.removeEventListener("visibilitychange", away);
      void saver.current?.leave();
      draftLine.set({ state: "none" });
    };
  }, []);
  return saver.current;
}

export class DraftSaver implements DraftControl {
  readonly moved = new Store<SavedDraft | null>(null);
  /** The saves this window read or sent itself, the last ones. */
  private known: number[];
  private readonly apartId = uuid7();
  /** Whoever signs in over this page: what is typed here stays theirs who typed it. */
  private readonly author = me().staff.id;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When the next save begins, on the page's own clock. */
  private due = Infinity;
  private saved: string;
  private wanted: Record<string, unknown> | null = null;
  private held = false;
  private inFlight: Promise<void> = Promise.resolve();

  constructor(
    private readonly kind: DraftKind,
    private readonly id: string,
    knownSeq: number,
    body: Record<string, unknown> | null,
  ) {
    this.known = knownSeq > 0 ? [knownSeq] : [];
    this.saved = JSON.stringify(body);
  }

  typed(body: Record<string, unknown> | null): void {
    this.wanted = body;
    if (body === null || this.held || this.moved.get() || JSON.stringify(body) === this.saved) return;
    if (!isVaultOpen()) this.stop();
    this.saveIn(isVaultOpen() ? DEVICE_MS : SERVER_MS);
  }

  async saveNow(): Promise<void> {
    this.stop();
    const body = this.wanted;
    // Held or not, whoever locks waits for what is on its way.
    if (body === null || this.held || this.moved.get() || JSON.stringify(body) === this.saved) return this.inFlight;
    await (this.inFlight = this.save(body));
  }

  /** The window goes away: nothing typed in it is lost, also when the draft moved on. */
  async leave(): Promise<void> {
    if (!this.moved.get() || this.held) await this.saveNow();
    else if (JSON.stringify(this.wanted) !== this.saved) await this.part();
  }

  async part(): Promise<SavedDraft | null> {
    if (this.wanted === null) return null;
    const [body, text] = [this.wanted, JSON.stringify(this.wanted)];
    const sending = saveDraft({ id: this.apartId, kind: this.kind, seq: nextSeq(), body }, this.author, null, text.length);
    return sending.then((stored) => ((this.saved = text), stored), () => null);
  }

  async hold(): Promise<void> {
    // The last burst of typing too: should the command not be taken, the form may be gone.
    void this.saveNow();
    this.held = true;
    this.stop();
    await Promise.race([this.inFlight, new Promise((done) => setTimeout(done, 2_000))]);
  }

  release(): void {
    this.held = false;
    this.typed(this.wanted);
  }

  private movedOn(stored: SavedDraft): void {
    this.moved.set(stored);
    draftLine.set({ state: "failed" });
  }

  /** A save that is due sooner stays. */
  private saveIn(ms: number): void {
    const at = performance.now() + ms;
    if (at >= this.due) return;
    this.stop();
    this.due = at;
    this.timer = setTimeout(() => {
      this.due = Infinity;
      if (!isAnothersPage(this.author)) void this.saveNow();
    }, ms);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.due = Infinity;
  }

  private async save(body: Record<string, unknown>): Promise<void> {
    const text = JSON.stringify(body);
    draftLine.set({ state: "saving" });
    try {
      const seq = nextSeq(Math.max(0, ...this.known));
      const sending = saveDraft({ id: this.id, kind: this.kind, seq, body }, this.author, this.known, text.length);
      this.known = [...this.known, seq].slice(-KNOWN_SAVES);
      const stored = await sending;
      // Not written: a later save of this very window stands there, or else another window's, or the draft has ended.
      if (!stored.saved && (stored.seq < seq || !this.known.includes(stored.seq))) return this.movedOn(stored);
      if (stored.saved) this.saved = text;
      draftLine.set({ state: "saved", at: stored.savedAt });
    } catch (failure) {
      draftLine.set({ state: "failed" });
      const isAnothers = failure instanceof GatewayFailure && failure.code === "not_the_author";
      if (!this.held && !isAnothers) this.saveIn(AGAIN_MS);
    }
  }
}

async function saveDraft(draft: Omit<SavedDraft, "savedAt">, author: string, known: number[] | null, length: number): Promise<StoredDraft> {
  const here = vault.get();
  const kept = here.state === "open" && here.staffId === author ? await deviceCore()?.deviceDrafts.save(draft, known).catch(unlessNoRoom) : null;
  if (kept) return kept;
  return (await ask(SaveDraft, { draft: { ...draft, author, known } }, { keepalive: length < 30_000 })).saveDraft;
}

function isAnothersPage(author: string): boolean {
  const now = session.get();
  return now.state === "in" && now.me.staff.id !== author;
}

/** The device cannot keep it: it goes to the server, as in a browser without a PIN. */
function unlessNoRoom(failure: unknown): null {
  if (failure instanceof DeviceFailure) return null;
  throw failure;
}

export interface FoundDrafts {
  /** The draft named in the address, when it is still there. */
  named: SavedDraft | null;
  /** The newest other draft of this kind, to be offered. */
  newest: SavedDraft | null;
}

/** Drafts to go on with. Null while asking. Without an answer the form opens empty: typing must never wait. */
export function useSavedDrafts(kind: DraftKind, named: string | null, fits: (draft: SavedDraft) => boolean = () => true): FoundDrafts | null {
  const [found, setFound] = useState<FoundDrafts | null>(null);
  useEffect(() => {
    let alive = true;
    findDrafts(kind, named, fits).then((result) => alive && setFound(result));
    return () => {
      alive = false;
    };
  }, [kind, named]);
  return found;
}

async function findDrafts(kind: DraftKind, named: string | null, fits: (draft: SavedDraft) => boolean): Promise<FoundDrafts> {
  const here = ((await deviceCore()?.deviceDrafts.all()) ?? []).filter((draft) => draft.kind === kind);
  const known = here.find((draft) => draft.id === named);
  const drafts = known ? here : [...here, ...(await serverDrafts(kind))];
  const byTime = drafts.filter(fits).sort((a, b) => b.savedAt.localeCompare(a.savedAt));
  return { named: drafts.find((draft) => draft.id === named) ?? null, newest: byTime[0] ?? null };
}

/** With what is on the device at hand, nobody waits long for the rest. */
async function serverDrafts(kind: DraftKind): Promise<SavedDraft[]> {
  try {
    return (await ask(Drafts, { kind }, { timeoutMs: isVaultOpen() ? 1_500 : 4_000 })).drafts;
  } catch (failure) {
    if (!(failure instanceof GatewayFailure)) throw failure;
    return [];
  }
}

export async function discardDraft(id: string, kind: DraftKind): Promise<void> {
  if (isVaultOpen()) await deviceCore()?.deviceDrafts.discard(id).catch(() => undefined);
  await ask(DiscardDraft, { id, kind }, { keepalive: true }).catch(() => undefined);
}
