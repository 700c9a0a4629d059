import { useEffect, useState } from "preact/hooks";
import { query, rememberInAddress } from "../../app/router";
import { useDraft, useSavedDrafts, type SavedDraft } from "../../app/useDraft";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { contactRules, personKnows } from "../../gateway/codes";
import { Units } from "../../gateway/documents";
import type { ConsultationQuery } from "../../gateway/generated";
import { addDays, clock, dayText, tokyoDay, tokyoInstant } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { uuid7 } from "../../sync/uuid7";
import { Checks, ErrorSummary, Need, problemAt, Row, Segments, SelectField, textOf, TextField, type Problem } from "../../ui/forms";
import { useAsked, useStore, useToday } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Waiting } from "../../ui/parts";
import { ANY_WAY, toggledRule } from "./contactRules";
import { DraftMoved } from "./DraftMoved";
import { fromDraft, isUntouched } from "./form";
import { handedOff } from "./justSaved";

type Sheet = NonNullable<ConsultationQuery["consultation"]>;
interface PackageForm {
  consultationId: string;
  toUnit: string;
  promised: string;
  personKnows: string | null;
  contactRules: string[];
  safeContact: string;
  nextDay: string;
  nextTime: string;
  nextNote: string;
}
interface Props {
  sheet: Sheet;
  /** `new`, or the id of a draft. */
  named: string;
  onDone: () => void;
}

const PLACES: Record<string, string> = {
  toUnit: "to-unit", promised: "promised", personKnows: "h-knows", contactRules: "h-rules", safeContact: "safe-contact", nextAppointment: "next-day", "nextAppointment.note": "next-note",
};
const USUAL_UNIT = "hikikomori-support";

export function HandoffForm(props: Props) {
  const found = useSavedDrafts("handoff", props.named, (draft) => draft.body.consultationId === props.sheet.id);
  const [chosen, choose] = useState<SavedDraft | null>(null);
  if (!found) return <Waiting failure={null} />;
  const draft = chosen ?? found.named ?? (query("from") ? null : found.newest);
  return <Form {...props} key={draft ? `${draft.id} ${draft.seq}` : "new"} draft={draft} onResume={choose} />;
}

function startOf(sheet: Sheet): PackageForm {
  const before = sheet.handoffs.find(({ id }) => id === query("from"));
  const at = before?.nextAppointment.at;
  return {
    consultationId: sheet.id,
    toUnit: before?.toUnit.id ?? USUAL_UNIT,
    promised: before?.promised ?? "",
    personKnows: before?.personKnows ?? sheet.personKnows,
    contactRules: [...(before?.contactRules ?? sheet.contactRules)],
    safeContact: before?.safeContact ?? [sheet.told.callerPhone, sheet.told.contactNote].filter(Boolean).join("　"),
    nextDay: at ? tokyoDay(at) : "",
    nextTime: at ? clock(at) : "",
    nextNote: before?.nextAppointment.note ?? "",
  };
}

interface FormProps extends Props {
  draft: SavedDraft | null;
  onResume: (draft: SavedDraft) => void;
}

function Form({ sheet, draft, onDone, onResume }: FormProps) {
  const [id] = useState(() => draft?.id ?? uuid7());
  const [start] = useState(() => startOf(sheet));
  const [form, setForm] = useState<PackageForm>(() => (draft ? fromDraft(start, draft.body) : start));
  const [problems, setProblems] = useState<Problem[]>([]);
  const touched = !isUntouched(form, start);
  const control = useDraft("handoff", id, touched || draft ? { ...form } : null, draft?.seq);
  const { busy, send } = useSubmit();
  const isOnline = useStore(online);
  const units = useAsked(Units, { receiving: true }).data?.units ?? [];
  const bound = sheet.contactRules.filter((rule) => rule !== ANY_WAY);
  useEffect(() => {
    if (touched) rememberInAddress(`/consultations/${sheet.id}?handoff=${id}`);
  }, [touched]);
  const set = (change: Partial<PackageForm>) => setForm((before) => ({ ...before, ...change }));
  const go = async (event: Event) => {
    event.preventDefault();
    const missing = missingIn(form);
    setProblems(missing);
    if (missing.length > 0 || busy) return;
    await control.hold();
    const outcome = await send("HandOff", id, payloadOf(form));
    if (!outcome) return;
    if (outcome.status === "REFUSED") {
      control.release();
      return setProblems(problemsOf(outcome, PLACES, "promised"));
    }
    const unit = units.find((each) => each.id === form.toUnit)?.name ?? "";
    handedOff.set({ consultationId: sheet.id, unit, dueAt: String(outcome.refs.answerDueAt) });
    onDone();
  };
  return (
    <form class="card stack" autocomplete="off" noValidate onSubmit={go} aria-label={t("handoff.title")}>
      <h2>{t("handoff.content")}</h2>
      <DraftMoved control={control} onGo={onResume} />
      <p>{t("handoff.formHelp")}</p>
      <ErrorSummary title={t("handoff.errorTitle")} text={t("consult.errorText")} problems={problems} />
      <SelectField id="to-unit" label={t("handoff.to")} required options={units.flatMap((unit) => (unit.id === sheet.unit.id ? [] : [[unit.id, unit.name] as const]))} value={form.toUnit} onChange={(toUnit) => set({ toUnit })} error={textOf(problems, "to-unit")} />
      <TextField id="promised" label={t("handoff.promised")} help={t("handoff.promisedHelp")} rows={3} required marked value={form.promised} onInput={(promised) => set({ promised })} error={textOf(problems, "promised")} />
      <div class="rows">
        {sheet.callerKind !== "person" && (
          <Row id="h-knows" full label={t("handoff.personKnows")} required group="radiogroup" error={textOf(problems, "h-knows")}>
            <Segments name="h-knows" list="person_knows" codes={personKnows} value={form.personKnows} onChange={(value) => set({ personKnows: value })} />
          </Row>
        )}
        <Row id="h-rules" full label={t("handoff.contactRules")} {...(bound.length > 0 && { help: t("handoff.bound") })} error={textOf(problems, "h-rules")}>
          <Checks name="h-rules" list="contact_rule" codes={bound.length > 0 ? contactRules.filter((rule) => rule !== ANY_WAY) : contactRules} values={form.contactRules} locked={bound} onChange={(_, pressed) => set({ contactRules: toggledRule(form.contactRules, pressed) })} />
        </Row>
      </div>
      <TextField id="safe-contact" label={t("handoff.safeContact")} help={t("handoff.safeContactHelp")} rows={2} required marked value={form.safeContact} onInput={(safeContact) => set({ safeContact })} error={textOf(problems, "safe-contact")} />
      <Next form={form} set={set} problems={problems} />
      <div class="row">
        <button class="btn big" type="submit" disabled={busy}><Icon name="talk" />{t("handoff.submit")}</button>
        <button class="btn text" type="button" onClick={onDone}>{t("app.cancel")}</button>
      </div>
      {busy && <p class="sub" role="status">{t(isOnline ? "sync.waiting" : "sync.waitingOffline")}</p>}
    </form>
  );
}

