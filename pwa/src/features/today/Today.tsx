import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { Today as TodayDocument } from "../../gateway/documents";
import type { TodayQuery } from "../../gateway/generated";
import { dayText, momentText, yearText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { useAsked, useTitle, useToday } from "../../ui/hooks";
import { Empty, Note, Section, Stale, Waiting } from "../../ui/parts";
import { ClockChip } from "../handoffs/Clock";
import { dueText, Lead } from "./Lead";

export type TodayAnswer = TodayQuery["today"];

/** 今日: the one next thing first. */
export default function Today() {
  useTitle("today.title");
  const { data, failure } = useAsked(TodayDocument, {}, ["tray", "case", "notices"]);
  const today = useToday();
  return (
    <div class="stack stack-l">
      <div class="head tight">
        <h1>{t("today.title")}<span class="sr">{t("today.titleRest")}</span>　{dayText(today)}</h1>
        <p>{yearText(today)}</p>
      </div>
      {data ? <Parts answer={data.today} today={today} /> : <Waiting failure={failure} />}
      {data && <Stale failure={failure} />}
    </div>
  );
}

function Parts({ answer, today }: { answer: TodayAnswer; today: string }) {
  return (
    <>
      {answer.unavailable.length > 0 && <Note icon="cloud-off"><p role="status">{t("today.unavailable")}</p></Note>}
      <Lead answer={answer} today={today} />
      {hasRole("coordinator", "ibasho_staff", "manager") && <Later today={today} />}
      {answer.openDrafts.length > 0 && <OpenDrafts drafts={answer.openDrafts} />}
      {answer.returnedHandoffs.length > 0 && <Returned cards={answer.returnedHandoffs} />}
      {hasRole("coordinator", "manager") && (
        <div class="cols cols-2">
          <WaitingHandoffs cards={answer.receivedHandoffs.filter((card) => card.status === "open")} />
          <Contacts contacts={answer.contactsDue} today={today} />
        </div>
      )}
      {answer.unreadNotices > 0 && (
        <Note icon="bell">
          <p class="split"><span>{t("today.unread", { n: answer.unreadNotices })}</span><Link href="/notices">{t("today.openNotices")}</Link></p>
        </Note>
      )}
    </>
  );
}

/** What the window does not need comes with the other screens. */
function Later({ today }: { today: string }) {
  const [Part, setPart] = useState<ComponentType<{ today: string }> | null>(null);
  useEffect(() => void import("../rest").then((part) => setPart(() => part.away), () => undefined), []);
  return Part && <Part today={today} />;
}

function WaitingHandoffs({ cards }: { cards: TodayAnswer["receivedHandoffs"] }) {
  return (
    <Section id="waiting" title={t("today.waiting")} side={<Link href="/handoffs">{t("today.openTray")}</Link>}>
      {cards.length === 0 && <Empty title={t("today.waitingNone")}>{t("today.waitingNoneHelp")}</Empty>}
      <ul class="list">
        {cards.map((card) => (
          <li key={card.id}>
            <div class="grow">
              <Link class="t" href={`/handoffs/${card.id}`}>{card.label}</Link>
              <p class="sub meta"><span>{card.fromUnit.name}</span><span>{card.handedOffBy.name}</span></p>
            </div>
            <ClockChip card={card} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Contacts({ contacts, today }: { contacts: TodayAnswer["contactsDue"]; today: string }) {
  return (
    <Section id="contacts" title={t("today.contacts")} side={t("today.contactsHelp")}>
      {contacts.length === 0 && <Empty title={t("today.contactsNone")}>{t("today.contactsNoneHelp")}</Empty>}
      <ul class="list">
        {contacts.map((contact) => (
          <li key={contact.caseId}>
            <div class="grow">
              <Link class="t" href={`/cases/${contact.caseId}`}>{contact.label}</Link>
              {contact.note && <p class="sub">{contact.note}</p>}
            </div>
            {contact.on && <span class="sub">{dueText(contact.on, today)}</span>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function OpenDrafts({ drafts }: { drafts: TodayAnswer["openDrafts"] }) {
  return (
    <Section id="drafts" title={t("today.drafts")}>
      <ul class="list">
        {drafts.map((draft) => {
          const place = draftPlace(draft);
          return place && (
            <li key={draft.id}>
              <div class="grow">
                <b>{place.title}</b>
                <p class="sub">{t("sync.draftSaved", { time: momentText(draft.savedAt) })}</p>
              </div>
              <Link class="btn line" href={place.href}><Icon name="pen" />{t("today.draftResume")}</Link>
            </li>
          );
        })}
      </ul>
    </Section>
  );
}

function draftPlace({ id, kind, body }: TodayAnswer["openDrafts"][number]): { title: string; href: string } | null {
  switch (kind) {
    case "consultation":
      return { title: t("today.draftConsultation"), href: `/consultations/new?draft=${id}` };
    case "handoff":
      return { title: t("today.draftHandoff"), href: `/consultations/${String(body.consultationId)}?handoff=${id}` };
    case "visit":
      return { title: t("today.draftVisit"), href: `/cases/${String(body.caseId)}/visits/new?draft=${id}` };
    case "closing":
      return { title: t("board.closing"), href: `/ibasho/${String(body.sessionId)}` };
    default:
      return null;
  }
}

function Returned({ cards }: { cards: TodayAnswer["returnedHandoffs"] }) {
  return (
    <Section id="returned" title={t("today.returned")} side={<Link href="/handoffs">{t("today.openTray")}</Link>}>
      <ul class="list">
        {cards.map((card) => (
          <li key={card.id}>
            <div class="grow">
              <Link class="t" href={`/consultations/${card.consultationId}`}>{card.label}</Link>
              {card.answeredBy && <p class="sub">{t("tray.returnedBy", { name: card.answeredBy.name })}</p>}
              {card.returnNote && <p>{card.returnNote}</p>}
            </div>
            <span class="chip soon"><Icon name="back" />{t("tray.returned")}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
