import { wrap, type DBSchema, type IDBPDatabase } from "idb";
import { joined } from "./joined";
import { hasTwin, storageBuckets, TWIN, type StorageBuckets } from "./names";

/* A second copy of what stands nowhere else, in a storage bucket of its own.

   Chromium keeps all databases of a site in one LevelDB. A process killed between the two writes of one log record leaves half of
   it; the next start goes on writing behind that half, and the start after it meets a checksum that does not fit and deletes the
   whole store (content/browser/indexed_db/instance/leveldb/backing_store.cc; one to three of a hundred kills while writing without
   a pause). A bucket has a LevelDB of its own, and the two are written one after the other, so a kill tears one of them at most.
   Browsers without buckets keep IndexedDB in SQLite, which rolls back what was half written. */

/** One row's place in its database. */
type Place = [database: string, store: string, key: IDBValidKey];

interface TwinSchema extends DBSchema {
  rows: { key: Place; value: unknown };
}

export interface Change {
  store: string;
  /** Null: every row of the store. */
  key: IDBValidKey | null;
  /** Undefined: the row is gone. */
  row?: unknown;
}

const under = (...place: string[]) => IDBKeyRange.bound(place, [...place, []]);
const named = ({ store, key }: Change) => `${store}/${String(key)}`;

/** One at a time over all tabs and the worker: no two of the site's stores are written in the same moment. */
export function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
  return storageBuckets() ? (navigator.locks.request(TWIN, act) as Promise<Result>) : act();
}

/** The second copy of one database. Does nothing in a browser without buckets. */
export class Twin {
  private opened: Promise<IDBPDatabase<TwinSchema>> | null = null;

  constructor(private readonly database: string, private readonly stores: readonly string[]) {}

  /** Everything in it. Asking makes none. */
  async rows(): Promise<Required<Change>[]> {
    if (!(await hasTwin())) return [];
    const tx = (await this.open()).transaction("rows");
    void joined(tx.done);
    const rows = tx.objectStore("rows");
    const all = under(this.database);
    const [keys, values] = await Promise.all([joined(rows.getAllKeys(all)), joined(rows.getAll(all))]);
    return keys.map(([, store, key], index) => ({ store, key, row: values[index] }));
  }

  /** Write what was written to the first copy. */
  async follow(changes: readonly Change[]): Promise<void> {
    const ours = changes.filter(({ store }) => this.stores.includes(store));
    if (ours.length === 0 || !storageBuckets()) return;
    const tx = (await this.open()).transaction("rows", "readwrite", { durability: "strict" });
    void joined(tx.done);
    const rows = tx.objectStore("rows");
    for (const { store, key, row } of ours) {
      if (row) void joined(rows.put(row, [this.database, store, key as IDBValidKey]));
      else void joined(rows.delete(key === null ? under(this.database, store) : [this.database, store, key]));
    }
    await tx.done;
  }

  /** Make it equal to the first copy, which is right: a page that was killed between the two left them different. */
  async align(first: readonly Required<Change>[]): Promise<void> {
    const here = new Map((await this.rows()).map((each) => [named(each), each]));
    const fresh = first.filter((each) => !same(each.row, here.get(named(each))?.row));
    for (const each of first) here.delete(named(each));
    await this.follow([...fresh, ...[...here.values()].map(({ store, key }) => ({ store, key }))]);
  }

  async close(): Promise<void> {
    const { opened } = this;
    this.opened = null;
    (await opened?.catch(() => null))?.close();
  }

  /** A damaged bucket answers with an error once, and is empty then. */
  private open(): Promise<IDBPDatabase<TwinSchema>> {
    if (!this.opened) {
      this.opened = this.openBucket().catch(() => this.openBucket());
      this.opened.catch(() => void this.close());
    }
    return this.opened;
  }

  private async openBucket(): Promise<IDBPDatabase<TwinSchema>> {
    const bucket = await (storageBuckets() as StorageBuckets).open(TWIN, { durability: "strict", persisted: true });
    const request = bucket.indexedDB.open(TWIN, 1);
    request.onupgradeneeded = () => request.result.createObjectStore("rows");
    const db = (await wrap(request)) as IDBPDatabase<TwinSchema>;
    db.onclose = () => void this.close();
    return db;
  }
}

/** Of rows of plain values and bytes. */
function same(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || !one || !other) return one === other;
  if (one instanceof Uint8Array && other instanceof Uint8Array) return indexedDB.cmp(one, other) === 0;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => same(Reflect.get(one, key), Reflect.get(other, key)));
}
