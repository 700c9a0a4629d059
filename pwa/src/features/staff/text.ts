import { nearDayText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import type { Line, Staffing } from "./change";

interface Said {
  kind: Line["kind"] | "code";
  unit: string;
  who?: string | undefined;
  role?: string | null;
  successorName?: string | undefined;
  answeredBy?: string | null;
}

/** What a line changes, in words. */
export function textOf({ kind, unit, who = "", role, successorName = "", answeredBy }: Said): string {
  return t(answeredBy ? "staff.line.opensAgency" : `staff.line.${kind}`, { unit, who, role: role ? codeText("role", role) : "", successor: successorName });
}

/** What was changed, with the day it holds from and the last one. */
export function changedText({ kind, unit, staff, role, successor, fromDate, until }: Staffing["changes"][number]["lines"][number]): string {
  const what = textOf({ kind: kind as Said["kind"], unit: unit.name, who: staff?.name, role, successorName: successor?.name });
  const days = [fromDate && t("staff.since", { day: nearDayText(fromDate) }), until && t("staff.until", { day: nearDayText(until) })];
  return [what, ...days].filter(Boolean).join("　");
}
