import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { fullDayText, tokyoDay } from "../../i18n/dates";
import { soundsIn } from "../../i18n/kana";
import { t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { useAsked, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Stale, Waiting } from "../../ui/parts";
import { ClosedCases as ClosedCasesDocument } from "../requests/documents";

/** 終わったケース: still to be read, and to be taken up again. */
export default function ClosedCases() {
  useTitle("closing.list");
  const { data, failure } = useAsked(ClosedCasesDocument, {}, ["case"]);
  const [query, setQuery] = useState("");
  if (!data) return <Waiting failure={failure} />;
  const found = data.cases.filter((each) => soundsIn(query, [each.label, each.kana]));
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t("closing.list")}</h1><p>{t("closing.listHelp")}</p></div>
        <Link class="btn text" href="/cases"><Icon name="left" />{t("closing.toCases")}</Link>
      </div>
      {!data.cases[0] && <Empty title={t("closing.none")} />}
      {data.cases[0] && <div class="find"><TextField id="find" label={t("cases.find")} help={t("cases.findHelp")} value={query} onInput={setQuery} /></div>}
      {data.cases[0] && !found[0] && <Empty title={t("cases.notFound")} />}
      {found[0] && (
        <ul class="card card-flush list">
          {found.map(({ id, label, owner, closedAt }) => (
            <li key={id}>
              <div class="grow"><Link class="t" href={`/cases/${id}`}>{label}</Link><p class="sub">{owner && t("cases.owner", { name: owner.name })}</p></div>
              <p class="next">{closedAt && t("closing.closedOn", { date: fullDayText(tokyoDay(closedAt)) })}</p>
            </li>
          ))}
        </ul>
      )}
      <Stale failure={failure} />
    </div>
  );
}
