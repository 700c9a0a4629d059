import { useState } from "preact/hooks";
import { visitOutcomes, withWhom } from "../../gateway/codes";
import { addDays, dayText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Checks, FieldError, Need, SelectField, textOf, TextField, type Problem } from "../../ui/forms";
import { Icon } from "../../ui/Icon";
import { dayOptions } from "../consultations/HandoffForm";
import type { VisitForm } from "./form";
import { outcomeIcon } from "./outcomes";
import { useToday } from "../../ui/hooks";

interface Props {
  form: VisitForm;
  set: (change: Partial<VisitForm>) => void;
  problems: readonly Problem[];
}

/** Time is filled in; correcting it is one press away. */
export function When({ form, set, problems, title, said, auto }: Props & { title: string; said: string; auto: boolean }) {
  const [open, setOpen] = useState(false);
  const today = useToday();
  const days = Array.from({ length: 31 }, (_, index) => addDays(today, -index)).map((day): [string, string] => [day, dayText(day)]);
  const problem = textOf(problems, "v-time");
  return (
    <div class="stack stack-s">
      <div class="split">
        <div><h1>{title}</h1><p class="sub"><time>{said}</time>{auto && `　${t("visit.auto")}`}</p></div>
        <button class="btn line" type="button" aria-expanded={open || Boolean(problem)} onClick={() => setOpen(!open)}>{t("visit.changeTime")}</button>
      </div>
      {(open || problem) && (
        <div class="pair">
          <SelectField id="v-day" label={t("visit.day")} value={form.day} options={days} onChange={(day) => set({ day })} />
          <TextField id="v-time" label={t("visit.time")} value={form.time} onInput={(time) => set({ time })} error={problem} />
        </div>
      )}
    </div>
  );
}

export function Outcomes({ form, set, problems }: Props) {
  const problem = textOf(problems, "v-outcome");
  return (
    <fieldset id="v-outcome" tabIndex={-1}>
      <legend class="h2">{t("visit.outcome")} <Need required /></legend>
      <FieldError id="v-outcome" text={problem} />
      <div class={problem ? "bigs bad" : "bigs"}>
        {visitOutcomes.map((outcome) => (
            <label key={outcome} class={outcome === "not_visited_by_wish" ? "big-choice wide" : "big-choice"}>
              <input type="radio" name="outcome" value={outcome} checked={form.outcome === outcome} onChange={() => set({ outcome })} />
              <Icon name={outcomeIcon(outcome)} />
              <span>{codeText("visit_outcome", outcome)}</span>
              <span class="tick"><Icon name="ok" /></span>
            </label>
        ))}
      </div>
    </fieldset>
  );
}

export function WithWhom({ form, set, problems }: Props) {
  return (
    <fieldset id="v-with" class="stack stack-s">
      <legend class="h2">{t("visit.withWhom")} <Need required={false} /></legend>
      <Checks name="with" list="with_whom" codes={withWhom} values={form.withWhom} onChange={(value) => set({ withWhom: value })} />
      <FieldError id="v-with" text={textOf(problems, "v-with")} />
    </fieldset>
  );
}

/** Two boxes, never one: the person's own words, and the family's. */
export function Words({ form, set, problems }: Props) {
  return (
    <div class="voices">
      <div class="voice">
        <TextField id="v-person" label={t("visit.personWords")} help={t("visit.personWordsHelp")} rows={2} marked value={form.personWords} onInput={(personWords) => set({ personWords })} error={textOf(problems, "v-person")} />
      </div>
      <div class="voice fam">
        <TextField id="v-family" label={t("visit.familyWords")} help={t("visit.familyWordsHelp")} rows={2} marked value={form.familyWords} onInput={(familyWords) => set({ familyWords })} error={textOf(problems, "v-family")} />
      </div>
    </div>
  );
}

export function NextPromise({ form, set, problems }: Props) {
  const today = useToday();
  const weeks = [addDays(form.day, 7), addDays(form.day, 14)] as const;
  const choices: [string, string][] = [
    [weeks[0], t("visit.nextWeek", { date: dayText(weeks[0]) })],
    [weeks[1], t("visit.nextTwoWeeks", { date: dayText(weeks[1]) })],
    ["pick", t("visit.nextPick")],
    ["none", t("visit.nextNone")],
  ];
  return (
    <fieldset class="stack stack-s">
      <legend class="h2">{t("visit.next")} <Need required={false} /></legend>
      <div class="choices">
        {choices.map(([value, text]) => (
          <label class="choice" key={value}>
            <input type="radio" name="next" value={value} checked={form.next === value} onChange={() => set({ next: value })} />
            {text}
          </label>
        ))}
      </div>
      {form.next && (
        <div class="pair">
          {form.next === "pick" && <SelectField id="next-day" label={t("visit.nextDay")} value={form.nextDay} options={dayOptions(today, 90, t("consult.choose"), form.nextDay)} onChange={(nextDay) => set({ nextDay })} />}
          <TextField id="next-note" label={t("visit.nextNote")} value={form.nextNote} onInput={(nextNote) => set({ nextNote })} error={textOf(problems, "next-note")} />
        </div>
      )}
    </fieldset>
  );
}
