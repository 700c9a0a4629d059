import { useEffect, useRef, useState } from "preact/hooks";
import { navigate, query, rememberInAddress } from "../../app/router";
import { me } from "../../app/session";
import { discardDraft, useDraft, useSavedDrafts, type SavedDraft } from "../../app/useDraft";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { clock, dayText, tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { now } from "../../sync/time";
import { uuid7 } from "../../sync/uuid7";
import { ErrorSummary, textOf, TextField, type Problem } from "../../ui/forms";
import { useOnce, useStore, useTitle, useToday } from "../../ui/hooks";
import { Waiting } from "../../ui/parts";
import { DraftFound, DraftMoved } from "./DraftMoved";
import { emptyForm, fromDraft, isUntouched, missingIn, payloadOf, PLACES, type ConsultationForm } from "./form";
import { justSaved } from "./justSaved";
import { About, ConcernPicks, Safety, Screening, WhoAndHow } from "./Questions";

/** 相談を開く. The page waits for nothing but the question whether there is a draft to go on with. */
export default function OpenConsultation() {
  useTitle("consult.title");
  const [named] = useState(() => query("draft"));
  const found = useSavedDrafts("consultation", named);
  const [chosen, choose] = useState<SavedDraft | null>(null);
  if (!found) return <Waiting failure={null} />;
  const draft = chosen ?? found.named;
  return <Form key={draft ? `${draft.id} ${draft.seq}` : "new"} draft={draft} offer={draft ? null : found.newest} onResume={choose} />;
}

interface FormProps {
  draft: SavedDraft | null;
  offer: SavedDraft | null;
  onResume: (draft: SavedDraft) => void;
}

function ownUnit() {
  const { assignments } = me();
  return (assignments.find(({ role }) => role === "window_staff") ?? assignments[0])?.unit;
}

function Form({ draft, offer, onResume }: FormProps) {
  const [id] = useState(() => draft?.id ?? uuid7());
  const [openedAt] = useState(now);
  const [form, setForm] = useState<ConsultationForm>(() => (draft ? fromDraft(emptyForm, draft.body) : emptyForm));
  const [problems, setProblems] = useState<Problem[]>([]);
  const untouched = isUntouched(form, emptyForm);
  const control = useDraft("consultation", id, untouched && !draft ? null : { ...form }, draft?.seq);
  const { busy, send } = useSubmit();
  const once = useOnce();
  const today = useToday();
  useEffect(() => {
    if (!untouched || draft) rememberInAddress(`/consultations/new?draft=${id}`);
  }, [untouched]);
  const save = (handOff: boolean) => once(async () => {
    const missing = missingIn(form);
    setProblems(missing);
    if (missing.length > 0) return;
    await control.hold();
    const outcome = await send("OpenConsultation", id, payloadOf(form, ownUnit()?.id ?? "", openedAt.toISOString()));
    if (!outcome) return;
    if (outcome.status === "REFUSED") {
      control.release();
      return setProblems(problemsOf(outcome, PLACES, "q-who"));
    }
    justSaved.set(id);
    navigate(handOff ? `/consultations/${id}?handoff=new` : `/consultations/${id}`, { replace: true });
    scrollTo(0, 0);
  });
  useKeys(save);
  const set = (change: Partial<ConsultationForm>) => setForm((before) => ({ ...before, ...change }));
  const questions = { form, set, problems, today };
  return (
    <form class="consult" autocomplete="off" noValidate onSubmit={(event) => { event.preventDefault(); void save(false); }}>
      <Head openedAt={openedAt} />
      <DraftMoved control={control} onGo={onResume} />
      {offer && untouched && <Offer draft={offer} onResume={onResume} />}
      <ErrorSummary title={t("consult.errorTitle")} text={t("consult.errorText")} problems={problems} />
      <div class="consult-cols">
        <div class="card card-flush consult-first"><WhoAndHow {...questions} /></div>
        <div class="card consult-memo">
          <TextField id="memo" label={t("consult.memo")} value={form.memo} rows={6} marked help={t("consult.memoHelp")} onInput={(memo) => set({ memo })} error={textOf(problems, "memo")} />
        </div>
        <div class="card card-flush consult-rest">
          <Safety {...questions} />
          <About {...questions} />
          <ConcernPicks {...questions} />
          <Screening {...questions} />
        </div>
      </div>
      <Bar busy={busy} onHandOff={() => void save(true)} />
    </form>
  );
}

function Head({ openedAt }: { openedAt: Date }) {
  return (
    <div class="head">
      <h1>{t("consult.title")}</h1>
      <p>{ownUnit()?.name}　<time>{dayText(tokyoDay(openedAt))} {clock(openedAt)}</time>　{t("consult.receivedBy", { name: me().staff.name })}</p>
    </div>
  );
}

function Offer({ draft, onResume }: { draft: SavedDraft; onResume: (draft: SavedDraft) => void }) {
  const [open, setOpen] = useState(true);
  const away = async () => {
    setOpen(false);
    await discardDraft(draft.id, "consultation");
  };
  if (!open) return null;
  return (
    <DraftFound title={t("consult.draftFound")} draft={draft} onResume={onResume}>
      <button class="btn text" type="button" onClick={() => setOpen(false)}>{t("consult.draftNew")}</button>
      <button class="btn text" type="button" onClick={() => void away()}>{t("consult.draftDiscard")}</button>
    </DraftFound>
  );
}

function Bar({ busy, onHandOff }: { busy: boolean; onHandOff: () => void }) {
  const isOnline = useStore(online);
  return (
    <div class="actbar" role="region" aria-label={t("consult.actions")}>
      <button class="btn big" type="button" aria-keyshortcuts="Alt+1" disabled={busy} onClick={onHandOff}>{t("consult.saveAndHandOff")}<kbd aria-hidden="true">Alt+1</kbd></button>
      <button class="btn line" type="submit" aria-keyshortcuts="Alt+3 Control+Enter" disabled={busy}>{t("consult.save")}<kbd aria-hidden="true">Alt+3</kbd></button>
      <p class="sub" role="status">{busy ? t(isOnline ? "sync.waiting" : "sync.waitingOffline") : <span class="by-keys">{t("consult.keys")}</span>}</p>
    </div>
  );
}

/** Alt+1 and Alt+3 by the key's place, so that an IME or another layout changes nothing. */
function useKeys(save: (handOff: boolean) => Promise<void>): void {
  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const handOff = event.altKey && !event.ctrlKey && event.code === "Digit1";
      const end = (event.altKey && !event.ctrlKey && event.code === "Digit3") || (event.ctrlKey && event.key === "Enter");
      if (!handOff && !end) return;
      event.preventDefault();
      void latest.current(handOff);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
}
