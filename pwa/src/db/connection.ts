import { openDB, type DBSchema, type IDBPDatabase, type IDBPTransaction, type StoreNames } from "idb";
import { DeviceFailure, isClosed, isFull, trouble } from "./trouble";

export interface Plan<Schema extends DBSchema> {
  name: string;
  version: number;
  upgrade: (db: IDBPDatabase<Schema>, from: number) => void;
}

export type Transaction<Schema extends DBSchema, Mode extends IDBTransactionMode> = IDBPTransaction<Schema, StoreNames<Schema>[], Mode>;

/** One database of the device. Opens when first used; opens again when the browser closed it. */
export class Connection<Schema extends DBSchema> {
  private opened: Promise<IDBPDatabase<Schema>> | null = null;

  constructor(private readonly plan: Plan<Schema>) {}

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
    return this.run(stores, "readwrite", { durability }, act);
  }

  async close(): Promise<void> {
    const opened = this.opened;
    this.opened = null;
    (await opened?.catch(() => null))?.close();
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
        if (isFull(failure)) throw this.fail("full");
        if (!isClosed(failure)) throw failure;
        this.opened = null;
        if (attempt > 1) throw this.fail("closed");
      }
    }
  }

  private fail(kind: "full" | "closed"): DeviceFailure {
    trouble.set(kind);
    return new DeviceFailure(kind);
  }

  private database(): Promise<IDBPDatabase<Schema>> {
    this.opened ??= this.open();
    return this.opened;
  }

  private async open(): Promise<IDBPDatabase<Schema>> {
    const gone = () => {
      this.opened = null;
    };
    try {
      return await openDB<Schema>(this.plan.name, this.plan.version, {
        upgrade: (db, from) => this.plan.upgrade(db, from),
        // A newer page wants to upgrade: give way at once, or it waits for ever.
        blocking: (_current, _wanted, event) => {
          (event.target as IDBDatabase).close();
          gone();
        },
        terminated: gone,
      });
    } catch (failure) {
      gone();
      if (isFull(failure)) throw this.fail("full");
      if (failure instanceof Error && failure.name === "VersionError") throw this.fail("closed");
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

/** One of several requests of a transaction: should a later one throw, the transaction tells it, not this promise alone. */
export function joined<Result>(request: Promise<Result>): Promise<Result> {
  request.catch(() => undefined);
  return request;
}

/** Does this browser have the database? Asking never makes one. */
export async function exists(name: string): Promise<boolean> {
  if (typeof indexedDB === "undefined") return false;
  return (await indexedDB.databases()).some((each) => each.name === name);
}
