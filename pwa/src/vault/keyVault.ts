import type { DeviceStore, StaffRow } from "../db/device";
import { VaultLocked } from "../db/trouble";
import { Store } from "../sync/store";
import { keepInMemory, openJson, randomBytes, sealJson, unwrap, wrap, type Wrapped } from "./crypto";
import { isExpired, ITERATIONS, MAX_TRIES, waitAfter, waitLeft } from "./rules";
import type { UnlockResult, VaultState } from "./vault";

export interface VaultOptions {
  now?: () => number;
  iterations?: number;
  state?: Store<VaultState>;
  /** The key was deleted because of wrong tries or of time: only the password opens anything now. */
  barred?: () => void;
}

/** The one place that holds a person's key, in memory, while it is open. */
export class KeyVault {
  readonly state: Store<VaultState>;
  private key: CryptoKey | null = null;
  /** Of the wrapped key that was opened: another one is there once a new PIN was set in another tab. */
  private salt = "";
  private readonly now: () => number;
  private readonly iterations: number;
  private readonly barred: () => void;
  /** How often it was locked: whoever was still unwrapping then comes too late. */
  private locked = 0;

  constructor(private readonly device: DeviceStore, options: VaultOptions = {}) {
    this.state = options.state ?? new Store<VaultState>({ state: "none" });
    this.now = options.now ?? Date.now;
    this.barred = options.barred ?? (() => undefined);
    this.iterations = options.iterations ?? ITERATIONS;
  }

  /** At the start of the page: whoever used this device last is asked for the PIN. */
  async begin(): Promise<void> {
    const rows = (await this.device.everybody()).filter((row) => row.wrapped !== null);
    rows.sort((a, b) => b.usedAt - a.usedAt);
    await this.turnTo(rows[0] ?? null);
    if (rows.length > 0 && this.state.get().state === "none") this.barred();
    await this.forgetOthers(rows);
  }

  /** Turn to another person: locked when they have a PIN here, none otherwise. The same open vault stays open. */
  async choose(staffId: string | null): Promise<void> {
    const now = this.state.get();
    if (staffId !== null && now.state === "open" && now.staffId === staffId) return;
    this.key = null;
    await this.turnTo(staffId === null ? null : await this.device.staff(staffId));
  }

  /** Whoever else has a key here: their 72 hours end, too. */
  private async forgetOthers(rows: readonly StaffRow[]): Promise<void> {
    const now = this.state.get();
    for (const row of rows) {
      const isCurrent = now.state !== "none" && row.staffId === now.staffId;
      if (row.wrapped && !isCurrent && isExpired(row, this.now())) await this.device.dropKey(row.staffId);
    }
  }

  private async turnTo(row: StaffRow | null): Promise<void> {
    const isReadable = row?.wrapped && !isExpired(row, this.now());
    this.state.set(isReadable ? { state: "locked", staffId: row.staffId } : { state: "none" });
    if (row && !isReadable) await this.forget(row.staffId);
  }

  /** A new key under a new PIN. What an older key sealed can no longer be read. `prepare` runs with the vault's
   *  sealing before the PIN counts: what it stores is there when the vault is. */
  async setUp(staffId: string, pin: string, readableHours: number, prepare: (seal: Seal) => Promise<void>): Promise<void> {
    const { locked } = this;
    const raw = randomBytes(32);
    const wrapped = await wrap(raw, pin, staffId, this.iterations);
    const key = await keepInMemory(raw);
    await prepare((id, value) => sealJson(key, id, value));
    const now = this.now();
    const contact = { lastContactAt: now, highestNow: now, usedAt: now };
    await this.device.putStaff({ staffId, ...wrapped, failures: 0, nextTryAt: 0, ...contact, readableHours });
    this.opened(staffId, key, locked, wrapped);
  }

