import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { Tray as TrayDocument } from "../../gateway/documents";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { useAsked, useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Note, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { answered } from "./Answers";
import type { Card } from "./Clock";
import { ConsultationTabs } from "./ConsultationTabs";
import { HandoffCard } from "./HandoffCard";
import { News } from "./News";
import { byUrgency } from "./order";

/** 引継ぎトレイ, for who receives and who sent. It changes by itself. */
export default function Tray() {
  const { data, failure, refresh } = useAsked(TrayDocument, {}, ["tray"]);
  const isOnline = useStore(online);
  const news = useStore(answered);
  useEffect(() => refresh(), [news]);
  return (
    <div class="stack">
      <div class="split">
        <ScreenHead title="tray.title">{t("tray.help")}</ScreenHead>
        {hasRole("window_staff") && <Link class="btn" href="/consultations/new"><Icon name="plus" />{t("today.openConsultation")}</Link>}
      </div>
      {hasRole("window_staff", "manager") && <ConsultationTabs here="tray" />}
      <News news={news} />
      {!isOnline && <Note icon="cloud-off"><p role="status">{t("tray.needsNetwork")}</p></Note>}
      {data ? <Columns received={data.tray.received} sent={data.tray.sent} /> : <Waiting failure={failure} />}
      {data && <Stale failure={failure} />}
    </div>
  );
}

/** A clerk looks first at what was sent, a coordinator at what arrived. */
function Columns({ received, sent }: { received: readonly Card[]; sent: readonly Card[] }) {
  const arrived = <Received key="received" cards={received} />;
  const gone = <Sent key="sent" cards={sent} />;
  return <div class="cols cols-2">{hasRole("coordinator", "manager") ? [arrived, gone] : [gone, arrived]}</div>;
}

function Received({ cards }: { cards: readonly Card[] }) {
  const waiting = cards.filter((card) => card.status === "open").sort(byUrgency);
  const past = cards.filter((card) => card.status !== "open");
  return (
    <section class="stack" aria-labelledby="received">
      <div class="head tight"><h2 id="received">{t("tray.received")}</h2>{waiting.length > 0 && <p class="sub">{t("tray.waitingCount", { n: waiting.length })}</p>}</div>
      <Arrivals waiting={waiting} />
      {waiting.length === 0 && <Empty title={t("tray.receivedNone")}>{t("tray.receivedNoneHelp")}</Empty>}
      {waiting.map((card, index) => <HandoffCard key={card.id} card={card} side="received" open={index === 0} />)}
      {past.length > 0 && <h3>{t("tray.past")}</h3>}
      {past.map((card) => <HandoffCard key={card.id} card={card} side="received" />)}
    </section>
  );
}

function Sent({ cards }: { cards: readonly Card[] }) {
  const rank: Record<string, number> = { returned: 0, open: 1, accepted: 2, withdrawn: 3 };
  const ordered = [...cards].sort((a, b) => (rank[a.status] ?? 9) - (rank[b.status] ?? 9) || b.handedOffAt.localeCompare(a.handedOffAt));
  return (
    <section class="stack" aria-labelledby="sent">
      <div class="head tight"><h2 id="sent">{t("tray.sent")}</h2><p class="sub">{t("tray.sentHelp")}</p></div>
      {ordered.length === 0 && <Empty title={t("tray.sentNone")}>{t("tray.sentNoneHelp")}</Empty>}
      {ordered.map((card) => <HandoffCard key={card.id} card={card} side="sent" />)}
    </section>
  );
}

/** Says politely that something new arrived while the page was open. */
function Arrivals({ waiting }: { waiting: readonly Card[] }) {
  const known = useRef<Set<string> | null>(null);
  const [said, say] = useState("");
  useEffect(() => {
    const fresh = waiting.find((card) => known.current && !known.current.has(card.id));
    if (fresh) say(t("tray.arrived", { label: fresh.label }));
    known.current = new Set([...(known.current ?? []), ...waiting.map((card) => card.id)]);
  }, [waiting.map((card) => card.id).join()]);
  return <p class={said ? "note ok" : "sr"} role="status">{said}</p>;
}
