import { openPerson, type PersonStore, type QueueRow } from "../db/person";
import { NotRegistered, trouble } from "../db/trouble";
import type { CommandEnvelope } from "../gateway/generated";
import type { KeyVault } from "../vault/keyVault";
import { drain, type Around, type DrainEnd } from "./drain";
import { handInRows } from "./handIn";
import { DECLINED, EMPTY_COUNTS, type QueueCounts, type QueueEntry } from "./queue";
import { Rows, type NewRow } from "./rows";
import { sealForGateway, type Registration } from "./sealing";
import { nextDeviceSeq } from "./sequence";
import { Store } from "./store";
import { now } from "./time";
import { uuid7 } from "./uuid7";
import type { Wire } from "./wire";

/** Written down by the page itself when something was read: sent like the rest, but no record that anybody waits for. */
const TRACES = ["ViewedOffline", "ViewedSessionOffline", "ReadNotice"];

export interface QueueOptions {
  openStore?: (staffId: string) => PersonStore;
  deviceId: () => Promise<string | null>;
  entries?: Store<readonly QueueEntry[]>;
  counts?: Store<QueueCounts>;
}

/** The queue of the person this page belongs to. */
export class CommandQueue {
  readonly entries: Store<readonly QueueEntry[]>;
  readonly counts: Store<QueueCounts>;
  store: PersonStore | null = null;
  private rows: Rows | null = null;
  private staffId: string | null = null;
  private known = new Map<string, QueueRow>();
  private opened = new Map<string, QueueEntry>();
  private edits = 0;
  private registered: Registration | null = null;
  private loading: Promise<void> = Promise.resolve();

  constructor(private readonly vault: KeyVault, private readonly options: QueueOptions) {
    this.entries = options.entries ?? new Store<readonly QueueEntry[]>([]);
    this.counts = options.counts ?? new Store<QueueCounts>(EMPTY_COUNTS);
  }

  /** Whose queue this is. */
  get staff(): string | null {
    return this.staffId;
  }

  /** Turn to a person's database (it must exist), or to nobody's. */
  async attach(staffId: string | null): Promise<void> {
    if (staffId !== this.staffId) {
      void this.store?.close();
      this.staffId = staffId;
      this.store = staffId ? (this.options.openStore ?? openPerson)(staffId) : null;
      this.rows = this.store ? new Rows(this.store) : null;
      this.known.clear();
      this.forgetOpened();
    }
    await this.reload();
  }

  private forgetOpened(): void {
    this.opened.clear();
    this.registered = null;
  }

  /** Read the disk again: another tab or the worker changed it, or the vault was opened or locked. */
  reload(): Promise<void> {
    this.loading = this.loading.catch(() => undefined).then(() => this.load());
    return this.loading;
  }

  private async load(): Promise<void> {
    const [seen, from] = [this.edits, this.rows];
    const rows = ((await from?.all()) ?? []).filter((row) => !row.handedIn);
    // Something was written while the disk was read: what was read is old already.
    if (seen !== this.edits || from !== this.rows) return this.load();
    if (!this.vault.isOpen) this.forgetOpened();
    this.known = new Map(rows.map((row) => [row.id, row]));
    if (this.vault.isOpen) await Promise.all(rows.map((row) => this.read(row)));
    this.tell();
  }

  /** Write a command down. Resolves when it, and the end of its draft, are on the disk.
   *  @throws VaultLocked, NotRegistered, DeviceFailure: nothing was written. */
  async enqueue(type: string, subject: string, payload: Record<string, unknown>, draftId?: string): Promise<QueueEntry> {
    // Taken before anything is waited for: in the meantime the page may turn to somebody else.
    const rows = this.need();
    const { row, entry } = await this.seal(type, subject, payload);
    const n = await rows.add(row, draftId);
    // Another tab may have made this page read it from the disk already.
    if (rows !== this.rows || this.known.has(row.id)) return entry;
    trouble.set(null);
    this.edits += 1;
    this.known.set(row.id, { ...row, n });
    this.opened.set(row.id, entry);
    const counts = this.counts.get();
    if (!row.trace) this.counts.set({ ...counts, device: counts.device + 1 });
    if (this.vault.isOpen) this.entries.set([...this.entries.get(), entry]);
    return entry;
  }

