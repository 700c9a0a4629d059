import { Link } from "../../app/router";
import { hasRoleIn } from "../../app/session";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Concerns, Guard } from "../../ui/parts";
import { knowsText } from "../consultations/label";
import { AcceptOrReturn, Withdraw } from "./Answers";
import { ClockBar, ClockChip, type Card } from "./Clock";

interface Props {
  card: Card;
  /** Which way the reader looks at it. */
  side: "received" | "sent";
  /** The first of the list, or the page of its own, shows the whole package. */
  open?: boolean;
  titleLevel?: 2 | 3;
}

export function HandoffCard({ card, side, open = false, titleLevel = 3 }: Props) {
  const Title = titleLevel === 2 ? "h2" : "h3";
  const waiting = card.status === "open";
  return (
    <article class={`card stack ${open && waiting && side === "received" ? "here answerable" : ""}`} aria-labelledby={`handoff-${card.id}`}>
      <div class="stack stack-s">
        <div class="split"><Title id={`handoff-${card.id}`}>{card.label}</Title><StatusChip card={card} side={side} /></div>
        <p class="sub meta">
          {side === "received" ? <><span>{card.fromUnit.name}</span><span>{card.handedOffBy.name}</span></> : <span>→ {card.toUnit.name}</span>}
          <time>{momentText(card.handedOffAt)}</time>
        </p>
      </div>
      {waiting && open && <ClockBar card={card} />}
      {open && <Package card={card} guardLevel={titleLevel === 2 ? 3 : 4} />}
      {side === "sent" && <Steps card={card} />}
      {card.status === "returned" && card.returnNote && <ReturnNote card={card} />}
      <Actions card={card} side={side} open={open} />
    </article>
  );
}

function StatusChip({ card, side }: { card: Card; side: Props["side"] }) {
  switch (card.status) {
    case "open":
      return <ClockChip card={card} />;
    case "accepted":
      return <span class="chip done"><Icon name="ok" />{side === "sent" ? t("tray.takenOver") : t("tray.accepted")}</span>;
    case "returned":
      return <span class={side === "sent" ? "chip soon" : "chip"}><Icon name="back" />{side === "sent" ? t("tray.returned") : t("tray.youReturned")}</span>;
    default:
      return <span class="chip quiet">{codeText("handoff_status", card.status)}</span>;
  }
}

/** What the receiver needs to know before the first call: safety first. */
function Package({ card, guardLevel }: { card: Card; guardLevel: 3 | 4 }) {
  const { at, note } = card.nextAppointment;
  const next = [at && momentText(at), note].filter(Boolean).join("　");
  return (
    <>
      <Guard rules={card.contactRules} lines={[card.safeContact]} small level={guardLevel} />
      <dl class="kv">
        <dt>{t("tray.personKnows")}</dt><dd>{knowsText(card.personKnows)}</dd>
        {card.promised && <><dt>{t("tray.promised")}</dt><dd class="said">{card.promised}</dd></>}
        <dt>{t("tray.concerns")}</dt><dd><Concerns concerns={card.concerns} main={card.mainConcern} /></dd>
        <dt>{t("tray.urgency")}</dt><dd>{card.urgency ? codeText("urgency", card.urgency) : t("app.notHeard")}</dd>
        {next && <><dt>{t("tray.next")}</dt><dd>{next}</dd></>}
      </dl>
    </>
  );
}

function ReturnNote({ card }: { card: Card }) {
  return (
    <div class="note">
      <Icon name="talk" />
      <p class="said">
        {card.returnReason && <b>{codeText("return_reason", card.returnReason)}</b>}
        {card.returnReason && <br />}
        {card.returnNote}
      </p>
    </div>
  );
}

function Steps({ card }: { card: Card }) {
  const by = { name: card.answeredBy?.name ?? "" };
  const answers: Record<string, string> = {
    accepted: t("tray.stepAccepted", by),
    returned: t("tray.stepReturned", by),
    withdrawn: t("tray.stepWithdrawn"),
  };
  const answer = answers[card.status];
  return (
    <ol class="steps">
      <li class="done">{t("tray.stepSent")}　<time>{momentText(card.handedOffAt)}</time></li>
      {answer ? <li class="done">{answer}　{card.answeredAt && <time>{momentText(card.answeredAt)}</time>}</li> : <li>{t("tray.stepWaiting")}</li>}
    </ol>
  );
}

function Actions({ card, side, open }: { card: Card; side: Props["side"]; open: boolean }) {
  const mayAnswer = side === "received" && card.status === "open" && hasRoleIn(card.toUnit.id, "coordinator");
  const maySendAgain = side === "sent" && hasRoleIn(card.fromUnit.id, "window_staff", "coordinator");
  const sheet = <Link class="btn text" href={`/consultations/${card.consultationId}`}>{t("tray.sheet")}</Link>;
  if (mayAnswer && open) return <AcceptOrReturn card={card} />;
  if (side === "received" && card.status === "open") {
    return <div class="row"><Link class="btn line" href={`/handoffs/${card.id}`}>{t("notices.open")}</Link></div>;
  }
  if (side === "received" && card.caseId && hasRoleIn(card.toUnit.id, "coordinator", "manager")) {
    return <div class="row"><Link class="btn line" href={`/cases/${card.caseId}`}><Icon name="case" />{t("tray.openCase")}</Link></div>;
  }
  if (maySendAgain && card.status === "returned") {
    const again = `/consultations/${card.consultationId}?handoff=new&from=${card.id}`;
    return <div class="row"><Link class="btn" href={again}><Icon name="pen" />{t("sheet.handOffAgain")}</Link>{sheet}</div>;
  }
  return side === "sent" ? <div class="row">{maySendAgain && card.status === "open" && <Withdraw card={card} />}{sheet}</div> : null;
}
