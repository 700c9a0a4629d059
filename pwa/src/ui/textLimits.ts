import { t } from "../i18n/messages";

/** What the services store: a line and a text, counted in characters as they count them. */
export const LINE = 200;
export const TEXT = 8_000;
/** Of 居場所. */
export const NICKNAME = 40;

const lengthOf = (text: string) => [...text].length;

/** Why this text cannot be stored as it is, or null. */
export function textProblem(text: string, limit: number): string | null {
  if (/\0|\p{Cs}/u.test(text)) return t("form.notStorable");
  const count = lengthOf(text);
  return count > limit ? t("form.tooLong", { limit, over: count - limit }) : null;
}

/** How far it has come, once the limit is near. */
export function countText(text: string, limit: number): string {
  const count = lengthOf(text);
  return count > limit * 0.9 ? t("form.count", { count, limit }) : "";
}
