import { clock, tokyoDay, tokyoInstant } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { now } from "../../sync/time";
import { type Problem, problemAt } from "../../ui/forms";
import { LINE, TEXT, textProblem } from "../../ui/textLimits";
import { type KeptOutcome, refusalText } from "../attention/refusals";
import { visitOf } from "./written";

/** As its owner allows (services/coordination/domain/visit.py). */
const CLOCK_TOLERANCE_MS = 5 * 60_000;

export interface VisitForm {
  caseId: string;
  day: string;
  time: string;
  outcome: string | null;
  withWhom: string[];
  personWords: string;
  familyWords: string;
  memo: string;
  /** A day, `pick` while choosing one, `none` for 「今は決めない」. */
  next: string | null;
  nextDay: string;
  nextNote: string;
}

export function emptyVisit(caseId: string, now: Date): VisitForm {
  return {
    caseId, day: tokyoDay(now), time: clock(now), outcome: null, withWhom: [], personWords: "", familyWords: "", memo: "",
    next: null, nextDay: "", nextNote: "",
  };
}

/** What its owner would refuse is said before it is written down, while the person still stands at the door. `auto`: nobody typed
 *  the time; a clock turned back since then says nothing against it. */
export function missingIn(form: VisitForm, auto = false): Problem[] {
  const at = tokyoInstant(form.day, form.time);
  return [
    ...problemAt("v-outcome", !form.outcome && t("visit.outcomeRequired")),
    ...problemAt("v-time", at ? !auto && Date.parse(at) > +now() + CLOCK_TOLERANCE_MS && t("visit.future") : t("visit.timeInvalid")),
    ...problemAt("v-with", form.withWhom.includes("nobody") && form.withWhom.length > 1 && t("visit.nobodyElse")),
    ...(["personWords", "familyWords", "memo", "nextNote"] as const).flatMap((name) =>
      problemAt(PLACES[name] ?? "next-note", form[name] && !form[name].trim() ? t("visit.blank") : textProblem(form[name], name === "nextNote" ? LINE : TEXT))),
  ];
}

/** Why its owner did not take it, at the field it names. */
export function problemsOfKept(outcome: KeptOutcome | null): Problem[] {
  return problemAt(PLACES[outcome?.fields[0]?.path.split(".")[0] as string] ?? "v-outcome", refusalText(outcome));
}

export function payloadOf(form: VisitForm, visitId: string): Record<string, unknown> {
  const chosen = form.next === "pick" ? form.nextDay : form.next === "none" ? "" : (form.next ?? "");
  const { outcome, withWhom, personWords, familyWords, memo, nextNote: note } = form;
  return { visitId, visitedAt: tokyoInstant(form.day, form.time), outcome, withWhom, personWords, familyWords, memo, nextPromise: { on: chosen || null, note } };
}

/** The form again from what was written down, to put it right. */
export function formOf(caseId: string, payload: Record<string, unknown>): VisitForm {
  const { at, outcome, nextPromise: { on, note }, ...rest } = visitOf(payload);
  return {
    ...emptyVisit(caseId, at ? new Date(at) : now()),
    ...rest,
    outcome: outcome || null,
    next: on ? "pick" : note ? "none" : null,
    nextDay: on ?? "",
    nextNote: note,
  };
}

export const PLACES: Record<string, string> = {
  visitedAt: "v-time", outcome: "v-outcome", withWhom: "v-with", personWords: "v-person", familyWords: "v-family", memo: "v-memo", nextPromise: "next-note",
};
