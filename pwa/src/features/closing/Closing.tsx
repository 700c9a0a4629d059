import { useState } from "preact/hooks";
import { Link, navigate } from "../../app/router";
import { Case as CaseDocument } from "../../gateway/documents";
import { codeText, t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { FieldError, SelectField, TextField } from "../../ui/forms";
import { useAsked, useTitle, useToday } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note, Waiting } from "../../ui/parts";
import { type CaseAnswer, isPast, mayEnd, nextText } from "../cases/Case";
import { NotFound } from "../problem/NotFound";
import { useAct } from "../sharing/useAct";

const REASONS = ["concluded", "interrupted", "linked", "information_only", "other"] as const;

/** ケースの終了, or its 再開: a person decides, and may decide anew. */
export default function Closing({ id }: { id: string }) {
  useTitle("closing.title");
  const { data, failure } = useAsked(CaseDocument, { id }, ["case"]);
  if (!data) return <Waiting failure={failure} />;
  if (!data.case) return <NotFound suspended={data.caseSuspended} />;
  const isClosed = Boolean(data.case.closedAt);
  const isMine = mayEnd(data.case);
  const Form = isClosed ? Reopen : Close;
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t(isClosed ? "closing.reopen" : "closing.close")}</h1><p>{data.case.label}</p></div>
        <Link class="btn text" href={`/cases/${id}`}><Icon name="left" />{t("sharing.toCase")}</Link>
      </div>
      <Note icon="info" kind="soft"><p>{t(!isMine ? "closing.notYours" : isClosed ? "closing.reopenHelp" : "closing.closeHelp")}</p></Note>
      {isMine && <Form record={data.case} />}
    </div>
  );
}

function Close({ record }: { record: CaseAnswer }) {
  const [closingId] = useState(uuid7);
  const [reason, setReason] = useState("");
  const [note, setNote] = useState("");
  const [settled, setSettled] = useState(false);
  const today = useToday();
  const promise = isPast(record.nextPromise, today) ? "" : nextText(record.nextPromise);
  const { busy, run, failed, of } = useAct("CloseCase", record.id, () => navigate(`/cases/${record.id}`));
  const missing = [
    ...(reason ? [] : [{ field: "reason", text: t("closing.reasonMissing") }]),
    ...(promise && !settled ? [{ field: "settled", text: t("error.field.promise_is_open") }] : []),
  ];
  return (
    <form class="card stack" onSubmit={(event) => (event.preventDefault(), void run(() => ({ closingId, reason, note, promiseSettled: settled }), missing))}>
      <SelectField id="reason" label={t("closing.reason")} value={reason} options={[["", t("sharing.choose")], ...REASONS.map((each) => [each, codeText("closing_reason", each)] as const)]} onChange={setReason} error={of("reason")} required />
      {promise && (
        <div class="stack stack-s">
          <Note icon="clock"><p><b>{t("closing.promise")}</b></p><p>{promise}</p></Note>
          <label class="choice box"><input id="settled" type="checkbox" checked={settled} aria-invalid={of("settled") ? "true" : undefined} aria-describedby={of("settled") && "settled-error"} onChange={() => setSettled(!settled)} />{t("closing.settled")}</label>
          <FieldError id="settled" text={of("settled")} />
        </div>
      )}
      <TextField id="note" label={t("closing.note")} rows={2} limit={200} value={note} onInput={setNote} />
      {failed}
      <p><button class="btn" type="submit" disabled={busy}>{t("closing.closeDo")}</button></p>
    </form>
  );
}

function Reopen({ record }: { record: CaseAnswer }) {
  const [note, setNote] = useState("");
  const { busy, run, failed } = useAct("ReopenCase", record.id, () => navigate(`/cases/${record.id}`));
  return (
    <form class="card stack" onSubmit={(event) => (event.preventDefault(), void run(() => ({ note })))}>
      <TextField id="note" label={t("closing.note")} rows={2} limit={200} value={note} onInput={setNote} />
      {failed}
      <p><button class="btn" type="submit" disabled={busy}>{t("closing.reopenDo")}</button></p>
    </form>
  );
}
