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