  /** Try a PIN; also asked while open (leaving 会場モード). The try is counted before it is made.
   *  A disk without room takes no count, and one in memory would begin anew with each reload: whoever fills the disk could guess
   *  for nothing. A delete takes no room, so there each try, right or wrong, deletes one of ten rows that the last right PIN
   *  with room put by. When none is left nothing is tried until there is room; the key stays. */
  async unlock(pin: string): Promise<UnlockResult> {
    const { locked } = this;
    if (this.state.get().state === "none") return "gone";
    const staffId = this.staffId();
    const before = await this.device.staff(staffId);
    if (!before?.wrapped || isExpired(before, this.now()) || before.failures >= MAX_TRIES) return this.gone(staffId);
    if (waitLeft(before, this.now()) > 0) return "wait";
    const counted = await this.device.changeStaff(staffId, (row) => this.oneMoreTry(row)).catch(async (failure) => {
      if (!(await this.device.takeSpare(staffId))) throw failure;
      return before;
    });
    if (!counted?.wrapped) return this.gone(staffId);
    const key = await unwrap(counted as Wrapped, pin, staffId);
    if (!key) return counted.failures >= MAX_TRIES ? this.gone(staffId) : "wrong";
    await this.device.changeStaff(staffId, (row) => ({ ...row, failures: 0, nextTryAt: 0, usedAt: this.now() }))
      .then(() => this.device.putSpares(staffId, MAX_TRIES))
      .catch(() => undefined);
    return this.opened(staffId, key, locked, counted) ? "ok" : "wait";
  }

  /** False when it was locked in the meantime, by a page that went to the background: it stays so. */
  private opened(staffId: string, key: CryptoKey, locked: number, { salt }: Pick<StaffRow, "salt">): boolean {
    const inTime = locked === this.locked;
    this.key = inTime ? key : null;
    this.salt = salt.join();
    this.state.set({ state: inTime ? "open" : "locked", staffId });
    return inTime;
  }

  private oneMoreTry(row: StaffRow): StaffRow {
    const failures = row.failures + 1;
    return { ...row, failures, nextTryAt: this.now() + waitAfter(failures), highestNow: Math.max(row.highestNow, this.now()) };
  }

  private async gone(staffId: string): Promise<UnlockResult> {
    await this.forget(staffId);
    this.barred();
    return "gone";
  }

  /** ms until the next try may be made, and how many are left. */
  async tries(): Promise<{ waitMs: number; left: number }> {
    const now = this.state.get();
    const row = now.state === "none" ? null : await this.device.staff(now.staffId);
    return row ? { waitMs: waitLeft(row, this.now()), left: MAX_TRIES - row.failures } : { waitMs: 0, left: 0 };
  }

  /** Drop the key from memory. */
  lock(): void {
    const now = this.state.get();
    this.locked += 1;
    this.key = null;
    if (now.state === "open") this.state.set({ state: "locked", staffId: now.staffId });
  }

  /** Delete a person's key, for ever: from memory first, whatever the disk says. Their queue stays, sealed to the gateway. */
  async forget(staffId: string): Promise<void> {
    const now = this.state.get();
    if (now.state !== "none" && now.staffId === staffId) {
      this.key = null;
      this.state.set({ state: "none" });
    }
    await this.device.dropKey(staffId);
  }

  /** The gateway answered this person now; the 72 hours begin again. */
  async contacted(staffId: string, readableHours?: number): Promise<void> {
    const now = this.now();
    await this.device.changeStaff(staffId, (row) => ({ ...row, lastContactAt: now, highestNow: now, readableHours: readableHours ?? row.readableHours }));
  }

  /** The minute's look at the clock: too long without contact ends the reading; so does a key that was deleted in another tab;
   *  one that another PIN replaced there is asked for anew. */
  async checkTime(): Promise<void> {
    const now = this.state.get();
    if (now.state !== "none") {
      const later = (found: StaffRow) => ({ ...found, highestNow: Math.max(found.highestNow, this.now()) });
      const row = await this.device.changeStaff(now.staffId, later).catch(() => this.device.staff(now.staffId));
      if (!row?.wrapped || isExpired(row, this.now())) await this.gone(now.staffId);
      else if (this.key && row.salt.join() !== this.salt) this.lock();
    }
    await this.forgetOthers(await this.device.everybody());
  }

  /** @throws VaultLocked */
  seal: Seal = (id, value) => sealJson(this.need(), id, value);

  /** @throws VaultLocked, or OperationError when it was sealed under an older key or for another id. */
  open(id: string, sealed: Uint8Array<ArrayBuffer>): Promise<unknown> {
    return openJson(this.need(), id, sealed);
  }

  /** Whose vault this is. @throws VaultLocked when it is nobody's. */
  staffId(): string {
    const now = this.state.get();
    if (now.state === "none") throw new VaultLocked();
    return now.staffId;
  }

  get isOpen(): boolean {
    return this.key !== null;
  }

  private need(): CryptoKey {
    if (!this.key) throw new VaultLocked();
    return this.key;
  }
}

export type Seal = (id: string, value: unknown) => Promise<Uint8Array<ArrayBuffer>>;
