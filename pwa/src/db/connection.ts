import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from "idb";
import { joined } from "./joined";
import { forgetSeen, isThere } from "./names";
import { DeviceFailure, isClosed, isFull, trouble, type Trouble } from "./trouble";
import { inTurn, Twin, type Change } from "./twin";

export interface Plan<Schema extends DBSchema> {
  name: string;
  version: number;
  upgrade: (db: IDBPDatabase<Schema>, from: number) => void;
  /** The stores of what stands nowhere else: kept twice (`twin.ts`), and put back when the browser has lost the database. */
  twinned: readonly StoreNames<Schema>[];
}

export type Transaction<Schema extends DBSchema, Mode extends IDBTransactionMode> = IDBPTransaction<Schema, StoreNames<Schema>[], Mode>;

/** One database of the device. Opens when first used; opens again when the browser closed it. */
export class Connection<Schema extends DBSchema> {
  private opened: Promise<IDBPDatabase<Schema>> | null = null;
  /** Both copies are known to be equal. */
  private isAligned = false;
  private aligned: Promise<unknown> = Promise.resolve();
  private readonly twin: Twin;

  constructor(private readonly plan: Plan<Schema>) {
    this.twin = new Twin(plan.name, plan.twinned.map(String));
  }

  /** Read. Runs again once when the connection was closed under it. */
  read<Result>(stores: StoreNames<Schema>[], act: (tx: Transaction<Schema, "readonly">) => Promise<Result>): Promise<Result> {
    return this.run(stores, "readonly", {}, act);
  }

  /** Write in one transaction. Resolves when it is on the disk (`strict`, the default) or with the system (`relaxed`);
   *  rejects with nothing written. Inside, await nothing but the transaction's own requests. */
  write<Result>(
    stores: StoreNames<Schema>[],
    act: (tx: Transaction<Schema, "readwrite">) => Promise<Result>,
    durability: IDBTransactionDurability = "strict",
  ): Promise<Result> {
    return inTurn(async () => {
      let changes: Change[] = [];
      const result = await this.run(stores, "readwrite", { durability }, (tx) => act(noting(tx, (changes = []))));
      await this.second(() => this.twin.follow(changes));
      return result;
    });
  }

  /** The second copy after the first: a step behind at most, or aligned anew. Its failure is nobody's failure: the first copy stands. */
  private async second(step: () => Promise<void>): Promise<void> {
    const { isAligned } = this;
    this.isAligned = false;
    try {
      await (isAligned ? step() : this.align());
      this.isAligned = true;
    } catch {
      // The next write aligns them.
    }
  }

  private async align(): Promise<void> {
    const stores = [...this.plan.twinned];
    const first = await this.read(stores, async (tx) => {
      const all = await Promise.all(stores.map(async (store) => ({ store, keyPath: tx.objectStore(store).keyPath as string, rows: await joined(tx.objectStore(store).getAll()) })));
      return all.flatMap(({ store, keyPath, rows }) => rows.map((row) => ({ store: String(store), key: Reflect.get(row as object, keyPath) as IDBValidKey, row })));
    });
    await this.twin.align(first);
  }

  async close(): Promise<void> {
    // Else the look at the second copy would open it again.
    await this.aligned;
    const opened = this.opened;
    this.opened = null;
    (await opened?.catch(() => null))?.close();
    await this.twin.close();
  }