function Next({ form, set, problems }: { form: PackageForm; set: (change: Partial<PackageForm>) => void; problems: readonly Problem[] }) {
  const today = useToday();
  const days = dayOptions(today, 60, t("handoff.nextNone"), form.nextDay);
  return (
    <fieldset class="stack stack-s">
      <legend><b>{t("handoff.next")}</b> <Need required /></legend>
      <div class="pair">
        <SelectField id="next-day" label={t("handoff.nextDay")} value={form.nextDay} options={days} onChange={(nextDay) => set({ nextDay })} error={textOf(problems, "next-day")} />
        {form.nextDay && <SelectField id="next-time" label={t("handoff.nextTime")} value={form.nextTime} options={timeOptions(form.nextTime)} onChange={(nextTime) => set({ nextTime })} />}
      </div>
      <TextField id="next-note" label={t("handoff.nextNote")} help={form.nextDay ? undefined : t("handoff.nextNoteHelp")} value={form.nextNote} onInput={(nextNote) => set({ nextNote })} error={textOf(problems, "next-note")} />
    </fieldset>
  );
}

/** Days to choose from, said with their weekday; a day saved earlier stays in the list. */
export function dayOptions(from: string, count: number, none: string, kept: string): [string, string][] {
  return optionsOf(Array.from({ length: count }, (_, index) => addDays(from, index)), none, kept, dayText);
}

function timeOptions(kept: string): [string, string][] {
  const times = Array.from({ length: 25 }, (_, index) => `${8 + Math.floor((index + 1) / 2)}:${index % 2 === 0 ? "30" : "00"}`);
  return optionsOf(times, t("handoff.nextTimeNone"), kept, (time) => time);
}

function optionsOf(offered: string[], none: string, kept: string, said: (one: string) => string): [string, string][] {
  const all = kept && !offered.includes(kept) ? [kept, ...offered] : offered;
  return [["", none], ...all.map((one): [string, string] => [one, said(one)])];
}

function missingIn(form: PackageForm): Problem[] {
  return [
    ...problemAt("promised", !form.promised.trim() && t("handoff.promisedRequired")),
    ...problemAt("h-knows", !form.personKnows && t("handoff.personKnowsRequired")),
    ...problemAt("safe-contact", !form.safeContact.trim() && t("handoff.safeContactRequired")),
    ...problemAt("next-day", !form.nextDay && !form.nextNote.trim() && t("handoff.nextRequired")),
  ];
}

/** A day without a time of day is kept in words: no hour is invented. */
function payloadOf(form: PackageForm): Record<string, unknown> {
  const at = form.nextDay && form.nextTime ? tokyoInstant(form.nextDay, form.nextTime) : null;
  const inWords = form.nextDay && !at ? `${dayText(form.nextDay)}　${form.nextNote}`.trim() : form.nextNote;
  return {
    consultationId: form.consultationId, toUnit: form.toUnit, kind: "lead", promised: form.promised, personKnows: form.personKnows,
    contactRules: form.contactRules, safeContact: form.safeContact, nextAppointment: { at, note: inWords }, keptOff: [],
  };
}
