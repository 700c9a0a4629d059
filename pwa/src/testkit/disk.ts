/** The disk takes nothing more. As in Chromium: whatever puts something is refused, what only deletes is not. Answers how to make room. */
export function fillDisk(failure = new DOMException("", "QuotaExceededError")): () => void {
  const disk = IDBObjectStore.prototype;
  const { put, add } = disk;
  disk.put = disk.add = () => {
    throw failure;
  };
  return () => Object.assign(disk, { put, add });
}
