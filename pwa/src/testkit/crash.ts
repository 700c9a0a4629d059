import "fake-indexeddb/auto";
import { AsyncLocalStorage } from "node:async_hooks";

/** The process was killed. Whatever it still tries has no effect. */
export class Killed extends Error {
  constructor() {
    super("killed");
  }
}

/** Counts every step a process takes towards disk, cryptography and network, and kills it at the chosen one. */
export class Scheduler {
  steps = 0;
  dead = false;

  constructor(private readonly killAt = Infinity) {}

  step(): void {
    if (this.dead) throw new Killed();
    this.steps += 1;
    if (this.steps === this.killAt) this.kill();
  }

  kill(): never {
    this.dead = true;
    throw new Killed();
  }
}

/** Follows whatever a process began, waited for or not: what it left behind when it was killed is still its own, and dead. */
const running = new AsyncLocalStorage<Scheduler>();

/** Run as one process under a scheduler. Answers false when it was killed. */
export async function asProcess(scheduler: Scheduler, run: () => Promise<void>): Promise<boolean> {
  try {
    await running.run(scheduler, run);
  } catch (failure) {
    if (!scheduler.dead) throw failure;
  }
  return !scheduler.dead;
}

export function step(): void {
  running.getStore()?.step();
}

/** A request: a process may die before it leaves, and before its answer is heard. */
export async function asked<Answer>(request: () => Promise<Answer>): Promise<Answer> {
  step();
  const answer = await request();
  step();
  return answer;
}

type Method = (this: never, ...args: never[]) => unknown;

/** Before it: nothing happened. After a write: it succeeded inside its transaction, which then never committed. */
function counted(owner: object, name: string, write: boolean): void {
  const original = Reflect.get(owner, name) as Method;
  Reflect.set(owner, name, function (this: IDBObjectStore | IDBIndex | IDBFactory | SubtleCrypto, ...args: never[]) {
    const now = running.getStore();
    if (!now) return original.apply(this as never, args);
    const tx = "transaction" in this ? this.transaction : "objectStore" in this ? this.objectStore.transaction : null;
    if (!tx) now.step();
    const result = original.apply(this as never, args);
    if (tx) killBefore(now, tx);
    if (tx && write) killAfter(now, result as IDBRequest, tx);
    return result;
  });
}

/** A request of a killed process is never carried out. */
function killBefore(now: Scheduler, tx: IDBTransaction): void {
  try {
    now.step();
  } catch {
    tx.abort();
  }
}

function killAfter(now: Scheduler, request: IDBRequest, tx: IDBTransaction): void {
  request.addEventListener("success", () => {
    try {
      now.step();
    } catch {
      tx.abort();
    }
  });
}

counted(IDBFactory.prototype, "open", false);
for (const name of ["put", "add", "delete", "clear"]) counted(IDBObjectStore.prototype, name, true);
for (const name of ["get", "getAll"]) counted(IDBObjectStore.prototype, name, false);
for (const name of ["get", "getAll", "count"]) counted(IDBIndex.prototype, name, false);
for (const name of ["encrypt", "decrypt", "sign", "importKey", "deriveKey", "deriveBits", "generateKey", "exportKey"]) {
  counted(Object.getPrototypeOf(crypto.subtle) as object, name, false);
}
