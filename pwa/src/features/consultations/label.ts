import { codeText, type MessageKey, t } from "../../i18n/messages";

/** Whether 本人 knows of the consultation, as a sentence. */
export function knowsText(code: string): string {
  return codeText("knows", code);
}

/** Who came, without a name. What a record is called is its owner's word: its `label`. */
export function callerLabel({ callerKind, callerRelation }: { callerKind: string; callerRelation: string | null }): string {
  return t(`label.from.${(callerKind === "family" && callerRelation) || callerKind}` as MessageKey);
}

interface Phones {
  callerPhone: string;
  personPhone: string;
}

/** The numbers that may be called, each by whose it is. Its owner sends only those. */
export function phoneLines({ callerPhone, personPhone }: Phones): string[] {
  return [callerPhone && t("case.callerPhone", { phone: callerPhone }), personPhone && t("case.personPhone", { phone: personPhone })].filter(Boolean);
}
