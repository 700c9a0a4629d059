import type { StaffRow } from "../db/device";

export const ITERATIONS = 600_000;
export const MAX_TRIES = 10;
export const AUTO_LOCK_MS = 5 * 60_000;
const HOUR = 3_600_000;

/** Seconds to wait after so many wrong tries in a row. */
const WAITS = [0, 0, 0, 5, 15, 30, 60, 120, 300, 600];

export function waitAfter(failures: number): number {
  return (WAITS[failures] ?? 600) * 1_000;
}

/** ms until the next try. A clock that was turned back cannot make it longer than the wait itself. */
export function waitLeft(row: Pick<StaffRow, "failures" | "nextTryAt">, now: number): number {
  return Math.max(0, Math.min(row.nextTryAt - now, waitAfter(row.failures)));
}

/** Until when the device can be read without contact, ms. */
export function readableUntil(row: Pick<StaffRow, "lastContactAt" | "readableHours">): number {
  return row.lastContactAt + row.readableHours * HOUR;
}

/** Too long without contact. The clock counts as the latest it ever showed; a jump into the future costs the reading, never the queue. */
export function isExpired(row: Pick<StaffRow, "lastContactAt" | "readableHours" | "highestNow">, now: number): boolean {
  return Math.max(now, row.highestNow) > readableUntil(row);
}

/** 6 to 8 digits, neither one digit throughout nor a run such as 123456. */
export function isGoodPin(pin: string): "ok" | "length" | "easy" {
  if (!/^\d{6,8}$/.test(pin)) return "length";
  const steps = new Set([...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index])));
  return steps.size === 1 && [...steps].every((step) => Math.abs(step) <= 1) ? "easy" : "ok";
}
