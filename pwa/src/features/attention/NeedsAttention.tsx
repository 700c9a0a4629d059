import type { ComponentChildren } from "preact";
import { t } from "../../i18n/messages";
import { Empty, ScreenHead, Stale } from "../../ui/parts";
import { HandedInCard } from "./HandedInCard";
import { QuarantinedCard } from "./QuarantinedCard";
import { RefusedCard } from "./RefusedCard";
import { useAttention } from "./useAttention";

function Part({ id, children }: { id: "refused" | "handed" | "waiting"; children: ComponentChildren[] }) {
  if (!children[0]) return null;
  return (
    <section class="stack" aria-labelledby={id}>
      <div><h2 id={id}>{t(`attention.${id}`)}</h2><p class="sub">{t(`attention.${id}Help`)}</p></div>
      {children}
    </section>
  );
}

/** 要確認: nothing here is lost and nothing here hurries; a person decides. */
export default function NeedsAttention() {
  const { refused, handed, waiting, count, failure, refresh } = useAttention();
  return (
    <div class="stack stack-l">
      <ScreenHead title="attention.title">{count > 0 && t("attention.help", { n: count })}</ScreenHead>
      {count === 0 && <Empty title={t("attention.empty")}>{t("attention.emptyHelp")}</Empty>}
      <Part id="refused">{refused.map((entry) => <RefusedCard key={entry.id} entry={entry} />)}</Part>
      <Part id="handed">{handed.map((item) => <HandedInCard key={item.id} item={item} onDecided={refresh} />)}</Part>
      <Part id="waiting">{waiting.map((item) => <QuarantinedCard key={item.id} item={item} onDecided={refresh} />)}</Part>
      <Stale failure={failure} />
    </div>
  );
}
