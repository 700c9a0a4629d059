import { clock, tokyoDay, tokyoInstant } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import type { Problem } from "../../ui/forms";
import { LINE, TEXT, textProblem } from "../../ui/textLimits";

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

/** What its owner would refuse is said before it is written down, while the person still stands at the door. */
export function missingIn(form: VisitForm): Problem[] {
  return [
    ...(form.outcome ? [] : [{ field: "v-outcome", text: t("visit.outcomeRequired") }]),
    ...(tokyoInstant(form.day, form.time) ? [] : [{ field: "v-time", text: t("visit.timeInvalid") }]),
    ...(["personWords", "familyWords", "memo", "nextNote"] as const).flatMap((name) => {
      const text = textProblem(form[name], name === "nextNote" ? LINE : TEXT);
      return text ? { field: PLACES[name] ?? "next-note", text } : [];
    }),
  ];
}

export function payloadOf(form: VisitForm, visitId: string): Record<string, unknown> {
  const chosen = form.next === "pick" ? form.nextDay : form.next === "none" ? "" : (form.next ?? "");
  return {
    visitId,
    visitedAt: tokyoInstant(form.day, form.time),
    outcome: form.outcome,
    withWhom: form.withWhom,
    personWords: form.personWords,
    familyWords: form.familyWords,
    memo: form.memo,
    nextPromise: { on: chosen || null, note: form.nextNote },
  };
}

/** The form again from what was written down, to put it right. */
export function formOf(caseId: string, payload: Record<string, unknown>): VisitForm {
  const text = (value: unknown) => (typeof value === "string" ? value : "");
  const visitedAt = text(payload.visitedAt);
  const next = (payload.nextPromise ?? {}) as { on?: string | null; note?: string };
  return {
    ...emptyVisit(caseId, visitedAt ? new Date(visitedAt) : new Date()),
    outcome: text(payload.outcome) || null,
    withWhom: Array.isArray(payload.withWhom) ? payload.withWhom.map(String) : [],
    personWords: text(payload.personWords),
    familyWords: text(payload.familyWords),
    memo: text(payload.memo),
    next: next.on ? "pick" : next.note ? "none" : null,
    nextDay: next.on ?? "",
    nextNote: next.note ?? "",
  };
}

export const PLACES: Record<string, string> = {
  visitedAt: "v-time", outcome: "v-outcome", withWhom: "v-with", personWords: "v-person", familyWords: "v-family", memo: "v-memo", nextPromise: "next-note",
};
