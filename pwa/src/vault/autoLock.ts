import { AUTO_LOCK_MS } from "./rules";
import { isVaultOpen, lock, vault } from "./vault";

type Saving = () => Promise<unknown>;

const savings = new Set<Saving>();
const LONGEST_SAVING_MS = 1_500;

/** Something to put under the vault before it closes, such as a sentence half typed. */
export function beforeLock(save: Saving): () => void {
  savings.add(save);
  return () => savings.delete(save);
}

/** Save what is being typed, then lock. Never waits long: the key must go. */
export async function saveAndLock(): Promise<void> {
  // A PIN that is being tried now must not open a page that nobody sees.
  if (!isVaultOpen()) return lock();
  const saved = Promise.allSettled([...savings].map((save) => save()));
  await Promise.race([saved, new Promise((done) => setTimeout(done, LONGEST_SAVING_MS))]);
  lock();
}

let staying = 0;

/** 会場モード lies open all afternoon: no five minutes there. Going to the background locks it all the same. Answers how to end it. */
export function stayOpen(): () => void {
  staying += 1;
  return () => {
    staying -= 1;
  };
}

/** Lock after five minutes without a touch or key, and when the page goes to the background. */
export function startAutoLock(): void {
  let last = Date.now();
  const touched = () => {
    last = Date.now();
  };
  for (const kind of ["pointerdown", "keydown", "scroll"]) addEventListener(kind, touched, { passive: true, capture: true });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void saveAndLock();
  });
  setInterval(() => {
    if (staying > 0) touched();
    else if (Date.now() - last >= AUTO_LOCK_MS || Date.now() < last) void saveAndLock();
  }, 5_000);
  vault.subscribe(touched);
}
