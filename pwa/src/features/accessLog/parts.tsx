import { clock } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import type { NamedCase, Told } from "./grouped";

const listed = (kind: string, codes: readonly string[]) => codes.map((code) => codeText(kind, code)).join("、");

export const whatText = ({ fieldGroups }: Told) => listed("field_group", fieldGroups);
export const basisText = ({ line }: Told) => listed("read_basis", line.basis);
export const screenText = ({ line }: Told) => codeText("log_screen", line.screen);
const nameOf = ({ receiptNumber }: NamedCase) => receiptNumber ?? t("log.noReceipt");

/** 9:12, or 9:12–9:40 of several reads. */
export function timeText({ from, until }: Told): string {
  const [first, last] = [clock(from), clock(until)];
  return first === last ? first : t("log.span", { from: first, until: last });
}

export function Who({ told: { line } }: { told: Told }) {
  return <><b>{line.staff.name}</b><br /><span class="sub">{line.staffUnit?.name ?? t("log.noUnit")}</span></>;
}

/** A case by its number, which leads to what was read of it; the record itself is not to be had here. */
export function Cases({ told: { cases }, onCase }: { told: Told; onCase: (caseId: string) => void }) {
  const [first, ...others] = cases as [NamedCase, ...NamedCase[]];
  if (others.length > 0) return <>{t("log.someCases", { first: nameOf(first), n: others.length })}</>;
  return <button class="btn text in-line" type="button" aria-label={t("log.onlyCase", { receipt: nameOf(first) })} onClick={() => onCase(first.id)}>{nameOf(first)}</button>;
}
