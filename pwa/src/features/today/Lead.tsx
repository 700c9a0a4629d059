import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { nearDayText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { ClockText, Urgent } from "../handoffs/Clock";
import { byUrgency } from "../handoffs/order";
import type { TodayAnswer } from "./Today";

/** The one next thing: for a clerk the ringing phone; for a coordinator today's promise, then the handoff that waits longest. */
export function Lead({ answer, today }: { answer: TodayAnswer; today: string }) {
  if (hasRole("window_staff")) return <Ring />;
  if (hasRole("ibasho_staff")) return <Quiet title={t("today.leadIbasho")} text={t("today.leadIbashoText")} to="/ibasho" open={t("today.openIbasho")} />;
  if (hasRole("auditor") && !hasRole("coordinator", "manager")) return <Quiet title={t("today.leadAudit")} text={t("today.leadAuditText")} to="/access-log" open={t("today.openAudit")} />;
  if (!hasRole("coordinator", "manager")) return <Quiet title={t("today.leadOther")} text={t("today.leadOtherText")} to="/notices" open={t("today.openNotices")} />;
  const contact = answer.contactsDue.find((due) => due.on !== null && due.on <= today);
  if (contact && hasRole("coordinator")) return <Contact contact={contact} today={today} />;
  const [handoff] = answer.receivedHandoffs.filter((card) => card.status === "open").sort(byUrgency);
  return handoff ? <Handoff card={handoff} /> : <Quiet title={t("today.leadQuiet")} text={t("today.leadQuietText")} to="/cases" open={t("today.openCases")} />;
}

function Ring() {
  return (
    <section class="card lead stack" aria-labelledby="lead">
      <p class="sub">{t("today.leadClerk")}</p>
      <h2 id="lead">{t("today.leadClerkTitle")}</h2>
      <p>{t("today.leadClerkText")}</p>
      <div class="row"><Link class="btn big on-dark" href="/consultations/new"><Icon name="plus" />{t("today.openConsultation")}</Link></div>
    </section>
  );
}

function Contact({ contact, today }: { contact: TodayAnswer["contactsDue"][number]; today: string }) {
  return (
    <section class="card lead stack" aria-labelledby="lead">
      <p class="sub">{t("today.nextContact")}{contact.on && `　${dueText(contact.on, today)}`}</p>
      <h2 id="lead">{contact.label}</h2>
      {contact.note && <p>{contact.note}</p>}
      <div class="row">
        <Link class="btn big on-dark" href={`/cases/${contact.caseId}/visits/new`}><Icon name="pen" />{t("today.recordVisit")}</Link>
        <Link class="btn big ghost-dark" href={`/cases/${contact.caseId}`}>{t("today.seeCase")}</Link>
      </div>
    </section>
  );
}

/** A past promise is told as a date, not as a debt: nobody is overdue. */
export function dueText(on: string, today: string): string {
  if (on === today) return t("today.dueToday");
  return on < today ? t("today.duePassed", { date: nearDayText(on) }) : nearDayText(on);
}

function Handoff({ card }: { card: TodayAnswer["receivedHandoffs"][number] }) {
  return (
    <section class="card lead stack" aria-labelledby="lead">
      <p class="sub row"><span>{t("today.nextHandoff")}　<ClockText card={card} /></span><Urgent urgency={card.urgency} /></p>
      <h2 id="lead">{card.label}</h2>
      <p class="meta"><span>{card.fromUnit.name}</span><span>{card.handedOffBy.name}</span></p>
      <div class="row"><Link class="btn big on-dark" href={`/handoffs/${card.id}`}><Icon name="talk" />{t("today.answer")}</Link></div>
    </section>
  );
}

function Quiet({ title, text, to, open }: { title: string; text: string; to: string; open: string }) {
  return (
    <section class="card lead stack" aria-labelledby="lead">
      <h2 id="lead">{title}</h2>
      <p>{text}</p>
      <div class="row"><Link class="btn big on-dark" href={to}>{open}</Link></div>
    </section>
  );
}
