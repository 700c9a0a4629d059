/** The bucket of the second copy (`twin.ts`). */
export const TWIN = "banso-twin";

export interface StorageBuckets {
  keys: () => Promise<string[]>;
  open: (name: string, options: { durability: "strict"; persisted: boolean }) => Promise<{ indexedDB: IDBFactory }>;
}

/** https://wicg.github.io/storage-buckets/; Chromium has it. */
export function storageBuckets(): StorageBuckets | undefined {
  return (globalThis.navigator as { storageBuckets?: StorageBuckets } | undefined)?.storageBuckets;
}

/** What was seen on the disk. It does not go away while a page lives, but for a browser that loses its store: see `Connection`. */
const seen = new Set<string>();

/** Asked once; a database that was seen is there. */
export async function isThere(name: string): Promise<boolean> {
  if (!seen.has(name)) (await databaseNames()).forEach((each) => seen.add(each));
  return seen.has(name);
}

/** Ask the disk again: the browser lost what was seen. */
export function forgetSeen(): void {
  seen.clear();
}

/** The databases of this site. Asking makes none. Chromium answers the first question after it found its store damaged with an
 *  error, and the second with what is left. */
export async function databaseNames(): Promise<string[]> {
  if (typeof indexedDB === "undefined") return [];
  const all = await indexedDB.databases().catch(() => indexedDB.databases());
  return all.map(({ name }) => name as string);
}

export async function hasTwin(): Promise<boolean> {
  const names = (await storageBuckets()?.keys().catch(() => null)) ?? [];
  return names.includes(TWIN);
}
