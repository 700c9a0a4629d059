import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { home } from "../../app/device";
import { Link } from "../../app/router";
import { Session } from "../../gateway/documents";
import { clock, momentText, tokyoDay, tokyoInstant } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { queue, withdraw, type QueueEntry } from "../../sync/queue";
import { now } from "../../sync/time";
import { TextField } from "../../ui/forms";
import { useAsked, useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Alert, Dialog, Note } from "../../ui/parts";
import { NICKNAME } from "../../ui/textLimits";
import { mendedFact, unknownSession } from "./facts";
import { PayloadView } from "./PayloadView";
import { fieldsOf, refusalText, sendMended } from "./refusals";

/** A command its owner did not take: why, what it said, and the two ways on. It stays until somebody chose one. */
export function RefusedCard({ entry }: { entry: QueueEntry }) {
  const [withdrawing, setWithdrawing] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { id, type, readable, payload, outcome } = entry;
  const title = readable ? codeText("command", type) : t("attention.unreadable");
  const fields = fieldsOf(outcome);
  const held = useStore(home);
  const about = held && [...held.cards, ...held.sessions].find((each) => each.id === entry.subject);
  // On the device or sent, and written by a person: a trace of reading is not waited for.
  const behind = useStore(queue).filter(({ subject, state, type: what }) => subject === entry.subject && /^[ds]e/.test(state) && !/^V/.test(what)).length;
  const again = (mended: QueueEntry["payload"]) => void sendMended(id, mended).then(setProblem);
  const away = <button class="btn line" type="button" onClick={() => setWithdrawing(true)}>{t("attention.withdraw")}</button>;
  return (
    <article class="card stack" aria-label={title}>
      <div class="split"><h3>{about && `${"label" in about ? about.label : about.programme}　`}{title}</h3>{readable && <p class="sub"><time>{t("attention.writtenAt", { time: momentText(entry.capturedAt) })}</time></p>}</div>
      <Note icon="info" kind="soft">
        <p>{readable ? refusalText(outcome) : t("attention.unreadableHelp")}</p>
        {fields.length > 0 && <p>{t("attention.fields", { names: fields.join("、") })}</p>}
        {behind > 0 && <p><b>{t("attention.behind", { n: behind })}</b></p>}
      </Note>
      <Alert text={problem} />
      {payload.attendanceId ? <Fact entry={entry} onAgain={again}>{away}</Fact> : (
        <>
          <PayloadView type={type} payload={payload} />
          <div class="row">
            {type === "RecordVisit" && <Link class="btn" href={`/cases/${entry.subject}/visits/new?fix=${id}`}><Icon name="pen" />{t("attention.fix")}</Link>}
            {readable && type !== "RecordVisit" && <button class="btn" type="button" onClick={() => again(payload)}>{t("attention.again")}</button>}
            {away}
          </div>
        </>
      )}
      {withdrawing && <ConfirmWithdraw onClose={() => setWithdrawing(false)} onConfirm={() => void withdraw(id)} />}
    </article>
  );
}

interface FactProps {
  entry: QueueEntry;
  onAgain: (payload: QueueEntry["payload"]) => void;
  children: ComponentChildren;
}

/** Who came or went. Its time can be put right, and a name its owner did not take; a fact of a clock that was fast happened now at the latest. */
function Fact({ entry: { id, type, subject, payload }, onAgain, children }: FactProps) {
  const record = useAsked(Session, { id: subject }).data?.session ?? unknownSession(subject);
  const queued = useStore(queue);
  const [at] = useState(() => [String(payload.at), now().toISOString()].sort()[0] as string);
  const [typed, setTyped] = useState(() => clock(at));
  const isLog = type === "LogAttendance";
  const made = payload.newParticipant as { nickname: string } | undefined;
  const [nickname, setName] = useState(made?.nickname ?? "");
  const mended = typed === clock(at) ? at : tokyoInstant(tokyoDay(at), typed);
  return (
    <>
      <PayloadView type={type} payload={payload} record={record} queued={queued} />
      {made && <TextField id={`${id}-name`} label={codeText("visit_field", "newParticipant")} limit={NICKNAME} value={nickname} onInput={setName} />}
      {isLog && <TextField id={id} label={t("visit.time")} value={typed} onInput={setTyped} error={mended ? undefined : t("visit.timeInvalid")} />}
      <div class="row">
        <button class="btn" type="button" disabled={!mended} onClick={() => onAgain(isLog && mended ? mendedFact({ ...payload, ...(made && { newParticipant: { ...made, nickname } }) }, mended, record) : payload)}>{t("attention.again")}</button>
        {children}
      </div>
    </>
  );
}

export function ConfirmWithdraw({ onClose, onConfirm }: { onClose: () => void; onConfirm: () => void }) {
  return (
    <Dialog title={t("attention.withdrawTitle")} submit={t("attention.withdraw")} onSubmit={() => (onClose(), onConfirm())} onClose={onClose}>
      <p>{t("attention.withdrawHelp")}</p>
    </Dialog>
  );
}
