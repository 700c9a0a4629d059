import { useState } from "preact/hooks";
import { postJson } from "../../gateway/client";
import { Case } from "../../gateway/documents";
import { fullDayText, momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { SelectField, TextField } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { Dialog, Note } from "../../ui/parts";
import { useAgain } from "../session/useAgain";
import { useAct, useActAgain } from "../sharing/useAct";
import { type About, commandOf, kindOf, paperOf, subjectOf } from "./about";
import { Holdings, type PersonRequest } from "./documents";

interface Closing {
  onClose: () => void;
}

type Field = "nickname" | "personName" | "personKana" | "year" | "month" | "day" | "personAddress" | "personPhone";
const KINDS = ["disclosure", "correction", "suspension", "erasure"] as const;
const DECISIONS = ["approve", "decline"] as const;
const ERASED = ["requests.erasedDone", "requests.erasedSheet", "requests.erasedParticipant"] as const;
const ELSEWHERE = ["requests.heldElsewhere", "requests.heldElsewhereSheet", "requests.heldElsewhereParticipant"] as const;
const erases = (kind: string) => kind === "erasure" || kind === "retention";

/** 請求を受ける: in the person's words, by whoever hears it. `called`: how somebody at 居場所 is called; nothing of theirs can be suspended. */
export function Receive({ about, called, onClose, onDone }: Closing & { about: About; called?: string; onDone: () => void }) {
  const [requestId] = useState(uuid7);
  const [kind, setKind] = useState<(typeof KINDS)[number]>(KINDS[0]);
  const [asked, setAsked] = useState("");
  const { busy, run, failed } = useAct(commandOf("open", about), subjectOf(about), onDone);
  const kinds = called ? KINDS.filter((each) => each !== "suspension") : KINDS;
  return (
    <Dialog title={called ? t("requests.receiveFrom", { nickname: called }) : t("requests.receive")} submit={t("requests.receiveDo")} busy={busy} onSubmit={() => void run(() => ({ requestId, kind, asked }))} onClose={onClose}>
      <SelectField id="kind" label={t("requests.kind")} value={kind} options={kinds.map((each) => [each, codeText("request_kind", each)] as const)} onChange={(value) => setKind(value as typeof kind)} />
      <p class="sub">{t(called && kind !== "suspension" ? `requests.helpAtIbasho.${kind}` : `requests.help.${kind}`)}</p>
      <TextField id="asked" label={t("requests.asked")} help={t("requests.askedHelp")} rows={3} value={asked} onInput={setAsked} />
      {failed}
    </Dialog>
  );
}

/** 請求を決める, by somebody who has just shown who they are. What erases says before what goes, and that nobody brings it back. */
export function Decide({ request, onClose, onDone }: Closing & { request: PersonRequest; onDone: (said: string) => void }) {
  const [decision, setDecision] = useState("");
  const [note, setNote] = useState("");
  const isErased = erases(request.kind) && decision === "approve";
  const isSuspended = request.kind === "suspension" && decision === "approve";
  const said = isErased ? (ERASED[kindOf(request)]) : isSuspended ? "requests.suspendedDone" : "requests.decidedDone";
  const missing = decision ? [] : [{ field: "decision", text: t("requests.decisionMissing") }];
  const options = [["", t("sharing.choose")] as const, ...DECISIONS.map((each) => [each, codeText("request_decision", each)] as const)];
  const { busy, run, failed, of } = useActAgain(commandOf("decide", request), subjectOf(request), () => onDone(t(said)), () => ({ requestId: request.id, decision, note }), missing);
  return (
    <Dialog title={t("requests.decideOf", { about: `${request.label} ${codeText("request_kind", request.kind)}` })} submit={t(isErased ? "requests.erase" : isSuspended ? "requests.suspend" : "requests.decide")} busy={busy}
      onSubmit={run} onClose={onClose}>
      {request.asked && <p>{request.asked}</p>}
      {erases(request.kind) && <HeldOf about={request} />}
      <SelectField id="decision" label={t("requests.decision")} value={decision} options={options} onChange={setDecision} error={of("decision")} required />
      {isErased && <Note kind="err"><p>{t("requests.eraseHelp")}</p></Note>}
      {isSuspended && <Note icon="info" kind="soft"><p>{t(request.caseId ? "requests.suspendHelp" : "requests.suspendHelpSheet")}</p></Note>}
      {!isErased && <TextField id="reason" label={t("requests.note")} rows={2} limit={200} value={note} onInput={setNote} error={of("reason")} />}
      {failed}
    </Dialog>
  );
}

/** 開示の下書き: the page with everything about the person is opened by somebody who has just shown who they are. */
export function Print({ request, onClose }: Closing & { request: PersonRequest }) {
  const [ready, setReady] = useState(false);
  const { busy, run, asking } = useAgain(() => postJson("/session/fresh", {}), () => setReady(true), "staff.failed");
  return (
    <Dialog title={t("requests.printOf", { about: `${request.label} ${codeText("request_kind", request.kind)}` })} submit={t(ready ? "requests.close" : "requests.printMake")} busy={busy} onSubmit={() => (ready ? onClose() : void run())} onClose={onClose}>
      <p>{t("requests.printHelp")}</p>
      {ready ? <a class="btn line" href={paperOf("disclosure", request)} target="_blank" rel="noopener">{t("requests.printOpen")}</a> : asking}
    </Dialog>
  );
}

/** 利用停止を終える: everybody who had a way to the record has it again, so it needs a reason, and who one is shown again. */
export function Lift({ request, onClose, onDone }: Closing & { request: PersonRequest; onDone: () => void }) {
  const [reason, setReason] = useState("");
  const missing = reason.trim().length < 5 ? [{ field: "reason", text: t("sharing.reasonShort") }] : [];
  const { busy, run, failed, of } = useActAgain(commandOf("lift", request), subjectOf(request), onDone, () => ({ requestId: request.id, reason }), missing);
  return (
    <Dialog title={t("requests.liftOf", { about: `${request.label} ${codeText("request_kind", request.kind)}` })} submit={t("requests.lift")} busy={busy} onSubmit={run} onClose={onClose}>
      <Note icon="info" kind="soft"><p>{t(request.caseId ? "requests.liftHelp" : "requests.liftHelpSheet")}</p></Note>
      <TextField id="reason" label={t("requests.liftReason")} help={t("requests.liftReasonHelp")} rows={2} value={reason} onInput={setReason} error={of("reason")} required marked />
      {failed}
    </Dialog>
  );
}

/** 訂正する: only what is written replaces what stands there; a note may be put at a sheet, or at a visit of a case, which stay as they are. */
export function Correct({ request, onClose, onDone }: Closing & { request: PersonRequest; onDone: () => void }) {
  const [said, setSaid] = useState<Record<string, string>>({});
  const put = (id: string) => (text: string) => setSaid((before) => ({ ...before, [id]: text }));
  const { visitId, amendment: words = "", ...fields } = said;
  const { busy, run, failed, of } = useAct(commandOf("correct", request), subjectOf(request), onDone);
  const missing = visitId && !words.trim() ? [{ field: "amendment", text: t("requests.amendmentMissing") }] : [];
  const payload = () => {
    const { year = "", month = "", day = "", ...rest } = fields;
    const given = Object.fromEntries(Object.entries(rest).filter(([, text]) => text.trim()));
    return { requestId: request.id, ...given, ...(year && { birth: { year, month, day } }), ...(visitId ? { amendment: { visitId, words } } : request.consultationId && words.trim() && { amendment: words }) };
  };
  const field = (id: string) => <TextField key={id} id={id} label={t(`requests.field.${id as Field}`)} value={said[id] ?? ""} onInput={put(id)} />;
  return (
    <Dialog title={t("requests.correct")} submit={t("requests.correctDo")} busy={busy} onSubmit={() => void run(payload, missing)} onClose={onClose}>
      <p>{request.asked}</p>
      {!request.participantId && <Note icon="info" kind="soft"><p>{t("requests.correctHelp")}</p></Note>}
      {(request.participantId ? ["nickname"] : ["personName", "personKana", "year", "month", "day", "personAddress", "personPhone"]).map(field)}
      {request.caseId && <VisitOf id={request.caseId} value={visitId ?? ""} onChange={put("visitId")} />}
      {(visitId || request.consultationId) && <TextField id="amendment" label={t("requests.amendment")} help={t("requests.amendmentHelp")} rows={3} value={words} onInput={put("amendment")} error={of("amendment")} required={!!visitId} marked />}
      {failed}
    </Dialog>
  );
}

/** Which visit of the case the note is about, the newest first. */
function VisitOf({ id, value, onChange }: { id: string; value: string; onChange: (id: string) => void }) {
  const visits = (useAsked(Case, { id }).data?.case?.timeline ?? []).filter(({ kind }) => kind === "visit");
  const options = visits.map(({ id, at, outcome }) => [id, `${momentText(at)}　${codeText("visit_outcome", `${outcome}`)}`] as const);
  return <SelectField id="visit" label={t("requests.amendVisit")} value={value} options={[["", t("requests.amendNone")], ...options]} onChange={onChange} />;
}

/** 持っている記録: kinds, counts and days. */
export function Held({ request, onClose }: Closing & { request: PersonRequest }) {
  return (
    <Dialog title={t("requests.heldOf", { about: request.label })} submit={t("requests.close")} onSubmit={onClose} onClose={onClose}>
      <HeldOf about={request} />
    </Dialog>
  );
}

function HeldOf({ about }: { about: About }) {
  const { caseId, consultationId, participantId } = about;
  const { data, failure } = useAsked(Holdings, { caseId, consultationId, participantId });
  if (!data) return <p class="sub" role="status">{t(failure ? "requests.heldUnknown" : "app.loading")}</p>;
  const held = data.holdings?.held ?? [];
  return (
    <>
      <dl class="kv">
        {held.map(({ owner, kind, count, oldest, newest }) => (
          <><dt>{codeText("held_kind", kind)}{caseId && owner === "intake" && t("requests.atIntake")}</dt><dd>{t("requests.count", { n: count })}　{oldest && daysText(oldest, newest ?? oldest)}</dd></>
        ))}
      </dl>
      {!held[0] && <p>{t("requests.nothingHeld")}</p>}
      {data.holdings?.unavailable.length !== 0 && <p>{t("requests.heldUnknown")}</p>}
      <p class="sub">{t(ELSEWHERE[kindOf(about)])}</p>
    </>
  );
}

const daysText = (oldest: string, newest: string) => (oldest === newest ? fullDayText(oldest) : t("sharing.period", { from: fullDayText(oldest), until: fullDayText(newest) }));
