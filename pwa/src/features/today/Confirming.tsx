import { hasRole } from "../../app/session";
import { Quarantine } from "../../gateway/documents";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { now } from "../../sync/time";
import { useAsked } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Section } from "../../ui/parts";

/** How long a manager's no stays here to be read. */
const DECLINED_FOR_MS = 14 * 86_400_000;

/** Visits of mine that a manager still looks at: received and kept, not yet on a timeline. Then those that will not be, with the reason. */
export function Confirming() {
  const { data } = useAsked(Quarantine, {}, ["case", "notices"]);
  const since = +now() - DECLINED_FOR_MS;
  const mine = (data?.quarantine ?? []).filter((each) => each.state === "waiting" || Date.parse(each.capturedAt) > since);
  if (mine.length === 0 || hasRole("manager")) return null;
  return (
    <Section id="confirming" title={t("today.confirming")} side={t("today.confirmingHelp")}>
      <ul class="list">
        {mine.map((each) => (
          <li key={each.id}>
            <div class="grow">
              <b>{each.label || t("case.visit")}</b>
              <p class="sub meta"><time>{momentText(each.visitedAt)}</time><span>{codeText("visit_outcome", each.outcome)}</span></p>
              {each.note && <p>{each.note}</p>}
            </div>
            {each.state === "waiting"
              ? <span class="chip soon"><Icon name="clock" />{codeText("reach", "confirming")}</span>
              : <span class="chip quiet">{t("attention.decline")}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}
