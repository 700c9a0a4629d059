import type { HandoffQuery } from "../../gateway/generated";
import { birthEcho } from "../../i18n/birth";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { useToday } from "../../ui/hooks";
import { Concerns, Guard, Parts } from "../../ui/parts";
import { noted } from "../attention/PayloadView";
import { callerLabel, knowsText, phoneLines } from "./label";

export type Sheet = NonNullable<NonNullable<HandoffQuery["handoff"]>["consultation"]>;

const one = (list: string, code: string | null) => code && codeText(list, code);
const many = (list: string, codes: readonly string[]) => codes.map((code) => codeText(list, code)).join("、");

/** 聞きとり票, to read. `alone`: the page is called so already. */
export function SheetBody({ sheet, alone = false }: { sheet: Sheet; alone?: boolean }) {
  const today = useToday();
  const { told } = sheet;
  const birth = birthEcho(told.birth, today);
  const person = [told.personName, told.personKana && `（${told.personKana}）`].join("");
  const rows = [
    ["consult.how", one("channel", sheet.channel)],
    ["consult.who", callerLabel(sheet)],
    ["sheet.caller", told.callerName],
    ["sheet.person", <>{person || t("app.notHeard")}{birth && <><br /><Parts text={birth.text} /></>}</>],
    ["consult.personPhone", told.personPhone],
    ["consult.residence", <>{one("residence", sheet.residence) || t("app.notHeard")}{told.personAddress && <><br />{told.personAddress}</>}</>],
    ["tray.personKnows", sheet.personKnows && knowsText(sheet.personKnows)],
    ["consult.concerns", <Concerns concerns={sheet.concerns} main={sheet.mainConcern} />],
    ["consult.isHikikomori", one("yes_no_unclear", sheet.isHikikomori)],
    ["consult.otherIssues", many("other_issue", sheet.otherIssues)],
    ["consult.urgency", one("urgency", sheet.urgency)],
    ["consult.heardFrom", many("heard_from", sheet.heardFrom)],
  ] as const;
  return (
    <section class="card stack" aria-labelledby="sheet">
      <div class="stack stack-s">
        <h2 id="sheet">{alone ? sheet.label : `${t("sheet.title")}　${sheet.label}`}</h2>
        <p class="sub">{t("sheet.receipt", { number: sheet.receiptNumber })}</p>
        <p class="sub meta"><span>{sheet.unit.name}</span><span>{sheet.openedBy.name}</span><time>{momentText(sheet.openedAt)}</time></p>
      </div>
      <Guard rules={sheet.contactRules} lines={[...phoneLines({ callerPhone: told.callerPhone, personPhone: "" }), told.contactNote]} small level={3} />
      <div>
        <h3>{t("sheet.told")}</h3>
        <p class="said">{told.memo || t("sheet.noMemo")}</p>
      </div>
      {noted(sheet)}
      <dl class="kv">{rows.map(([name, said]) => <><dt>{t(name)}</dt><dd>{said || t("app.notHeard")}</dd></>)}</dl>
    </section>
  );
}
