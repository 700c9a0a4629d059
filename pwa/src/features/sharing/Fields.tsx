import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Units } from "../../gateway/documents";
import { t } from "../../i18n/messages";
import { FieldError, Need, SelectField } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { StaffOf } from "./documents";
import type { Named } from "./terms";

interface DayProps {
  id: string;
  label: string;
  value: string;
  onInput: (day: string) => void;
  help?: string;
  error: string | undefined;
}

/** The browser's own field for a day. Of a day that is not in the calendar it tells only that: it holds nothing then. */
export function DayField({ id, label, value, onInput, help, error: said }: DayProps) {
  const [bad, setBad] = useState(false);
  const error = bad ? t("sharing.dayBad") : said;
  const take = ({ value: day, validity }: HTMLInputElement) => (setBad(validity.badInput), onInput(day));
  const describedBy = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class="field">
      <label for={id}>{label} <Need required /></label>
      {help && <p class="help" id={`${id}-help`}>{help}</p>}
      <input id={id} type="date" value={value} aria-required="true" aria-invalid={error ? "true" : undefined} aria-describedby={describedBy} onInput={(event) => take(event.currentTarget)} />
      <FieldError id={id} text={error} />
    </div>
  );
}

interface PicksProps {
  id: string;
  legend: string;
  options: readonly Named[];
  values: readonly string[];
  onChange: (ids: string[]) => void;
  error: string | undefined;
}

/** Any number of people or units. */
export function Picks({ id, legend, options, values, onChange, error }: PicksProps) {
  const toggle = (id: string) => onChange(values.includes(id) ? values.filter((each) => each !== id) : [...values, id]);
  return (
    <fieldset id={id} class="stack stack-s" tabIndex={-1} aria-describedby={error && `${id}-error`}>
      <legend><b>{legend}</b> <Need required /></legend>
      <div class="choices">
        {options.map((each) => (
          <label class="choice box" key={each.id}><input type="checkbox" checked={values.includes(each.id)} onChange={() => toggle(each.id)} />{each.name}</label>
        ))}
      </div>
      <FieldError id={id} text={error} />
    </fieldset>
  );
}

interface OfUnitProps {
  first: string;
  forTeam?: boolean;
  children: (people: readonly Named[]) => ComponentChildren;
}

/** A unit, and what is to be chosen of its people; `forTeam`: of those who can be on a case's team. */
export function OfUnit({ first, forTeam = false, children }: OfUnitProps) {
  const { data } = useAsked(Units, { receiving: false });
  const [unitId, setUnitId] = useState(first);
  const units = (data?.units ?? []).map(({ id, name }) => [id, name] as const);
  return (
    <>
      <SelectField id="of-unit" label={t("sharing.unit")} value={unitId} options={units} onChange={setUnitId} />
      <People key={unitId} unitId={unitId} forTeam={forTeam}>{children}</People>
    </>
  );
}

function People({ unitId, forTeam, children }: Required<Omit<OfUnitProps, "first">> & { unitId: string }) {
  const { data } = useAsked(StaffOf, { unitId, forTeam });
  if (!data) return <p class="sub" role="status">{t("app.loading")}</p>;
  return <>{children(data.staffOf)}</>;
}
