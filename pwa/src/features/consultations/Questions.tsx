import { callerKinds, callerRelations, channels, concerns, contactRules, heardFrom, otherIssues, personKnows, residences, urgencies, yesNoUnclear } from "../../gateway/codes";
import { birthEcho } from "../../i18n/birth";
import { codeText, t } from "../../i18n/messages";
import { Checks, Row, Segments, SelectField, textOf, TextField, toggled, type Problem } from "../../ui/forms";
import { Parts } from "../../ui/parts";
import { TEXT } from "../../ui/textLimits";
import { toggledRule } from "./contactRules";
import type { ConsultationForm } from "./form";

export interface QuestionProps {
  form: ConsultationForm;
  set: (change: Partial<ConsultationForm>) => void;
  problems: readonly Problem[];
  today: string;
}

/** What a ringing phone needs first: who, how. */
export function WhoAndHow({ form, set, problems }: QuestionProps) {
  const relations = [["", t("consult.choose")] as const, ...callerRelations.map((code) => [code, codeText("caller_relation", code)] as const)];
  return (
    <>
      <Row id="q-who" label={t("consult.who")} required group="radiogroup" error={textOf(problems, "q-who")}>
        <Segments name="who" list="caller_kind" codes={callerKinds} value={form.callerKind} onChange={(callerKind) => set({ callerKind })} invalid={Boolean(textOf(problems, "q-who"))} focusFirst />
        <div class="pair">
          {form.callerKind === "family" && (
            <SelectField id="relation" label={t("consult.relation")} value={form.callerRelation} options={relations} onChange={(callerRelation) => set({ callerRelation })} error={textOf(problems, "relation")} />
          )}
          {form.callerKind && form.callerKind !== "person" && form.callerKind !== "unnamed" && (
            <TextField id="caller-name" label={t("consult.callerName")} value={form.callerName} onInput={(callerName) => set({ callerName })} error={textOf(problems, "caller-name")} />
          )}
        </div>
      </Row>
      <Row id="q-how" label={t("consult.how")} required group="radiogroup" error={textOf(problems, "q-how")}>
        <Segments name="how" list="channel" codes={channels} value={form.channel} onChange={(channel) => set({ channel })} invalid={Boolean(textOf(problems, "q-how"))} />
      </Row>
    </>
  );
}

/** Whether 本人 knows, and what binds every later contact. */
export function Safety({ form, set, problems }: QuestionProps) {
  return (
    <>
      {form.callerKind !== "person" && (
        <Row id="q-knows" label={t("consult.personKnows")} group="radiogroup" error={textOf(problems, "q-knows")}>
          <Segments name="knows" list="person_knows" codes={personKnows} value={form.personKnows} onChange={(value) => set({ personKnows: value })} />
        </Row>
      )}
      <Row id="q-contact" label={t("consult.contact")} help={t("consult.contactHelp")} error={textOf(problems, "q-contact")}>
        <Checks name="contact" list="contact_rule" codes={contactRules} values={form.contactRules} onChange={(_, pressed) => set({ contactRules: toggledRule(form.contactRules, pressed) })} />
        <div class="pair">
          <TextField id="caller-phone" label={t("consult.callerPhone")} type="tel" value={form.callerPhone} onInput={(callerPhone) => set({ callerPhone })} error={textOf(problems, "caller-phone")} />
          <TextField id="contact-note" label={t("consult.contactNote")} limit={TEXT} value={form.contactNote} onInput={(contactNote) => set({ contactNote })} error={textOf(problems, "contact-note")} />
        </div>
      </Row>
    </>
  );
}

export function ConcernPicks({ form, set, problems }: QuestionProps) {
  return (
    <Row id="q-concerns" label={t("consult.concerns")} help={t("consult.concernsHelp")} full error={textOf(problems, "q-concerns")}>
      <div class="picks">
        {concerns.map((code) => {
          const name = codeText("concern", code);
          const drop = { concerns: toggled(form.concerns, code, concerns), mainConcern: form.mainConcern === code ? null : form.mainConcern };
          return (
            <div class="pick" key={code}>
              <label>
                <input type="checkbox" name="concern" checked={form.concerns.includes(code) || form.mainConcern === code} onChange={() => set(form.mainConcern === code ? { mainConcern: null, concerns: form.concerns.filter((each) => each !== code) } : drop)} />
                {name}
              </label>
              <label>
                <input type="radio" name="main-concern" aria-label={t("consult.mainOf", { concern: name })} checked={form.mainConcern === code} onChange={() => set({ mainConcern: code })} />
                <span aria-hidden="true">◎</span>
              </label>
            </div>
          );
        })}
      </div>
    </Row>
  );
}

