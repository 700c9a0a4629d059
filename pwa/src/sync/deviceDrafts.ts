import type { DraftRow, PersonStore } from "../db/person";
import type { DraftsQuery } from "../gateway/generated";
import { joined } from "../db/joined";
import { NotRegistered } from "../db/trouble";
import type { KeyVault } from "../vault/keyVault";
import { now } from "./time";

export type SavedDraft = DraftsQuery["drafts"][number];
/** What stands there after a save, and whether that is what was saved. */
export type StoredDraft = SavedDraft & { saved: boolean };

/** What is still being typed, under the vault. It never leaves this device before it is saved as a command. */
export class DeviceDrafts {
  constructor(private readonly vault: KeyVault, private readonly store: () => PersonStore | null) {}

  /** Every change of a field is kept; `relaxed`, because there is one every second. As on the server: when a save that is not
   *  among the `known` stands there, another tab went on with the draft, and nothing is written. @throws VaultLocked, DeviceFailure */
  async save(draft: Omit<SavedDraft, "savedAt">, known: readonly number[] | null = null): Promise<StoredDraft> {
    const { id, seq } = draft;
    const saved = { ...draft, savedAt: now().toISOString() };
    const sealed = await this.vault.seal(`drafts/${id}`, saved);
    const others = await this.need().write(["drafts"], async (tx) => {
      const row = await tx.objectStore("drafts").get(id);
      if (row && known && !known.includes(row.seq)) return row;
      await tx.objectStore("drafts").put({ id, seq, sealed });
      return null;
    }, "relaxed");
    if (!others) return { ...saved, saved: true };
    return { ...saved, body: {}, ...((await this.read(others)) ?? {}), seq: others.seq, saved: false };
  }

  /** Null when it ended, or an older PIN sealed it. */
  private read({ id, sealed }: DraftRow): Promise<SavedDraft | null> {
    return (this.vault.open(`drafts/${id}`, sealed) as Promise<SavedDraft>).catch(() => null);
  }

  /** Newest first. */
  async all(): Promise<SavedDraft[]> {
    if (!this.vault.isOpen || !this.store()) return [];
    const rows = await this.need().read(["drafts"], (tx) => tx.objectStore("drafts").getAll());
    const drafts = await Promise.all(rows.map((row) => this.read(row)));
    return drafts.flatMap((draft) => draft ?? []).sort((a, b) => b.savedAt.localeCompare(a.savedAt));
  }

  /** The cases they are about. */
  async cases(): Promise<string[]> {
    return (await this.all()).flatMap(caseOf);
  }

  /** A case was erased: what was being typed about it goes. As after its command, its id stays against the save of another tab. */
  async forget(erased: readonly string[]): Promise<void> {
    const gone = (await this.all()).filter((draft) => caseOf(draft).some((id) => erased.includes(id)));
    if (gone.length === 0) return;
    await this.need().write(["drafts"], async (tx) => {
      await Promise.all(gone.map(({ id }) => joined(tx.objectStore("drafts").put({ id, seq: 0, sealed: new Uint8Array() }))));
    });
  }

  async discard(id: string): Promise<void> {
    await this.need().write(["drafts"], async (tx) => void (await tx.objectStore("drafts").delete(id)));
  }

  private need(): PersonStore {
    const store = this.store();
    if (!store) throw new NotRegistered();
    return store;
  }
}

function caseOf({ body }: SavedDraft): string[] {
  const { caseId } = body as Record<string, unknown>;
  return typeof caseId === "string" ? [caseId] : [];
}
