import { eraText, eraYearOf, eraYearOfYear, findEra, yearsOf, type Era } from "./era";
import { t } from "./messages";

export interface BirthTyped {
  year: string;
  month: string;
  day: string;
}

/** What the three fields say back while they are typed. `bad` means the services will refuse it. */
export interface BirthEcho {
  text: string;
  bad: boolean;
  field: "year" | "month" | "day";
}

const YEAR = /^([A-Za-z]|[^\d\sA-Za-z元]{1,2})?(\d{1,4}|元)年?(ごろ|頃|くらい|位)?$/;

/** 「平10ごろ」 → 「平成10年（1998年）ごろ　28歳くらい」. `today` is the Tokyo day. Null when nothing is typed. */
export function birthEcho(typed: BirthTyped, today: string): BirthEcho | null {
  const [year, month, day] = [normal(typed.year), normal(typed.month), normal(typed.day)];
  if (!year && !month && !day) return null;
  const found = YEAR.exec(year);
  if (!found) return problem(t("birth.unreadable"), "year");
  const [, era = "", number = "", about] = found;
  const western = westernYear(era, number, today);
  if (typeof western !== "number") return western;
  if (western > Number(today.slice(0, 4))) return problem(t("birth.future"), "year");
  return month || day ? withDay(western, month, day, Boolean(about), findEra(era), today) : yearOnly(western, era, today);
}

function normal(text: string): string {
  return text.normalize("NFKC").replace(/\s/g, "");
}

function problem(text: string, field: BirthEcho["field"]): BirthEcho {
  return { text, bad: true, field };
}

function westernYear(eraTyped: string, yearTyped: string, today: string): number | BirthEcho {
  const year = yearTyped === "元" ? 1 : Number(yearTyped);
  if (!eraTyped) return year >= 1868 && year <= 9999 ? year : problem(t("birth.ambiguous"), "year");
  const era = findEra(eraTyped);
  if (!era) return problem(t("birth.unreadable"), "year");
  const { first, last } = yearsOf(era);
  const longest = (last ?? Number(today.slice(0, 4))) - first + 1;
  if (year < 1 || year > longest) return problem(t("birth.outOfRange", { era: era.era, from: 1, to: longest }), "year");
  return first + year - 1;
}

function yearOnly(western: number, eraTyped: string, today: string): BirthEcho {
  const era = eraTyped ? findEra(eraTyped) : null;
  const shown = era ? { era: era.era, year: western - yearsOf(era).first + 1 } : eraYearOfYear(western);
  const age = Number(today.slice(0, 4)) - western;
  return { text: t("birth.echoYear", { era: eraText(shown), year: western, age }), bad: false, field: "year" };
}

function withDay(western: number, month: string, day: string, about: boolean, era: Era | null, today: string): BirthEcho {
  const monthNumber = Number(month);
  if (!/^\d{1,2}$/.test(month) || monthNumber < 1 || monthNumber > 12) return problem(t("birth.badDate"), "month");
  const years = Number(today.slice(0, 4)) - western;
  if (!day) {
    const shown = eraYearOf(`${western}-${two(monthNumber)}-28`);
    return { text: t("birth.echoMonth", { era: eraText(shown), year: western, month: monthNumber, age: years }), bad: false, field: "year" };
  }
  const dayNumber = Number(day);
  if (!/^\d{1,2}$/.test(day) || dayNumber < 1 || dayNumber > daysIn(western, monthNumber)) return problem(t("birth.badDate"), "day");
  const iso = `${western}-${two(monthNumber)}-${two(dayNumber)}`;
  if (era && iso < era.start) return problem(t("birth.eraFrom", { era: era.era, day: eraDay(era.start) }), "day");
  if (era && era.end !== null && iso > era.end) return problem(t("birth.eraTo", { era: era.era, day: eraDay(era.end) }), "day");
  if (iso > today) return problem(t("birth.future"), "day");
  const age = years - (today.slice(5) < iso.slice(5) ? 1 : 0);
  const values = { era: eraText(eraYearOf(iso)), year: western, month: monthNumber, day: dayNumber, age };
  return { text: about ? t("birth.echoYear", values) : t("birth.echoFull", values), bad: false, field: "year" };
}

/** 昭和64年1月7日 of a civil day. */
function eraDay(isoDay: string): string {
  return `${eraText(eraYearOf(isoDay))}${t("date.monthDay", { month: Number(isoDay.slice(5, 7)), day: Number(isoDay.slice(8)) })}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
