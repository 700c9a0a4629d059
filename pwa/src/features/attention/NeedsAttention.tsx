import { t } from "../../i18n/messages";
import { useTitle } from "../../ui/hooks";
import { Empty, Stale } from "../../ui/parts";
import { HandedInCard } from "./HandedInCard";
import { QuarantinedCard } from "./QuarantinedCard";
import { RefusedCard } from "./RefusedCard";
import { useAttention } from "./useAttention";

/** 要確認: nothing here is lost and nothing here hurries; a person decides. */
export default function NeedsAttention() {
  useTitle("attention.title");
  const { refused, handed, waiting, count, failure, refresh } = useAttention();
  return (
    <div class="stack stack-l">
      <div class="head tight"><h1>{t("attention.title")}</h1><p>{count > 0 ? t("attention.help", { n: count }) : ""}</p></div>
      {count === 0 && <Empty title={t("attention.empty")}>{t("attention.emptyHelp")}</Empty>}
      {refused.length > 0 && (
        <section class="stack" aria-labelledby="refused">
          <div><h2 id="refused">{t("attention.refused")}</h2><p class="sub">{t("attention.refusedHelp")}</p></div>
          {refused.map((entry) => <RefusedCard key={entry.id} entry={entry} />)}
        </section>
      )}
      {handed.length > 0 && (
        <section class="stack" aria-labelledby="handed">
          <div><h2 id="handed">{t("attention.handed")}</h2><p class="sub">{t("attention.handedHelp")}</p></div>
          {handed.map((item) => <HandedInCard key={item.id} item={item} onDecided={refresh} />)}
        </section>
      )}
      {waiting.length > 0 && (
        <section class="stack" aria-labelledby="waiting">
          <div><h2 id="waiting">{t("attention.waiting")}</h2><p class="sub">{t("attention.waitingHelp")}</p></div>
          {waiting.map((item) => <QuarantinedCard key={item.id} item={item} onDecided={refresh} />)}
        </section>
      )}
      <Stale failure={failure} />
    </div>
  );
}
