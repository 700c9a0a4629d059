import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { codeText, t } from "../i18n/messages";
import { Icon } from "./Icon";
import { countText, LINE, TEXT, textProblem } from "./textLimits";
import { toggled } from "./toggled";

export { toggled };

export function Need({ required }: { required: boolean }) {
  return <span class={required ? "req" : "opt"}>{t(required ? "app.required" : "app.optional")}</span>;
}

interface RowProps {
  id: string;
  label: string;
  required?: boolean;
  help?: string;
  error?: string | undefined;
  full?: boolean;
  group?: "group" | "radiogroup";
  class?: string;
  children: ComponentChildren;
}

/** One question of a long form: its name at the left, its answer at the right. */
export function Row({ id, label, required = false, help, error, full = false, group = "group", class: extra = "", children }: RowProps) {
  const describedBy = [help && `${id}-help`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class={`q ${full ? "full" : ""} ${extra}`} role={group} id={id} tabIndex={-1} aria-labelledby={`${id}-label`} aria-describedby={describedBy}>
      <div class="lab" id={`${id}-label`}>
        {label} <Need required={required} />
      </div>
      <div class="stack stack-s">
        {help && <p class="help" id={`${id}-help`}>{help}</p>}
        {children}
        <FieldError id={id} text={error} />
      </div>
    </div>
  );
}

export function FieldError({ id, text }: { id: string; text: string | undefined }) {
  return text ? <p class="err" id={`${id}-error`}>{text}</p> : null;
}

interface SegProps {
  name: string;
  list: string;
  codes: readonly string[];
  value: string | null;
  onChange: (code: string) => void;
  invalid?: boolean;
  focusFirst?: boolean;
}

/** One of a few: native radios, so the arrow keys move inside. */
export function Segments({ name, list, codes, value, onChange, invalid = false, focusFirst = false }: SegProps) {
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focusFirst) first.current?.focus();
  }, []);
  return (
    <div class={invalid ? "seg soft bad" : "seg soft"}>
      {codes.map((code, index) => (
        <label key={code}>
          <input ref={index === 0 ? first : null} type="radio" name={name} value={code} checked={value === code} onChange={() => onChange(code)} />
          {codeText(list, code)}
        </label>
      ))}
    </div>
  );
}

interface ChecksProps {
  name: string;
  list: string;
  codes: readonly string[];
  values: readonly string[];
  onChange: (codes: string[], pressed: string) => void;
  /** Chosen elsewhere, and not to be taken out here. The screen says why. */
  locked?: readonly string[];
}

/** Any number of a list. */
export function Checks({ name, list, codes, values, onChange, locked = [] }: ChecksProps) {
  return (
    <div class="choices">
      {codes.map((code) => (
        <label class={locked.includes(code) ? "choice box locked" : "choice box"} key={code}>
          <input type="checkbox" name={name} value={code} checked={values.includes(code)} disabled={locked.includes(code)} onChange={() => onChange(toggled(values, code, codes), code)} />
          {codeText(list, code)}{locked.includes(code) && <Icon name="lock" />}
        </label>
      ))}
    </div>
  );
}

interface TextProps {
  id: string;
  label: string;
  value: string;
  onInput: (text: string) => void;
  type?: "text" | "tel" | "password";
  required?: boolean;
  help?: string;
  error?: string | undefined;
  rows?: number;
  autocomplete?: string;
  marked?: boolean;
  large?: boolean;
  /** How many characters are stored; as usual for a line or a text when not given. */
  limit?: number;
}

/** A labelled line, or several lines when `rows` is given. What cannot be stored is said while it is typed. */
export function TextField(props: TextProps) {
  const { id, label, value, onInput, type = "text", required = false, help, rows, autocomplete = "off", marked = false, large = false, limit = rows ? TEXT : LINE } = props;
  const error = props.error ?? textProblem(value, limit) ?? undefined;
  const count = countText(value, limit);
  const describedBy = [help && `${id}-help`, error && `${id}-error`, count && `${id}-count`].filter(Boolean).join(" ") || undefined;
  const shared = {
    id,
    value,
    "aria-describedby": describedBy,
    "aria-invalid": error ? ("true" as const) : undefined,
    "aria-required": required ? ("true" as const) : undefined,
  };
  return (
    <div class="field">
      <label for={id} class={large ? "h2" : undefined}>
        {label} {marked && <Need required={required} />}
      </label>
      {help && <p class="help" id={`${id}-help`}>{help}</p>}
      {rows ? (
        <textarea {...shared} rows={rows} autocomplete="off" onInput={(event) => onInput(event.currentTarget.value)} />
      ) : (
        <input {...shared} type={type as "text"} autocomplete={autocomplete} onInput={(event) => onInput(event.currentTarget.value)} />
      )}
      {count && <p class="sub num" id={`${id}-count`}>{count}</p>}
      <FieldError id={id} text={error} />
    </div>
  );
}

interface SelectProps {
  id: string;
  label: string;
  value: string;
  options: readonly (readonly [value: string, text: string])[];
  onChange: (value: string) => void;
  error?: string | undefined;
  required?: boolean;
}

export function SelectField({ id, label, value, options, onChange, error, required = false }: SelectProps) {
  return (
    <div class="field">
      <label for={id}>{label}{required && <> <Need required /></>}</label>
      <select id={id} value={value} aria-invalid={error ? "true" : undefined} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option} selected={option === value}>{text}</option>
        ))}
      </select>
      <FieldError id={id} text={error} />
    </div>
  );
}

export interface Problem {
  /** The id of the element to go to. */
  field: string;
  text: string;
}

/** A problem of a list of them, when there is a sentence for it. */
export function problemAt(field: string, text: string | false | null): Problem[] {
  return text ? [{ field, text }] : [];
}

/** What keeps a form from being sent. Takes the focus when it appears; its links lead to the fields. */
export function ErrorSummary({ title, text, problems }: { title: string; text: string; problems: readonly Problem[] }) {
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (problems.length > 0) box.current?.focus();
  }, [problems]);
  if (problems.length === 0) return null;
  return (
    <section class="note err" role="alert" tabIndex={-1} ref={box} aria-label={title}>
      <Icon name="info" />
      <div>
        <h2>{title}</h2>
        <p>{text}</p>
        <ul class="links">
          {problems.map(({ field, text: said }) => (
            <li key={field + said}>
              <a href={`#${field}`} onClick={(event) => goTo(event, field)}>{withName(field, said)}</a>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

/** A sentence that does not name its field gets the field's own label. */
function withName(field: string, said: string): string {
  const label = document.querySelector(`label[for="${field}"]`)?.firstChild?.textContent?.trim();
  return label && !said.includes(label) ? t("form.inField", { label, problem: said }) : said;
}

function goTo(event: Event, field: string): void {
  event.preventDefault();
  const place = document.getElementById(field);
  const control = place?.matches("input,select,textarea") ? place : place?.querySelector<HTMLElement>("input,select,textarea");
  (control as HTMLElement | null | undefined ?? place)?.focus();
}

export function textOf(problems: readonly Problem[], field: string): string | undefined {
  return problems.find((each) => each.field === field)?.text;
}
