import type { HandoffQuery } from "../../gateway/generated";
import { birthEcho } from "../../i18n/birth";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { useToday } from "../../ui/hooks";
import { Concerns, Guard, Parts } from "../../ui/parts";
import { callerLabel, knowsText, phoneLines } from "./label";

export type Sheet = NonNullable<NonNullable<HandoffQuery["handoff"]>["consultation"]>;

const one = (list: string, code: string | null) => (code ? codeText(list, code) : t("app.notHeard"));
const many = (list: string, codes: readonly string[]) => (codes.length > 0 ? codes.map((code) => codeText(list, code)).join("、") : t("app.notHeard"));

/** 聞きとり票, to read. `alone`: the page is called so already. */
export function SheetBody({ sheet, alone = false }: { sheet: Sheet; alone?: boolean }) {
  const today = useToday();
  const { told } = sheet;
  const birth = birthEcho(told.birth, today);
  const person = [told.personName, told.personKana && `（${told.personKana}）`].join("");
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
      <dl class="kv">
        <dt>{t("consult.how")}</dt><dd>{one("channel", sheet.channel)}</dd>
        <dt>{t("consult.who")}</dt><dd>{callerLabel(sheet)}</dd>
        <dt>{t("sheet.caller")}</dt><dd>{told.callerName || t("app.notHeard")}</dd>
        <dt>{t("sheet.person")}</dt><dd>{person || t("app.notHeard")}{birth && <><br /><Parts text={birth.text} /></>}</dd>
        <dt>{t("consult.personPhone")}</dt><dd>{told.personPhone || t("app.notHeard")}</dd>
        <dt>{t("consult.residence")}</dt><dd>{one("residence", sheet.residence)}{told.personAddress && <><br />{told.personAddress}</>}</dd>
        <dt>{t("tray.personKnows")}</dt><dd>{sheet.personKnows ? knowsText(sheet.personKnows) : t("app.notHeard")}</dd>
        <dt>{t("consult.concerns")}</dt><dd><Concerns concerns={sheet.concerns} main={sheet.mainConcern} /></dd>
        <dt>{t("consult.isHikikomori")}</dt><dd>{one("yes_no_unclear", sheet.isHikikomori)}</dd>
        <dt>{t("consult.otherIssues")}</dt><dd>{many("other_issue", sheet.otherIssues)}</dd>
        <dt>{t("consult.urgency")}</dt><dd>{one("urgency", sheet.urgency)}</dd>
        <dt>{t("consult.heardFrom")}</dt><dd>{many("heard_from", sheet.heardFrom)}</dd>
      </dl>
    </section>
  );
}
