import table from "../../../services/contracts/eras.json";
import { t } from "./messages";

export interface Era {
  era: string;
  letter: string;
  short: string;
  start: string;
  end: string | null;
}

/** The one era table, shared with the services; oldest first. */
export const eras: readonly Era[] = table;

export interface EraYear {
  era: string;
  year: number;
}

/** 和暦 of a civil day (`2026-11-24` is 令和8年). Null before the table begins. */
export function eraYearOf(isoDay: string): EraYear | null {
  const era = eras.findLast((candidate) => candidate.start <= isoDay);
  if (!era) return null;
  return { era: era.era, year: Number(isoDay.slice(0, 4)) - Number(era.start.slice(0, 4)) + 1 };
}

/** 和暦 of a year of which the day is not known: the era that held at its end, as people say it. */
export function eraYearOfYear(year: number): EraYear | null {
  return eraYearOf(`${year}-12-31`);
}

/** 令和8年, 平成元年. */
export function eraText(shown: EraYear | null): string {
  if (!shown) return "";
  return t("date.eraYear", { era: shown.era, year: shown.year === 1 ? t("date.firstYear") : shown.year });
}

export function findEra(typed: string): Era | null {
  const upper = typed.toUpperCase();
  return eras.find((era) => upper === era.letter || typed === era.short || typed === era.era) ?? null;
}

/** First and last western year of an era. */
export function yearsOf(era: Era): { first: number; last: number | null } {
  return { first: Number(era.start.slice(0, 4)), last: era.end ? Number(era.end.slice(0, 4)) : null };
}
