import { useEffect, useState } from "preact/hooks";
import { draftLine } from "../../app/draftLine";
import { Link, navigate, query, rememberInAddress } from "../../app/router";
import { discardDraft, useDraft, useSavedDrafts, type SavedDraft } from "../../app/useDraft";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { veiled } from "../../app/Veil";
import { Case as CaseDocument } from "../../gateway/documents";
import { dayText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { queue, type QueueEntry } from "../../sync/queue";
import { now } from "../../sync/time";
import { uuid7 } from "../../sync/uuid7";
import { ErrorSummary, textOf, TextField, type Problem } from "../../ui/forms";
import { useAsked, useOnce, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Guard, Waiting } from "../../ui/parts";
import { vault } from "../../vault/vault";
import { sendMended } from "../attention/refusals";
import type { CaseAnswer } from "../cases/Case";
import { DraftFound, DraftMoved } from "../consultations/DraftMoved";
import { fromDraft, isUntouched } from "../consultations/form";
import { NotFound } from "../problem/NotFound";
import { emptyVisit, formOf, missingIn, payloadOf, PLACES, problemsOfKept, type VisitForm } from "./form";
import { justRecorded } from "./justRecorded";
import { NextPromise, Outcomes, When, WithWhom, Words } from "./Questions";

/** 訪問を記録: three taps for the usual one. */
export default function RecordVisit({ id }: { id: string }) {
  useTitle("visit.titlePlain");
  const { data, failure } = useAsked(CaseDocument, { id }, []);
  const [named] = useState(() => query("fix") ?? query("draft"));
  const found = useSavedDrafts("visit", named, (draft) => draft.body.caseId === id);
  const [chosen, choose] = useState<SavedDraft | null>(null);
  const [fixed] = useState(() => queue.get().find((entry) => entry.id === named && entry.state === "refused") ?? null);
  if (!data || !found) return <Waiting failure={failure} />;
  if (!data.case) return <NotFound suspended={data.caseSuspended} />;
  const draft = chosen ?? found.named;
  return <Form key={draft ? `${draft.id} ${draft.seq}` : "new"} record={data.case} draft={draft} offer={draft || fixed ? null : found.newest} fixed={fixed} onResume={choose} />;
}

interface FormProps {
  record: CaseAnswer;
  draft: SavedDraft | null;
  offer: SavedDraft | null;
  /** A visit its owner did not take, being put right. */
  fixed: QueueEntry | null;
  onResume: (draft: SavedDraft) => void;
}

function Form({ record, draft, offer, fixed, onResume }: FormProps) {
  // What is put right is a draft under the id of the refused command: the one of the visit has ended. Whatever becomes of that
  // command, such a draft says which visit it is of, and one visit it stays.
  const [mended] = useState(() => (fixed?.payload ?? draft?.body)?.visitId);
  const [visitId] = useState(() => String(mended ?? draft?.id ?? uuid7()));
  const [start] = useState<VisitForm>(() => (fixed ? formOf(record.id, fixed.payload) : emptyVisit(record.id, now())));
  const [form, setForm] = useState<VisitForm>(() => (draft ? fromDraft(start, draft.body) : start));
  const [problems, setProblems] = useState<Problem[]>(() => (fixed ? problemsOfKept(fixed.outcome) : []));
  const touched = !isUntouched(form, start);
  const draftId = fixed?.id ?? draft?.id ?? visitId;
  const control = useDraft("visit", draftId, touched || draft ? { ...form, ...(mended ? { visitId } : {}) } : null, draft?.seq);
  const { busy, send } = useSubmit();
  const once = useOnce();
  useEffect(() => {
    if (touched && !fixed) rememberInAddress(`/cases/${record.id}/visits/new?draft=${draftId}`);
  }, [touched]);
  const auto = !fixed && form.day === start.day && form.time === start.time;
  const set = (change: Partial<VisitForm>) => setForm((before) => ({ ...before, ...change }));
  const go = async () => {
    const missing = missingIn(form, auto);
    setProblems(missing);
    if (missing.length > 0) return;
    await control.hold();
    if (fixed) {
      const problem = await sendMended(fixed.id, payloadOf(form, visitId));
      if (problem) {
        control.release();
        return setProblems([{ field: "v-outcome", text: problem }]);
      }
      void discardDraft(fixed.id, "visit");
      return navigate("/needs-attention", { replace: true });
    }
    const outcome = await send("RecordVisit", record.id, payloadOf(form, visitId), { draftId });
    if (!outcome) return;
    if (outcome.status === "REFUSED") {
      control.release();
      return setProblems(problemsOf(outcome, PLACES, "v-outcome"));
    }
    justRecorded.set({ caseId: record.id, visitId, where: outcome.status === "QUEUED" ? "device" : outcome.refs.confirming ? "confirming" : "received" });
    navigate(`/cases/${record.id}`, { replace: true });
    scrollTo(0, 0);
  };
  const questions = { form, set, problems };
  return (
    <form class="visit stack" autocomplete="off" noValidate onSubmit={(event) => (event.preventDefault(), void once(go))}>
      <When {...questions} title={t("visit.title", { label: record.label })} said={`${dayText(form.day)} ${form.time}`} auto={auto} />
      {offer && !touched && <DraftFound title={t("visit.draftFound")} draft={offer} onResume={onResume} />}
      <DraftMoved control={control} onGo={onResume} />
      <ErrorSummary title={t("visit.errorTitle")} text={t("consult.errorText")} problems={problems} />
      <Guard rules={record.contactSafety.rules} lines={[record.contactSafety.safeContact]} small level={2} />
      <Outcomes {...questions} />
      <WithWhom {...questions} />
      <Words {...questions} />
      <TextField id="v-memo" label={t("visit.memo")} rows={3} marked large value={form.memo} onInput={(memo) => set({ memo })} error={textOf(problems, "v-memo")} />
      <NextPromise {...questions} />
      <Bar caseId={record.id} busy={busy} />
    </form>
  );
}

function Bar({ caseId, busy }: { caseId: string; busy: boolean }) {
  const isOnline = useStore(online);
  const hasFailed = useStore(draftLine).state === "failed";
  const keeps = useStore(vault).state === "open" && !hasFailed;
  const said = busy ? t(isOnline ? "sync.waiting" : "sync.waitingOffline") : t(keeps ? "visit.keptHere" : "visit.draftNote");
  return (
    <div class="actbar" role="region" aria-label={t("visit.actions")}>
      <Link class="btn line big" href={`/cases/${caseId}`}><Icon name="left" />{t("app.back")}</Link>
      <button class="btn line big" type="button" onClick={() => veiled.set(true)}><Icon name="hide" />{t("nav.veil")}</button>
      <p class="sub grow" role="status">{said}</p>
      <button class="btn big record" type="submit" disabled={busy}><Icon name="ok" />{t("visit.submit")}</button>
    </div>
  );
}
