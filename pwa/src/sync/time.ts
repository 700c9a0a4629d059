/** What time it is. A tablet's own clock may be wrong, by a year when its battery was empty. The gateway says its time with every answer;
 *  the difference is kept for the hours without a network. Nothing is put in order by it. */

/** Nearer than this, the difference may be the way of the answer. */
const WRONG_MS = 60_000;
/** For so long a tablet works without a word of the gateway (`readableHours`). */
const ALONE_MS = 72 * 3_600_000;

let heardAt = 0;
let ahead = 0;
try {
  [heardAt, ahead] = JSON.parse(localStorage.time);
} catch {
  // Nothing is kept, or nothing can be: in a service worker, on a full disk, where storage is blocked. It is heard anew.
}

/** What was asked at `sent`, by this clock, the gateway answered at `date`, as HTTP writes it. A tablet may have slept since. */
export function heard(date: string | null, sent: number): void {
  const at = Date.parse(String(date));
  if (!at) return;
  const before = ahead;
  ahead = sent - at;
  if (Math.abs(ahead) < WRONG_MS) ahead = 0;
  heardAt = at;
  try {
    if (ahead || before) localStorage.time = JSON.stringify([at, ahead]);
  } catch {
    // As above: no answer is lost for it.
  }
}

/** The present moment. A clock that somebody has put right since the last answer is believed again. */
export function now(): Date {
  const own = Date.now();
  const told = own - ahead;
  return new Date(told < heardAt || told > heardAt + ALONE_MS ? own : told);
}
