import "fake-indexeddb/auto";
import { IDBFactory } from "fake-indexeddb";
import { DeviceStore } from "../db/device";
import { forgetSeen, storageBuckets, TWIN } from "../db/names";
import { openPerson, PERSON_VERSION } from "../db/person";
import { CommandQueue } from "../sync/commandQueue";
import { DeviceDrafts } from "../sync/deviceDrafts";
import type { DrainEnd } from "../sync/drain";
import { KeyVault } from "../vault/keyVault";
import { asked } from "./crash";
import type { Owner } from "./owner";

export const PIN = "402918";
export const ME = "11111111-1111-7111-8111-111111111111";
export const OTHER = "22222222-2222-7222-8222-222222222222";

/** Web Locks of one browser: a killed process lets go. */
export class Locks {
  private readonly tails = new Map<string, Promise<unknown>>();

  exclusive = <Result>(name: string, run: () => Promise<Result>): Promise<Result> => {
    const mine = (this.tails.get(name) ?? Promise.resolve()).then(run, run);
    this.tails.set(name, mine.catch(() => undefined));
    return mine;
  };
}

/** A browser profile without anything in it: the site's databases and, apart from them, its buckets'. */
export function newProfile(): void {
  const buckets = new Map<string, { indexedDB: IDBFactory }>();
  globalThis.indexedDB = new IDBFactory();
  forgetSeen();
  const storageBuckets = {
    keys: async () => [...buckets.keys()],
    open: async (name: string) => buckets.get(name) ?? buckets.set(name, { indexedDB: new IDBFactory() }).get(name),
  };
  const locks = new Locks();
  const navigator = { storageBuckets, locks: { request: locks.exclusive } };
  Object.defineProperty(globalThis, "navigator", { value: navigator, configurable: true });
}

/** The browser found the site's databases damaged and deleted them all, while a page lived. */
export function loseDatabases(): void {
  globalThis.indexedDB = new IDBFactory();
}

/** The same before the page was opened. */
export function startWithoutDatabases(): void {
  loseDatabases();
  forgetSeen();
}

/** The same with the second copy. */
export async function loseTwin(): Promise<void> {
  const bucket = await storageBuckets()?.open(TWIN, { durability: "strict", persisted: true });
  if (bucket) bucket.indexedDB = new IDBFactory();
}

export interface TabOptions {
  now?: () => number;
  staff?: string;
  locks?: Locks;
  version?: number;
  /** What leaves the tablet, and in whose name. */
  sends?: (staff: string, ids: string[]) => void;
}

/** One tab (or, with nothing unlocked, the worker) of the tablet: everything new but the disk. */
export class Tab {
  readonly device = new DeviceStore();
  readonly vault: KeyVault;
  readonly queue: CommandQueue;
  readonly drafts: DeviceDrafts;
  private readonly now: () => number;
  private readonly locks: Locks;
  staff: string;

  constructor(readonly owner: Owner, private readonly options: TabOptions = {}) {
    this.now = options.now ?? Date.now;
    this.locks = options.locks ?? new Locks();
    this.staff = options.staff ?? ME;
    this.vault = new KeyVault(this.device, { now: this.now, iterations: 2 });
    this.queue = new CommandQueue(this.vault, {
      deviceId: async () => (await this.device.device())?.id ?? null,
      openStore: (staffId) => openPerson(staffId, options.version ?? PERSON_VERSION),
    });
    this.drafts = new DeviceDrafts(this.vault, () => this.queue.store);
  }

  /** Set up a PIN as the page does. */
  async setUp(pin = PIN): Promise<void> {
    const device = await this.device.ensureDevice("tablet");
    const registration = { ...this.owner.registration, device: device.id };
    const store = openPerson(this.staff);
    await this.vault.setUp(this.staff, pin, 72, async (seal) => {
      const sealed = await seal("kept/registration", registration);
      await store.write(["records", "drafts", "kept"], async (tx) => {
        await tx.objectStore("records").clear();
        await tx.objectStore("drafts").clear();
        await tx.objectStore("kept").put({ id: "registration", sealed });
      });
    });
    await store.close();
    await this.queue.attach(this.staff);
  }

  /** The page is opened: the PIN is asked when there is one. */
  async start(pin: string | null = PIN): Promise<void> {
    await this.vault.choose(this.staff);
    if (pin && this.vault.state.get().state === "locked") await this.vault.unlock(pin);
    await this.queue.attach(this.staff);
  }

  /** The same page turns to somebody else after their sign-in: to their queue first, then they open it. */
  async turnTo(staff: string, pin = PIN): Promise<void> {
    this.staff = staff;
    await this.start(null);
    await this.start(pin);
  }

  lock(): Promise<void> {
    this.vault.lock();
    return this.queue.reload();
  }

  drain(): Promise<DrainEnd> {
    const { staff } = this;
    const send: Owner["submitSealed"] = (commands) => asked(() => {
      this.options.sends?.(staff, commands.map(({ id }) => id));
      return this.owner.submitSealed(commands);
    });
    return this.queue.drain({ send, now: this.now, exclusive: this.locks.exclusive });
  }

  async close(): Promise<void> {
    await this.queue.attach(null);
    await this.device.close();
  }
}
