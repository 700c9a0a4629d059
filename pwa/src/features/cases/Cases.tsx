import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { Cases as CasesDocument } from "../../gateway/documents";
import type { CasesQuery } from "../../gateway/generated";
import { nearDayText, tokyoDay } from "../../i18n/dates";
import { soundsIn } from "../../i18n/kana";
import { t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { useAsked, useToday } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { sees } from "./Case";

type Card = CasesQuery["cases"][number];

/** My cases, the next agreed contact first. What is typed to find one stays in this field. */
export default function Cases() {
  const { data, failure } = useAsked(CasesDocument, {}, ["case"]);
  const [query, setQuery] = useState("");
  const today = useToday();
  const cases = [...(data?.cases ?? [])].sort((a, b) => (a.nextPromisedOn ?? "9999").localeCompare(b.nextPromisedOn ?? "9999"));
  const found = cases.filter((each) => soundsIn(query, [each.label, each.kana]));
  return (
    <div class="stack">
      <ScreenHead title="cases.title">{t("cases.help")}</ScreenHead>
      {!data && <Waiting failure={failure} />}
      {data && cases.length === 0 && <Empty title={t("cases.empty")}>{t("cases.emptyHelp")}</Empty>}
      {cases.length > 0 && <Find query={query} onInput={setQuery} count={found.length} />}
      {cases.length > 0 && found.length === 0 && <Empty title={t("cases.notFound")}>{t("cases.notFoundHelp")}</Empty>}
      {found.length > 0 && <ul class="card card-flush list">{found.map((each) => <Row key={each.id} card={each} today={today} hasTwin={!!cases.filter(({ label }) => label === each.label)[1]} />)}</ul>}
      {data && <p><Link href="/cases/closed">{t("closing.list")}</Link></p>}
      {data && <Stale failure={failure} />}
    </div>
  );
}

function Find({ query, onInput, count }: { query: string; onInput: (text: string) => void; count: number }) {
  return (
    <div class="find">
      <TextField id="find" label={t("cases.find")} help={t("cases.findHelp")} value={query} onInput={onInput} />
      <p class="sub" role="status">{query.trim() && t("cases.found", { n: count })}</p>
    </div>
  );
}

/** `hasTwin`: another one has the same label; the day it began tells them apart. */
function Row({ card, today, hasTwin }: { card: Card; today: string; hasTwin: boolean }) {
  return (
    <li>
      <div class="grow">
        <Link class="t" href={`/cases/${card.id}`}>{card.label}</Link>
        <p class="sub">
          {hasTwin && card.openedAt && `${t("case.opened")} ${nearDayText(tokyoDay(card.openedAt))}　`}
          {card.owner && `${t("cases.owner", { name: card.owner.name })}　`}
          {card.lastContactAt ? t("cases.lastContact", { date: nearDayText(tokyoDay(card.lastContactAt)) }) : sees(card, "timeline") && t("cases.noContact")}
        </p>
      </div>
      {card.packagePending && <span class="chip quiet"><Icon name="clock" />{t("cases.pending")}</span>}
      <p class="next">
        {card.nextPromisedOn && <>{t(card.nextPromisedOn < today ? "cases.promised" : "cases.next", { date: nearDayText(card.nextPromisedOn) })}<br /></>}
        <span class="sub">{card.nextPromiseNote || (!card.nextPromisedOn && sees(card, "promise") && t("cases.noPromise"))}</span>
      </p>
    </li>
  );
}
