import { expect, it } from "vitest";
import { fillDisk } from "../testkit/disk";
import { ME, newProfile } from "../testkit/tablet";
import { storageBuckets, TWIN, type StorageBuckets } from "./names";
import { openPerson } from "./person";

const tick = () => new Promise(setImmediate);

/** False when some connection is still open. */
function isFree(databases: IDBFactory, name: string): Promise<boolean> {
  return new Promise((done) => {
    const request = databases.deleteDatabase(name);
    request.onblocked = () => done(false);
    request.onsuccess = () => done(true);
  });
}

it("leaves no second copy open, at whatever step of looking at it it was closed", async () => {
  for (let steps = 0; steps < 60; steps++) {
    newProfile();
    const store = openPerson(ME);
    await store.write(["kept"], (tx) => tx.objectStore("kept").put({ id: "a", sealed: new Uint8Array(1) }));
    await store.close();
    await store.read(["kept"], (tx) => tx.objectStore("kept").getAll());
    for (let step = 0; step < steps; step++) await tick();
    await store.close();
    for (let step = 0; step < 60; step++) await tick();
    const bucket = await (storageBuckets() as StorageBuckets).open(TWIN, { durability: "strict", persisted: true });
    expect(await isFree(bucket.indexedDB, TWIN), `closed after ${steps} steps`).toBe(true);
  }
});

it.each(["UnknownError", "AbortError", "DataError"])("says of a write that failed for any reason (%s) that nothing was written", async (name) => {
  newProfile();
  const store = openPerson(ME);
  const write = () => store.write(["kept"], (tx) => tx.objectStore("kept").put({ id: "a", sealed: new Uint8Array(1) }));
  const mend = fillDisk(new DOMException("", name));
  await expect(write().finally(mend)).rejects.toMatchObject({ kind: "device_closed" });
  await expect(write()).resolves.toBe("a");
});
