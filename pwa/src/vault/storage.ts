/** Room that must be left before anything is taken along, bytes (reliability.md 3.5). */
const HEAD_ROOM = 50_000_000;

/** Why nothing may be kept for the way in this browser: the code of its sentence, or null. Asks the browser to keep what it is given.
 *  iPadOS throws away what a page stores that is not on the home screen and not promised to stay; it alone has `standalone`. */
export async function whyNotHere(): Promise<string | null> {
  const { standalone, storage } = navigator as Navigator & { standalone?: boolean };
  if (standalone === false) return "device_not_installed";
  const isKept = await storage.persist();
  if (standalone && !isKept) return "device_not_kept";
  const { quota = 0, usage = 0 } = await storage.estimate();
  return quota - usage < HEAD_ROOM ? "device_no_room" : null;
}
