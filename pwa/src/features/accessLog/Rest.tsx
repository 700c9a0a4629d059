import { fullDayText, momentText, nearDayText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Section } from "../../ui/parts";
import { byDay, type NamedCase, type Told } from "./grouped";
import { Facts } from "./Odd";
import { basisText, Cases, screenText, timeText, What, Who } from "./parts";

interface Props {
  told: readonly Told[];
  onCase: (chosen: NamedCase) => void;
}

/** Everything else, day by day. */
export function Rest({ told, onCase }: Props) {
  if (told.length === 0) return null;
  return (
    <Section id="rest" title={t("log.rest")} side={t("app.count", { n: told.length })}>
      <div class="scroll log" tabIndex={0} role="region" aria-label={t("log.table")}>
        <table>
          <thead><tr>{(["log.when", "log.who", "log.case", "log.what", "log.why", "log.screen"] as const).map((key) => <th scope="col" key={key}>{t(key)}</th>)}</tr></thead>
          {byDay(told).map(([day, of]) => (
            <tbody key={day}>
              <tr><th scope="rowgroup" colSpan={6}>{fullDayText(day)}</th></tr>
              {of.map((each) => <Row key={each.key} told={each} onCase={onCase} />)}
            </tbody>
          ))}
        </table>
      </div>
    </Section>
  );
}

function Row({ told, onCase }: { told: Told; onCase: (chosen: NamedCase) => void }) {
  return (
    <tr>
      <td class="num">{timeText(told)}{told.times > 1 && <><br /><span class="sub">{t("log.times", { n: told.times })}</span></>}</td>
      <td><Who told={told} /></td>
      <td><Cases told={told} onCase={onCase} /></td>
      <td><What told={told} /></td>
      <td>{codeText("read_purpose", told.line.purpose)}<br /><span class="sub">{basisText(told)}</span></td>
      <td>{screenText(told)}</td>
    </tr>
  );
}

/** What somebody has looked at, with what they found. */
export function Reviewed({ told, onCase }: Props) {
  if (told.length === 0) return null;
  return (
    <Section id="reviewed" title={t("log.reviewed")} side={t("app.count", { n: told.length })}>
      <ul class="list">
        {told.map((each) => (
          <li key={each.key}>
            <div class="grow stack stack-s">
              <p class="meta"><b>{each.line.staff.name}</b><span class="sub">{each.line.staffUnit?.name ?? t("log.noUnit")}</span><time>{nearDayText(each.day)} {timeText(each)}</time></p>
              <Facts told={each} onCase={onCase}>
                <dt>{t("log.by")}</dt><dd>{each.line.reviewedBy?.name}　<time>{momentText(each.line.reviewedAt ?? "")}</time></dd>
                {each.line.note && <><dt>{t("log.note")}</dt><dd class="said">{each.line.note}</dd></>}
              </Facts>
            </div>
            <span class="chip done"><Icon name="ok" />{t("log.reviewed")}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
