import { type Problem, problemAt } from "../../ui/forms";
import { t } from "../../i18n/messages";

/** What is typed on the opening page. Every field may be empty but the first two. */
export interface ConsultationForm {
  callerKind: string | null;
  callerRelation: string;
  channel: string | null;
  callerName: string;
  personKana: string;
  personName: string;
  birthYear: string;
  birthMonth: string;
  birthDay: string;
  personPhone: string;
  personAddress: string;
  residence: string | null;
  personKnows: string | null;
  contactRules: string[];
  callerPhone: string;
  contactNote: string;
  concerns: string[];
  mainConcern: string | null;
  memo: string;
  heardFrom: string[];
  isHikikomori: string | null;
  otherIssues: string[];
  urgency: string | null;
}

export const emptyForm: ConsultationForm = {
  callerKind: null, callerRelation: "", channel: null, callerName: "", personKana: "", personName: "",
  birthYear: "", birthMonth: "", birthDay: "", personPhone: "", personAddress: "", residence: null, personKnows: null,
  contactRules: [], callerPhone: "", contactNote: "", concerns: [], mainConcern: null, memo: "", heardFrom: [],
  isHikikomori: null, otherIssues: [], urgency: null,
};

/** A saved draft as a form; a draft of another shape fills what it can. */
export function fromDraft<Form extends object>(empty: Form, body: Record<string, unknown>): Form {
  const known = Object.entries(body).filter(([key, value]) => key in empty && fits(empty[key as keyof Form], value));
  return { ...empty, ...Object.fromEntries(known) };
}

function fits(model: unknown, value: unknown): boolean {
  if (Array.isArray(model)) return Array.isArray(value) && value.every((item) => typeof item === "string");
  if (model === null) return value === null || typeof value === "string";
  return typeof value === typeof model;
}

export function isUntouched<Form extends object>(form: Form, empty: Form): boolean {
  return JSON.stringify(form) === JSON.stringify(empty);
}

export function missingIn(form: ConsultationForm): Problem[] {
  return [
    ...problemAt("q-who", !form.callerKind && t("consult.whoRequired")),
    ...problemAt("q-how", !form.channel && t("consult.howRequired")),
  ];
}

/** The payload of OpenConsultation. ◎ counts as ○ too. */
export function payloadOf(form: ConsultationForm, unitId: string, openedAt: string): Record<string, unknown> {
  const concerns = form.mainConcern && !form.concerns.includes(form.mainConcern) ? [...form.concerns, form.mainConcern] : form.concerns;
  const { callerName, personKana, personName, birthYear: year, birthMonth: month, birthDay: day, personPhone, personAddress, callerPhone, contactNote, memo, ...codes } = form;
  return {
    ...codes,
    unitId,
    openedAt,
    callerRelation: (form.callerKind === "family" && form.callerRelation) || null,
    personKnows: form.callerKind === "person" ? "knows" : form.personKnows,
    concerns,
    told: { callerName, personKana, personName, birth: { year, month, day }, personPhone, personAddress, callerPhone, contactNote, memo },
  };
}

/** Where each path of a refusal is on the page. */
export const PLACES: Record<string, string> = {
  callerKind: "q-who", callerRelation: "relation", channel: "q-how", residence: "q-about", personKnows: "q-knows",
  contactRules: "q-contact", concerns: "q-concerns", mainConcern: "q-concerns", heardFrom: "q-heard", isHikikomori: "q-hikikomori",
  otherIssues: "q-other", urgency: "q-urgency", "told.personName": "person-name", "told.personKana": "person-kana", "told.birth": "birth-year",
  "told.birth.month": "birth-month", "told.birth.day": "birth-day", "told.personPhone": "person-phone", "told.personAddress": "person-address",
  "told.callerName": "caller-name", "told.callerPhone": "caller-phone", "told.contactNote": "contact-note", "told.memo": "memo",
};