  private async run<Mode extends "readonly" | "readwrite", Result>(
    stores: StoreNames<Schema>[],
    mode: Mode,
    options: IDBTransactionOptions,
    act: (tx: Transaction<Schema, Mode>) => Promise<Result>,
  ): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        const tx = (await this.database()).transaction(stores, mode, options) as Transaction<Schema, Mode>;
        return await complete(tx, act);
      } catch (failure) {
        if (isFull(failure)) throw this.fail("device_full");
        // UnknownError, AbortError, DataError and whatever else an engine knows: nothing was written.
        if (attempt > 1 || !isClosed(failure)) throw this.fail("device_closed");
        this.opened = null;
      }
    }
  }

  private fail(kind: Trouble): DeviceFailure {
    trouble.set(kind);
    return new DeviceFailure(kind);
  }

  private database(): Promise<IDBPDatabase<Schema>> {
    if (!this.opened) {
      const opened = this.open();
      this.opened = opened;
      this.isAligned = false;
      // Not waited for: whoever reads need not, and whoever writes comes after it or does it first.
      const align = async () => {
        if (this.opened === opened && !this.isAligned) await this.second(async () => undefined);
      };
      this.aligned = opened.then(() => inTurn(align)).catch(() => undefined);
    }
    return this.opened;
  }

  private async open(): Promise<IDBPDatabase<Schema>> {
    let isLost = false;
    const gone = () => {
      this.opened = null;
    };
    try {
      const rows = (await isThere(this.plan.name)) ? null : await this.twin.rows();
      return await openDB<Schema>(this.plan.name, this.plan.version, {
        upgrade: (db, from, _to, tx) => {
          // It was here, and the browser has lost it since: made anew with what the second copy holds, never empty.
          isLost = from === 0 && !rows;
          void joined(tx.done);
          if (isLost) return tx.abort();
          this.plan.upgrade(db, from);
          if (from === 0) for (const { store, row } of rows ?? []) void joined(tx.objectStore(store as StoreNames<Schema>).put(row as never));
        },
        // A newer page wants to upgrade: give way at once, or it waits for ever.
        blocking: (_current, _wanted, event) => {
          (event.target as IDBDatabase).close();
          gone();
        },
        terminated: gone,
      });
    } catch (failure) {
      if (isLost) {
        forgetSeen();
        return this.open();
      }
      gone();
      throw failure;
    }
  }
}

async function complete<Schema extends DBSchema, Mode extends IDBTransactionMode, Result>(
  tx: Transaction<Schema, Mode>,
  act: (tx: Transaction<Schema, Mode>) => Promise<Result>,
): Promise<Result> {
  void joined(tx.done);
  try {
    const result = await act(tx);
    await tx.done;
    return result;
  } catch (failure) {
    try {
      tx.abort();
    } catch {
      // It had ended already.
    }
    throw tx.error ?? failure;
  }
}

/** Does this browser have the database, or what is left of it in the second copy? Asking never makes one. */
export async function exists(name: string): Promise<boolean> {
  if (await isThere(name)) return true;
  const twin = new Twin(name, []);
  try {
    return (await twin.rows()).length > 0;
  } finally {
    await twin.close();
  }
}

/** The same transaction, with a note of every row that it changes. */
function noting<Tx extends object>(tx: Tx, changes: Change[]): Tx {
  return new Proxy(tx, {
    get: (target, name) => (name === "objectStore" ? (store: string) => notingStore(call(target, name)(store) as object, store, changes) : bound(target, name)),
  });
}

function notingStore(target: object, store: string, changes: Change[]): object {
  const write = (name: string) => (argument: object) => {
    const done = call(target, name)(argument) as Promise<IDBValidKey>;
    const row = (key: IDBValidKey) => ({ ...argument, [Reflect.get(target, "keyPath") as string]: key });
    void done.then((key) => changes.push(name === "delete" ? { store, key: argument as IDBValidKey } : { store, key, row: row(key) }), () => undefined);
    return done;
  };
  const clear = () => {
    changes.push({ store, key: null });
    return call(target, "clear")();
  };
  return new Proxy(target, {
    get: (_, name) => (name === "put" || name === "add" || name === "delete" ? write(name) : name === "clear" ? clear : bound(target, name)),
  });
}

function call(target: object, name: string): (...args: unknown[]) => unknown {
  return (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target);
}

function bound(target: object, name: string | symbol): unknown {
  const found: unknown = Reflect.get(target, name);
  return typeof found === "function" ? found.bind(target) : found;
}
