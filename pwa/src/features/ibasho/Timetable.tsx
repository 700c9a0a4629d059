import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { Sessions } from "../../gateway/documents";
import { addDays, dayText, yearText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { useAsked, useToday } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { PlanSession } from "./PlanSession";
import { SessionRow } from "./SessionRow";
import { byDay, mondayOf } from "./week";

/** 居場所: the week's sessions. */
export default function Timetable() {
  const today = useToday();
  const [monday, setMonday] = useState(() => mondayOf(today));
  const [isPlanning, setPlanning] = useState(false);
  const mayPlan = hasRole("ibasho_staff", "manager");
  return (
    <div class="stack">
      <ScreenHead title="ibasho.title">{t("ibasho.week", { from: dayText(monday), to: dayText(addDays(monday, 6)) })}　{yearText(monday)}</ScreenHead>
      <div class="split">
        <nav class="row" aria-label={t("ibasho.weeks")}>
          <button class="btn line" type="button" onClick={() => setMonday(addDays(monday, -7))}><Icon name="left" />{t("ibasho.weekBefore")}</button>
          <button class="btn line" type="button" disabled={monday === mondayOf(today)} onClick={() => setMonday(mondayOf(today))}>{t("ibasho.thisWeek")}</button>
          <button class="btn line" type="button" onClick={() => setMonday(addDays(monday, 7))}>{t("ibasho.weekAfter")}<Icon name="right" /></button>
        </nav>
        {mayPlan && (
          <div class="row">
            <Link class="btn line" href="/ibasho/tokens">{t("tokens.title")}</Link>
            <button class="btn" type="button" onClick={() => setPlanning(true)}><Icon name="plus" />{t("ibasho.plan")}</button>
          </div>
        )}
      </div>
      <Week key={monday} monday={monday} today={today} />
      {isPlanning && <PlanSession today={today} onClose={() => setPlanning(false)} onPlanned={(day) => (setPlanning(false), setMonday(mondayOf(day)))} />}
    </div>
  );
}

function Week({ monday, today }: { monday: string; today: string }) {
  const { data, failure } = useAsked(Sessions, { from: monday, to: addDays(monday, 6) }, ["session"]);
  if (!data) return <Waiting failure={failure} />;
  const days = byDay(data.sessions);
  return (
    <>
      {days.length === 0 && <Empty title={t("ibasho.empty")}>{t("ibasho.emptyHelp")}</Empty>}
      {days.map(([day, sessions]) => (
        <section class="card card-flush" key={day} aria-label={dayText(day)}>
          <div class="day-head"><h2>{dayText(day)}</h2>{day === today && <span class="chip done">{t("today.title")}</span>}</div>
          <ul class="list">{sessions.map((session) => <SessionRow key={session.id} session={session} />)}</ul>
        </section>
      ))}
      <Stale failure={failure} />
    </>
  );
}
