import { Fragment } from "preact";
import { clock } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import type { NamedCase, Told } from "./grouped";

const listed = (kind: string, codes: readonly string[]) => codes.map((code) => codeText(kind, code)).join("、");

/** All there is of a case (services/coordination/domain/who_may.py, `EVERYTHING`): said in a word, not in ten. */
const EVERYTHING = ["identity", "contact_safety", "contact_rules", "timeline", "person_words", "family_words", "memo", "team", "promise", "tokens"];

/** Which parts of a record; a line breaks between two of them only. */
export function What({ told: { fieldGroups } }: { told: Told }) {
  const isAll = EVERYTHING.every((group) => fieldGroups.includes(group));
  const said = isAll ? [t("log.everything")] : fieldGroups.map((group) => codeText("field_group", group));
  if (said.length === 0) return <>{t("app.none")}</>;
  return <>{said.map((part, index) => <Fragment key={part}><span class="nowrap">{part}{index < said.length - 1 && "、"}</span><wbr /></Fragment>)}</>;
}

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

/** A case or sheet by its number, which leads to what was read of it; the record itself is not to be had here. */
export function Cases({ told: { cases }, onCase }: { told: Told; onCase: (chosen: NamedCase) => void }) {
  const [first, ...others] = cases as [NamedCase, ...NamedCase[]];
  if (others.length > 0) return <>{t("log.someCases", { first: nameOf(first), n: others.length })}</>;
  return <><button class="btn text in-line" type="button" aria-label={t("log.onlyCase", { receipt: nameOf(first) })} onClick={() => onCase(first)}>{nameOf(first)}</button>{!first.isCase && t("log.sheet")}</>;
}