export function About({ form, set, problems, today }: QuestionProps) {
  return (
    <Row id="q-about" label={t("consult.about")}>
      <div class="pair">
        <TextField id="person-kana" label={t("consult.kana")} value={form.personKana} onInput={(personKana) => set({ personKana })} error={textOf(problems, "person-kana")} />
        <TextField id="person-name" label={t("consult.name")} value={form.personName} onInput={(personName) => set({ personName })} error={textOf(problems, "person-name")} />
      </div>
      <BirthFields form={form} set={set} problems={problems} today={today} />
      <div class="pair">
        <div role="radiogroup" aria-label={t("consult.residence")} class="bottom">
          <Segments name="residence" list="residence" codes={residences} value={form.residence} onChange={(residence) => set({ residence })} />
        </div>
        <TextField id="person-phone" label={t("consult.personPhone")} type="tel" value={form.personPhone} onInput={(personPhone) => set({ personPhone })} error={textOf(problems, "person-phone")} />
      </div>
      <TextField id="person-address" label={t("consult.personAddress")} value={form.personAddress} onInput={(personAddress) => set({ personAddress })} error={textOf(problems, "person-address")} />
    </Row>
  );
}

/** Three fields, era accepted, no calendar, no jumping focus; what was understood is said back at once. */
function BirthFields({ form, set, problems, today }: QuestionProps) {
  const echo = birthEcho({ year: form.birthYear, month: form.birthMonth, day: form.birthDay }, today);
  const refused = ["birth-year", "birth-month", "birth-day"].map((field) => textOf(problems, field)).find(Boolean);
  const invalid = (part: string) => (refused && textOf(problems, `birth-${part}`)) || (echo?.bad && echo.field === part) ? ("true" as const) : undefined;
  return (
    <div role="group" aria-labelledby="birth-label" aria-describedby="birth-echo" class="stack stack-s">
      <p><b id="birth-label">{t("consult.birth")}</b>　<span class="sub">{t("consult.birthHelp")}</span></p>
      <div class="bday">
        <label class="y"><input id="birth-year" type="text" autocomplete="off" value={form.birthYear} aria-invalid={invalid("year")} onInput={(event) => set({ birthYear: event.currentTarget.value })} />{t("consult.year")}</label>
        <label><input id="birth-month" type="text" inputMode="numeric" autocomplete="off" value={form.birthMonth} aria-invalid={invalid("month")} onInput={(event) => set({ birthMonth: event.currentTarget.value })} />{t("consult.month")}</label>
        <label><input id="birth-day" type="text" inputMode="numeric" autocomplete="off" value={form.birthDay} aria-invalid={invalid("day")} onInput={(event) => set({ birthDay: event.currentTarget.value })} />{t("consult.day")}</label>
      </div>
      <p id="birth-echo" role="status" class={refused || echo?.bad ? "err" : "sub"}><Parts text={(echo?.bad ? echo.text : refused) ?? echo?.text ?? ""} /></p>
    </div>
  );
}

export function Screening({ form, set, problems }: QuestionProps) {
  return (
    <>
      <Row id="q-heard" label={t("consult.heardFrom")} error={textOf(problems, "q-heard")}>
        <Checks name="heard" list="heard_from" codes={heardFrom} values={form.heardFrom} onChange={(value) => set({ heardFrom: value })} />
      </Row>
      <Row id="q-hikikomori" label={t("consult.isHikikomori")} group="radiogroup" error={textOf(problems, "q-hikikomori")}>
        <Segments name="hikikomori" list="yes_no_unclear" codes={yesNoUnclear} value={form.isHikikomori} onChange={(isHikikomori) => set({ isHikikomori })} />
      </Row>
      <Row id="q-other" label={t("consult.otherIssues")} error={textOf(problems, "q-other")}>
        <Checks name="other" list="other_issue" codes={otherIssues} values={form.otherIssues} onChange={(value) => set({ otherIssues: value })} />
      </Row>
      <Row id="q-urgency" label={t("consult.urgency")} group="radiogroup" error={textOf(problems, "q-urgency")}>
        <Segments name="urgency" list="urgency" codes={urgencies} value={form.urgency} onChange={(urgency) => set({ urgency })} />
      </Row>
    </>
  );
}
