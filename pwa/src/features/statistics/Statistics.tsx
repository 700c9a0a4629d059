import { useState } from "preact/hooks";
import { hasRole } from "../../app/session";
import { Statistics as StatisticsDocument } from "./documents";
import type { StatisticsQuery } from "../../gateway/generated";
import { eraText, eraYearOf } from "../../i18n/era";
import { t } from "../../i18n/messages";
import { SelectField } from "../../ui/forms";
import { useAsked, useToday } from "../../ui/hooks";
import { Empty, Note, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { NotFound } from "../problem/NotFound";

type Answer = NonNullable<StatisticsQuery["statistics"]>;
const MEASURES = ["consultations", "handoffs", "visits", "closings", "closings_linked", "closings_information_only", "ibasho_sessions", "ibasho_visits", "ibasho_people"] as const;
/** Distinct people of a month: one who came in two months is one person, so months do not add up. */
const DISTINCT: readonly string[] = ["ibasho_people"];

/** The month `back` months before the given one, `2026-11`. */
export function monthBefore(month: string, back: number): string {
  const count = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 - back;
  return `${Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, "0")}`;
}

export default function Statistics() {
  const [months, setMonths] = useState("6");
  if (!hasRole("manager")) return <NotFound />;
  const choices = [["6", t("statistics.months6")], ["12", t("statistics.months12")], ["24", t("statistics.months24")]] as const;
  return (
    <div class="stack">
      <div class="split">
        <ScreenHead title="statistics.title">{t("statistics.help")}</ScreenHead>
        <SelectField id="period" label={t("statistics.period")} value={months} options={choices} onChange={setMonths} />
      </div>
      <Note icon="shield"><p>{t("statistics.inside")}</p></Note>
      <Tables key={months} months={Number(months)} />
    </div>
  );
}

function Tables({ months }: { months: number }) {
  const today = useToday();
  const [to] = useState(today.slice(0, 7));
  const { data, failure } = useAsked(StatisticsDocument, { fromMonth: monthBefore(to, months - 1), toMonth: to });
  if (!data) return <Waiting failure={failure} />;
  const answer = data.statistics;
  if (!answer || answer.rows.length === 0) return <Empty title={t("statistics.empty")}>{t("statistics.emptyHelp")}</Empty>;
  return (
    <>
      {MEASURES.filter((measure) => !/^(ibasho|closings)/.test(measure) || answer.rows.some((row) => row.measure === measure)).map((measure) => <Table key={measure} measure={measure} answer={answer} />)}
      <Stale failure={failure} />
    </>
  );
}

function Table({ measure, answer }: { measure: (typeof MEASURES)[number]; answer: Answer }) {
  const rows = answer.rows.filter((row) => row.measure === measure);
  const name = t(`statistics.measure.${measure}`);
  const adds = !DISTINCT.includes(measure);
  const sums = answer.months.map((_, index) => rows.reduce((sum, row) => sum + (row.counts[index] ?? 0), 0));
  return (
    <section class="card stack stack-s" aria-labelledby={`m-${measure}`}>
      <h2 id={`m-${measure}`}>{name}</h2>
      {!adds && <p class="sub">{t("statistics.distinct")}</p>}
      <div class="scroll" tabIndex={0} role="region" aria-label={t("statistics.tableRegion", { measure: name })}>
        <table>
          <thead><tr><th scope="col">{t("statistics.unit")}</th>{answer.months.map((month, index) => <MonthHead key={month} month={month} first={index === 0} />)}{adds && <th scope="col" class="n">{t("statistics.total")}</th>}</tr></thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.unit.id}><th scope="row">{row.unit.name}</th>{row.counts.map((count, index) => <td class="n" key={answer.months[index]}>{count}</td>)}{adds && <td class="n"><b>{row.total}</b></td>}</tr>
            ))}
          </tbody>
          {adds && <tfoot><tr><th scope="row">{t("statistics.total")}</th>{sums.map((sum, index) => <td class="n" key={answer.months[index]}>{sum}</td>)}<td class="n">{sums.reduce((a, b) => a + b, 0)}</td></tr></tfoot>}
        </table>
      </div>
    </section>
  );
}

/** The year, in both calendars, once at the beginning and where it changes. */
function MonthHead({ month, first }: { month: string; first: boolean }) {
  const isNewYear = first || month.endsWith("-01");
  return (
    <th scope="col" class="n">
      {isNewYear && <span class="year">{eraText(eraYearOf(`${month}-28`))}<br /></span>}
      {t("statistics.month", { m: Number(month.slice(5, 7)) })}
    </th>
  );
}
