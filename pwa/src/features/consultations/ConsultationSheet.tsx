import { useEffect, useRef, useState } from "preact/hooks";
import { Link, navigate, query } from "../../app/router";
import { hasRoleIn } from "../../app/session";
import { Consultation as ConsultationDocument } from "../../gateway/documents";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { useAsked, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Stale, Waiting } from "../../ui/parts";
import { answered } from "../handoffs/Answers";
import type { Card } from "../handoffs/Clock";
import { HandoffCard } from "../handoffs/HandoffCard";
import { News } from "../handoffs/News";
import { NotFound } from "../problem/NotFound";
import { HandoffForm } from "./HandoffForm";
import { handedOff, justSaved } from "./justSaved";
import { SheetBody } from "./SheetBody";

/** 聞きとり票 with its handoffs; with `?handoff=` also the form that hands it over. */
export default function ConsultationSheet({ id }: { id: string }) {
  useTitle("sheet.title");
  const { data, failure, refresh } = useAsked(ConsultationDocument, { id }, ["tray"]);
  const news = useStore(answered);
  const [handing] = useState(() => query("handoff"));
  useEffect(() => refresh(), [news]);
  if (!data) return <Waiting failure={failure} />;
  const sheet = data.consultation;
  if (!sheet) return <NotFound />;
  const mine = hasRoleIn(sheet.unit.id, "window_staff", "coordinator");
  const waits = sheet.handoffs.some(({ status, kind }) => kind === "lead" && (status === "open" || status === "accepted"));
  const done = () => navigate(`/consultations/${id}`, { replace: true });
  return (
    <div class="stack">
      <div class="split">
        <h1>{t(handing && mine ? "handoff.title" : "sheet.title")}</h1>
        <div class="row">
          {hasRoleIn(sheet.unit.id, "window_staff", "coordinator", "manager") && !handing && <Link class="btn line" href={`/consultations/${id}/requests`}>{t("sharing.requests")}</Link>}
          {mine && !handing && !waits && <Link class="btn" href={`/consultations/${id}?handoff=new`}><Icon name="talk" />{t("sheet.handOff")}</Link>}
        </div>
      </div>
      <HandedOff id={id} />
      <Saved id={id} receipt={sheet.receiptNumber} handing={Boolean(handing)} />
      <News news={news.filter((one) => sheet.handoffs.some((card) => card.id === one.id))} />
      <div class="cols cols-2">
        {handing && mine ? <HandoffForm sheet={sheet} named={handing} onDone={done} /> : <SheetBody sheet={sheet} alone />}
        {handing && mine ? <SheetBody sheet={sheet} /> : <Handoffs cards={sheet.handoffs} />}
      </div>
      <Stale failure={failure} />
    </div>
  );
}

/** The receipt number, to be said out loud while the caller is still there. */
function Saved({ id, receipt, handing }: { id: string; receipt: string; handing: boolean }) {
  const saved = useStore(justSaved);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!handing) box.current?.focus();
    return () => {
      if (!handing) justSaved.set(null);
    };
  }, []);
  if (saved !== id || handedOff.get()?.consultationId === id) return null;
  return (
    <div class="note ok" role="status" tabIndex={-1} ref={box}>
      <Icon name="ok-c" />
      <div class="grow">
        <b>{t("consult.saved")}</b>
        <p class="receipt">{t("sheet.receipt", { number: receipt })}</p>
        {!handing && <p>{t("consult.savedNext")}</p>}
      </div>
      {!handing && <Link class="btn line" href="/consultations/new"><Icon name="plus" />{t("sheet.next")}</Link>}
    </div>
  );
}

/** One clear word after 引き継ぐ: to whom, when an answer is due, where it can be followed. */
function HandedOff({ id }: { id: string }) {
  const sent = useStore(handedOff);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!box.current) return;
    scrollTo(0, 0);
    box.current.focus();
    return () => handedOff.set(null);
  }, []);
  if (sent?.consultationId !== id) return null;
  return (
    <div class="note ok" role="status" tabIndex={-1} ref={box}>
      <Icon name="ok-c" />
      <div class="grow">
        <b>{t("handoff.sent")}</b>
        <p>{t("handoff.sentTo", { unit: sent.unit, time: momentText(sent.dueAt) })}</p>
        <p>{t("handoff.sentHelp")}</p>
      </div>
      <Link class="btn line" href="/handoffs">{t("today.openTray")}</Link>
    </div>
  );
}

function Handoffs({ cards }: { cards: readonly Card[] }) {
  return (
    <section class="stack" aria-labelledby="handoffs">
      <h2 id="handoffs">{t("sheet.handoffs")}</h2>
      {cards.length === 0 && <Empty title={t("sheet.handoffsNone")}>{t("sheet.handoffsNoneHelp")}</Empty>}
      {cards.map((card) => <HandoffCard key={card.id} card={card} side="sent" open />)}
    </section>
  );
}