  /** Of a command that went over the network and was accepted: kept for 72 h as what was queued is, in case its owner is restored.
   *  @throws VaultLocked, NotRegistered, DeviceFailure: it is not kept. */
  async keep(envelope: CommandEnvelope, incarnation: string | null): Promise<void> {
    const { open: _open, ...row } = (await this.sealed(envelope)).row;
    await this.need().add({ ...row, state: "received", incarnation, trace: true });
  }

  /** Take a refused command back. False when it is not refused. */
  async withdraw(id: string): Promise<boolean> {
    const gone = await this.need().withdraw(id);
    await this.reload();
    return gone;
  }

  /** Send a mended command, with an id of its own, in the place of a refused one. Null when that one is not refused. */
  async replace(id: string, payload: Record<string, unknown>): Promise<QueueEntry | null> {
    const old = this.opened.get(id);
    if (!old?.readable) return null;
    const rows = this.need();
    const { row } = await this.seal(old.type, old.subject, payload);
    const n = await rows.replace(id, row);
    await this.reload();
    return n === null ? null : (this.opened.get(row.id) ?? null);
  }

  /** Send what is there; see `drain`. Locked or not. */
  async drain(around: Omit<Around, "changed" | "device">): Promise<DrainEnd> {
    const device = await this.options.deviceId();
    const { rows, staffId } = this;
    if (!rows || !staffId || !device) return "done";
    // The page may turn to somebody else while this is sent: its answers are nothing for their screens.
    return drain(staffId, rows, { ...around, device, changed: (changed) => rows === this.rows && this.changed(changed) });
  }

  /** After a contact; see `Rows.afterContact`. True when something must be sent again. */
  async afterContact(incarnations: readonly string[], serverTime: number, erased: readonly string[] = []): Promise<boolean> {
    const { isBack = false, gone = 0 } = (await this.rows?.afterContact(incarnations, serverTime, erased)) ?? {};
    if (isBack || gone > 0) await this.reload();
    return isBack;
  }

  /** The cases whose accepted visits are still kept here. */
  keptCases(): string[] {
    const isVisit = ({ id, open }: QueueRow) => !open && ["RecordVisit", ""].includes(this.opened.get(id)?.type ?? "");
    return [...this.known.values()].filter(isVisit).map(({ subject }) => subject);
  }

  /** What a manager has decided since is no longer 確認中. `standing`: one's own visits that are not on their case, by the visit's
   *  id: `waiting` for a decision, or declined (`decline`). */
  async confirmed(standing: readonly { id: string; state: string }[]): Promise<void> {
    const states = new Map(standing.map(({ id, state }) => [id, state]));
    const visits = new Map(this.entries.get().map(({ id, readable, payload }) => [id, readable ? String(payload.visitId) : ""]));
    const decided = [...this.known.values()].filter(({ id, state }) => state === "confirming" && visits.get(id) && states.get(visits.get(id) ?? "") !== "waiting");
    if (decided.length === 0) return;
    await this.need().change(decided.map(({ n }) => n), (row) => {
      const outcome = states.has(visits.get(row.id) ?? "") ? { code: DECLINED, fields: [] } : null;
      return row.state === "confirming" ? { ...row, state: "received", outcome } : null;
    });
    await this.reload();
  }

  /** Seal again what the gateway could not open, under a fresh registration. True when something can be sent again. */
  async sealAgain(register: () => Promise<Registration>): Promise<boolean> {
    const wanted = [...this.known.values()].filter((row) => row.reseal === "wanted");
    if (wanted.length === 0 || !this.vault.isOpen) return false;
    const registration = await register();
    await this.keepRegistration(registration);
    const { device } = registration;
    for (const row of wanted) {
      const envelope = (await this.vault.open(`queue/${row.id}`, row.sealed).catch(() => null)) as CommandEnvelope | null;
      const fresh = envelope && (await sealForGateway(envelope, registration));
      await this.need().change([row.n], (now) => (now.id === row.id ? { ...now, ...(fresh ?? {}), ...(fresh ? { device } : {}), reseal: "done" } : null));
    }
    await this.reload();
    return true;
  }

