import { useEffect, useRef } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRoleIn } from "../../app/session";
import { Handoff as HandoffDocument } from "../../gateway/documents";
import { t } from "../../i18n/messages";
import { useAsked, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Stale, Waiting } from "../../ui/parts";
import { SheetBody } from "../consultations/SheetBody";
import { useReadNotices } from "../notices/readNotices";
import { NotFound } from "../problem/NotFound";
import { answered, type Answered } from "./Answers";
import { HandoffCard } from "./HandoffCard";
import { News } from "./News";

/** One handoff: its package, the answer, and the sheet it came from. */
export default function Handoff({ id }: { id: string }) {
  useTitle("handoff.view");
  const { data, failure, refresh } = useAsked(HandoffDocument, { id }, ["tray"]);
  const news = useStore(answered).filter((one) => one.id === id);
  const seen = useRef(false);
  useReadNotices("handoffId", id);
  useEffect(() => refresh(), [news.length]);
  if (!data) return <Waiting failure={failure} />;
  if (!data.handoff) return seen.current || news.length > 0 ? <Gone news={news} /> : <NotFound />;
  seen.current = true;
  const { card, consultation } = data.handoff;
  const side = hasRoleIn(card.toUnit.id, "coordinator", "manager", "window_staff") ? "received" : "sent";
  return (
    <div class="stack">
      <div class="split">
        <h1>{t("handoff.view")}</h1>
        <Link class="btn text" href="/handoffs"><Icon name="left" />{t("nav.tray")}</Link>
      </div>
      <News news={news} />
      <div class="cols cols-2">
        <HandoffCard card={card} side={side} open titleLevel={2} />
        {consultation && <SheetBody sheet={consultation} />}
      </div>
      <Stale failure={failure} />
    </div>
  );
}

/** Somebody else was first: it is theirs now, and no longer to be read here. The answer to one's own press says who. */
function Gone({ news }: { news: readonly Answered[] }) {
  return (
    <div class="stack">
      <h1>{t("handoff.view")}</h1>
      {news.length > 0 ? <News news={news} /> : <Empty title={t("handoff.gone")}>{t("handoff.goneText")}</Empty>}
      <p><Link class="btn" href="/handoffs">{t("today.openTray")}</Link></p>
    </div>
  );
}
