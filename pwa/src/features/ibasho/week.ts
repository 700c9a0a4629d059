import { addDays, tokyoDay } from "../../i18n/dates";

/** The Monday of a civil day's week. */
export function mondayOf(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** The sessions by their Tokyo day, in order of time. */
export function byDay<Session extends { startsAt: string }>(sessions: readonly Session[]): [string, Session[]][] {
  const days = new Map<string, Session[]>();
  for (const session of [...sessions].sort((a, b) => a.startsAt.localeCompare(b.startsAt))) {
    const day = tokyoDay(session.startsAt);
    days.set(day, [...(days.get(day) ?? []), session]);
  }
  return [...days];
}