  /** Refused, and sealed under an older PIN: nobody can read or mend it here. The gateway shows it to its author again.
   *  True when it has something to show. */
  async handInUnreadable(wire: Pick<Wire, "handIn">): Promise<boolean> {
    const ids = this.entries.get().flatMap(({ id, state, readable }) => (state === "refused" && !readable ? id : []));
    if (ids.length === 0) return false;
    const left = await handInRows(this.need(), wire, (row) => ids.includes(row.id));
    await this.reload();
    return left < ids.length;
  }

  /** Put the gateway's key and this person's proof into the vault. */
  async keepRegistration(registration: Registration): Promise<void> {
    const sealed = await this.vault.seal("kept/registration", registration);
    await this.store?.write(["kept"], async (tx) => void (await tx.objectStore("kept").put({ id: "registration", sealed })));
    this.registered = registration;
  }

  private async registration(): Promise<Registration> {
    if (this.registered) return this.registered;
    const row = await this.store?.read(["kept"], (tx) => tx.objectStore("kept").get("registration"));
    if (!row) throw new NotRegistered();
    this.registered = (await this.vault.open("kept/registration", row.sealed)) as Registration;
    return this.registered;
  }

  private async seal(type: string, subject: string, payload: Record<string, unknown>): Promise<{ row: NewRow; entry: QueueEntry }> {
    const author = this.vault.staffId();
    const capturedAt = now().toISOString();
    return this.sealed({ id: uuid7(), type, v: 1, author, subject, deviceSeq: nextDeviceSeq(), capturedAt, payload });
  }

  private async sealed(envelope: CommandEnvelope): Promise<{ row: NewRow; entry: QueueEntry }> {
    const { author, subject, type } = envelope;
    if (author !== this.staffId) throw new NotRegistered();
    const registration = await this.registration();
    const sealed = await this.vault.seal(`queue/${envelope.id}`, envelope);
    const { kid, blob } = await sealForGateway(envelope, registration);
    const fate = { state: "device", open: 1, outcome: null, incarnation: null, receivedAt: null, keptSince: null } as const;
    const row: NewRow = { id: envelope.id, subject, sealed, blob, kid, device: registration.device, ...fate, ...(TRACES.includes(type) && { trace: true }) };
    return { row, entry: entryOf(row, envelope) };
  }

  private async read(row: QueueRow): Promise<void> {
    if (this.opened.get(row.id)?.readable) return;
    const envelope = await this.vault.open(`queue/${row.id}`, row.sealed).catch(() => null);
    this.opened.set(row.id, entryOf(row, envelope as CommandEnvelope | null));
  }

  private changed(rows: readonly QueueRow[]): void {
    this.edits += 1;
    for (const row of rows) this.known.set(row.id, row);
    this.tell();
  }

  /** The screens see what is on the disk, never what is only hoped for. */
  private tell(): void {
    const rows = [...this.known.values()].sort((a, b) => a.n - b.n);
    this.counts.set(countsOf(rows));
    this.entries.set(this.vault.isOpen ? rows.map((row) => shown(row, this.opened.get(row.id))) : []);
  }

  private need(): Rows {
    if (!this.rows) throw new NotRegistered();
    return this.rows;
  }
}

function entryOf(row: NewRow | QueueRow, envelope: CommandEnvelope | null): QueueEntry {
  const { type = "", payload = {}, capturedAt = "" } = envelope ?? {};
  const { id, subject, state, outcome, receivedAt } = row;
  return { id, type, subject, payload, capturedAt, state, outcome, receivedAt, readable: envelope !== null };
}

function shown(row: QueueRow, opened: QueueEntry | undefined): QueueEntry {
  const { state, outcome, receivedAt } = row;
  return { ...(opened ?? entryOf(row, null)), state, outcome, receivedAt };
}

function countsOf(rows: readonly QueueRow[]): QueueCounts {
  const counts = { ...EMPTY_COUNTS };
  for (const row of rows) {
    if (row.trace) continue;
    counts[row.state] += 1;
    if (row.receivedAt !== null) counts.lastReceivedAt = Math.max(counts.lastReceivedAt ?? 0, row.receivedAt);
  }
  return counts;
}
