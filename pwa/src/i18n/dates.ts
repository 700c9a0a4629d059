import { now } from "../sync/time";
import { eraText, eraYearOf } from "./era";
import { t } from "./messages";

/** All days and times are Tokyo's, whatever the device says. 24-hour clock; the weekday is always derived. */
const WEEKDAYS = "日月火水木金土";
/** Japan Standard Time; no summer time since 1951. */
const TOKYO_MS = 9 * 3_600_000;

type Moment = Date | string | number;

/** As ISO writes it, with Tokyo's day and time in their places. */
const inTokyo = (moment: Moment) => new Date(new Date(moment).getTime() + TOKYO_MS).toISOString();

/** The Tokyo day of an instant, `2026-11-24`. */
export function tokyoDay(moment: Moment): string {
  return inTokyo(moment).slice(0, 10);
}

/** `12:05` in Tokyo. */
export function clock(moment: Moment): string {
  return inTokyo(moment).slice(11, 16).replace(/^0/, "");
}

/** `12:05:08` in Tokyo. */
export function clockSeconds(moment: Moment): string {
  return inTokyo(moment).slice(11, 19).replace(/^0/, "");
}

/** 11月24日(火) of a civil day. */
export function dayText(isoDay: string): string {
  return `${Number(isoDay.slice(5, 7))}月${Number(isoDay.slice(8, 10))}日(${weekday(isoDay)})`;
}

/** 令和8年（2026年） of a civil day. */
export function yearText(isoDay: string): string {
  return `${eraText(eraYearOf(isoDay))}（${isoDay.slice(0, 4)}年）`;
}

/** 令和8年（2026年）11月24日(火), the full date with both calendars. */
export function fullDayText(isoDay: string): string {
  return yearText(isoDay) + dayText(isoDay);
}

/** A day as it is said today: with the year only when it is another year. */
export function nearDayText(isoDay: string): string {
  return isoDay.slice(0, 4) === tokyoDay(now()).slice(0, 4) ? dayText(isoDay) : fullDayText(isoDay);
}

/** An instant as it is said today: 11月24日(火) 9:20. */
export function momentText(moment: string | number): string {
  return `${nearDayText(tokyoDay(moment))} ${clock(moment)}`;
}

export function weekday(isoDay: string): string {
  return WEEKDAYS[new Date(`${isoDay}T00:00:00Z`).getUTCDay()] ?? "";
}

export function addDays(isoDay: string, days: number): string {
  return new Date(Date.parse(`${isoDay}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The instant of a Tokyo day and `9:05`; Tokyo has no summer time. Null when the clock does not read as one. */
export function tokyoInstant(isoDay: string, time: string): string | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(time.normalize("NFKC").trim());
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return null;
  return new Date(`${isoDay}T${found[1]?.padStart(2, "0")}:${found[2]}:00+09:00`).toISOString();
}

/** 3時間24分 of a count of minutes. */
export function durationText(minutes: number): string {
  const [h, m] = [Math.floor(minutes / 60), minutes % 60];
  if (h === 0) return t("time.minutes", { m });
  return m === 0 ? t("time.hours", { h }) : t("time.hoursMinutes", { h, m });
}

