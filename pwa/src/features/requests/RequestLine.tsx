import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { kindOf, pageOf, paperOf } from "./about";
import type { PersonRequest } from "./documents";

const OF = ["requests.ofCase", "requests.ofSheet", "requests.ofParticipant"] as const;

interface Props {
  request: PersonRequest;
  /** Among those of all cases, from where its own page is a way off. */
  isListed: boolean;
  onDecide: () => void;
  onLift: () => void;
  onHeld: () => void;
  onCorrect: () => void;
  onPrint: () => void;
}

/** One request: of what kind, where it stands, and what can be done about it. */
export function RequestLine({ request, isListed, onDecide, onLift, onHeld, onCorrect, onPrint }: Props) {
  const { kind, state, label, receiptNumber, erasedAt, mayDecide, mayLift } = request;
  const about = `${label} ${codeText("request_kind", kind)}`;
  const isTold = kind === "disclosure" && (state === "waiting" || state === "approved");
  return (
    <li>
      <div class="grow stack stack-s">
        <p><b>{label}</b>{receiptNumber && <span class="sub">　{receiptNumber}</span>}</p>
        <p class="row chips"><span class="chip quiet">{t(OF[kindOf(request)])}</span><span class="chip">{codeText("request_kind", kind)}</span><State state={state} /></p>
        <dl class="kv">{erasedAt ? <Erased request={request} /> : <Asked request={request} />}</dl>
        {kind === "correction" && state === "approved" && <div class="row"><button class="btn" type="button" aria-label={t("requests.correctOf", { about })} onClick={onCorrect}>{t("requests.correctDo")}</button></div>}
        {isListed && state === "suspended" && <p><Link href={`${pageOf(request)}/requests`}>{t("requests.more")}</Link></p>}
        {hasRole("manager") && (
          <div class="row">
            {mayDecide && <button class="btn" type="button" aria-label={t("requests.decideOf", { about })} onClick={onDecide}>{t("requests.decide")}</button>}
            {mayLift && <button class="btn" type="button" aria-label={t("requests.liftOf", { about })} onClick={onLift}>{t("requests.lift")}</button>}
            {isTold && <button class="btn line" type="button" aria-label={t("requests.printOf", { about })} onClick={onPrint}>{t("requests.print")}</button>}
            <button class="btn line" type="button" aria-label={t("requests.heldOf", { about })} onClick={onHeld}>{t("requests.held")}</button>
            {request.participantId && <a class="btn line" href={paperOf("whoSaw", request)} target="_blank" rel="noopener">{t("log.paper")}</a>}
          </div>
        )}
      </div>
    </li>
  );
}

function State({ state }: { state: string }) {
  const isOpen = state === "waiting" || state === "erasing" || state === "suspended";
  return <span class={isOpen ? "chip soon" : "chip quiet"}>{isOpen && <Icon name="clock" />}{codeText("request_state", state)}</span>;
}

function Asked({ request }: Pick<Props, "request">) {
  const { asked, openedAt, openedBy, decidedAt, decidedBy, note, liftedAt, liftedBy, liftNote } = request;
  return (
    <>
      {asked && <><dt>{t("requests.asked")}</dt><dd>{asked}</dd></>}
      <dt>{t("requests.opened")}</dt><dd>{momentText(openedAt)}　{openedBy.name}</dd>
      {decidedAt && <><dt>{t("requests.decided")}</dt><dd>{momentText(decidedAt)}　{decidedBy?.name}</dd></>}
      {note && <><dt>{t("requests.note")}</dt><dd>{note}</dd></>}
      {liftedAt && <><dt>{t("requests.lifted")}</dt><dd>{momentText(liftedAt)}　{liftedBy?.name}</dd></>}
      {liftNote && <><dt>{t("requests.liftReason")}</dt><dd>{liftNote}</dd></>}
    </>
  );
}

/** Nothing of what it was about is left: when it went, by whose decision, and who still owes their part. */
function Erased({ request }: Pick<Props, "request">) {
  const { erasedAt, openedBy, decidedBy, owed } = request;
  return (
    <>
      <dt>{t("requests.erased")}</dt><dd>{erasedAt && momentText(erasedAt)}</dd>
      <dt>{t("requests.by")}</dt><dd>{openedBy.name} → {decidedBy?.name}</dd>
      <dt>{t("requests.owed")}</dt><dd>{owed.map((holder) => codeText("holder", holder)).join("、") || t("requests.nobodyOwes")}</dd>
    </>
  );
}
