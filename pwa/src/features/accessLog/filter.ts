import { query } from "../../app/router";
import type { AccessLogQueryVariables } from "../../gateway/generated";
import type { MessageKey } from "../../i18n/messages";

/** What is looked for: ids and a number that says nothing about anyone, so it may stand in the address. */
export interface Filter {
  days: number;
  staffId: string;
  caseId: string;
  receipt: string;
}

export const PERIODS: readonly (readonly [days: number, key: MessageKey])[] = [[7, "log.days7"], [31, "log.days31"], [92, "log.days92"], [366, "log.days366"]];
const USUAL = 31;

export function filterOfAddress(): Filter {
  const days = Number(query("days"));
  return {
    days: PERIODS.some(([each]) => each === days) ? days : USUAL,
    staffId: query("staff") ?? "",
    caseId: query("case") ?? "",
    receipt: query("receipt") ?? "",
  };
}

export function addressOf({ days, staffId, caseId, receipt }: Filter): string {
  const said = [["staff", staffId], ["case", caseId], ["receipt", receipt], ["days", days === USUAL ? "" : String(days)]].filter(([, value]) => value);
  return ["/access-log", new URLSearchParams(said as [string, string][]).toString()].filter(Boolean).join("?");
}

export function askedBy({ days, staffId, caseId, receipt }: Filter): AccessLogQueryVariables {
  return { days, staffId: staffId || null, caseId: caseId || null, receiptNumber: receipt || null };
}
