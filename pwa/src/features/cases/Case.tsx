import { useEffect } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole, hasRoleIn, me } from "../../app/session";
import { Case as CaseDocument } from "../../gateway/documents";
import type { CaseQuery } from "../../gateway/generated";
import { birthEcho } from "../../i18n/birth";
import { clock, momentText, nearDayText, tokyoDay } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { queue } from "../../sync/queue";
import { useAsked, useStore, useTitle, useToday } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Guard, Note, Stale, Waiting } from "../../ui/parts";
import { knowsText, phoneLines } from "../consultations/label";
import { useReadNotices } from "../notices/readNotices";
import { NotFound } from "../problem/NotFound";
import { justRecorded } from "../visits/justRecorded";
import { opening } from "./opening";
import { withQueued, type ShownEntry } from "./pending";
import { Timeline } from "./Timeline";
import { Tokens } from "./Tokens";

export type CaseAnswer = NonNullable<CaseQuery["case"]>;

/** How long a case that was just taken over is waited for. */
const OPENING_MS = 12_000;

export default function Case({ id }: { id: string }) {
  useTitle("case.title");
  const { data, failure, refresh } = useAsked(CaseDocument, { id }, ["case"]);
  useReadNotices("caseId", id);
  // Asked once only, else: each answer "not found" is a line in 記録の閲覧.
  const isOpening = opening.has(id) && data && !data.case && !data.caseSuspended;
  const pending = data?.case?.packagePending;
  useEffect(() => {
    if (!pending && !isOpening) return;
    setTimeout(() => opening.delete(id), OPENING_MS);
    const again = setInterval(refresh, pending ? 3_000 : 1_000);
    return () => clearInterval(again);
  }, [isOpening, pending]);
  if (!data) return <Waiting failure={failure} />;
  if (isOpening) return <div class="stack"><h1>{t("case.opening")}</h1><p role="status">{t("case.openingText")}</p></div>;
  if (!data.case) return <NotFound suspended={data.caseSuspended}><Link class="btn line" href={`/cases/${id}/sharing`}>{t(data.caseSuspended ? "case.sharing" : "case.openOther")}</Link><Link class="btn line" href={`/cases/${id}/requests`}>{t("sharing.requests")}</Link></NotFound>;
  opening.delete(id);
  return (
    <div class="stack">
      <Page record={data.case} refresh={refresh} />
      <Stale failure={failure} />
    </div>
  );
}

function Page({ record, refresh }: { record: CaseAnswer; refresh: () => void }) {
  const today = useToday();
  const timeline = withQueued(record.id, record.timeline, useStore(queue), me().staff);
  const next = nextOf(record, timeline);
  return (
    <>
      <JustRecorded caseId={record.id} timeline={timeline} />
      <div class="split">
        <div class="head tight"><h1>{record.label}</h1><p>{personLine(record, today)}</p></div>
        {hasRole("coordinator") && !record.closedAt && <Link class="btn" href={`/cases/${record.id}/visits/new`}><Icon name="pen" />{t("case.recordVisit")}</Link>}
      </div>
      {record.closedAt && <Note><div role="status"><b>{t("case.closedOn", { date: nearDayText(tokyoDay(record.closedAt)) })}</b><p>{t("case.closedText")}</p></div><Ending record={record} /></Note>}
      {record.shownUntil && <Note icon="clock"><div role="status">{t("case.until", { time: momentText(record.shownUntil) })}</div></Note>}
      {record.packagePending && (
        <Note icon="clock"><div role="status"><b>{t("case.pendingTitle")}</b><p>{t("case.pendingText")}</p></div></Note>
      )}
      <Safety record={record} />
      <p class="row nobr facts">
        {record.team[0] && <span><span class="sub">{t("case.team")}</span>　{record.team.map((staff) => staff.name).join("・")}</span>}
        {record.fromUnit && <span><span class="sub">{t("case.from")}</span>　{record.fromUnit.name}</span>}
        {(nextText(next) || sees(record, "promise")) && !record.closedAt && <span><span class="sub">{t(isPast(next, today) ? "today.nextContact" : "case.next")}</span>　{nextText(next) || t("cases.noPromise")}</span>}
      </p>
      <div class="cols cols-side">
        {opens(record, "timeline") && <Timeline entries={timeline} />}
        <Aside record={record} refresh={refresh} />
      </div>
    </>
  );
}

/** What was promised last: by a visit that is on this device only, else as the owner has it. */
function nextOf({ nextPromise }: CaseAnswer, timeline: readonly ShownEntry[]): CaseAnswer["nextPromise"] {
  const mine = timeline.filter(({ state, nextPromise: said }) => ["device", "sent"].includes(state ?? "") && said && nextText(said)).pop();
  return mine?.nextPromise ?? nextPromise;
}

/** Whether this reader was shown a group of fields; what was not is never told as 「ありません」. */
export function opens({ shown }: { shown?: readonly string[] }, group: string): boolean {
  return !shown || shown.includes(group);
}

/** Whether this reader would be shown one of these if there were one, also one with the family alone. */
export const sees = (record: { shown?: readonly string[] }, group: string) => opens(record, group) && opens(record, "family_words");

function personLine(record: CaseAnswer, today: string): string {
  const name = [record.personName, record.personKana && `（${record.personKana}）`].join("");
  const birth = record.birth && birthEcho(record.birth, today);
  return [name, birth && !birth.bad ? birth.text : "", record.residence ? codeText("residence", record.residence) : "", record.personAddress].filter(Boolean).join("　");
}

export function nextText(next: CaseAnswer["nextPromise"]): string {
  const when = next.at ? momentText(next.at) : next.on ? nearDayText(next.on) : "";
  return [when, next.note].filter(Boolean).join("　");
}

/** A promise whose day has gone by is not the next one; it is told without blame. */
export function isPast({ on, at }: CaseAnswer["nextPromise"], today: string): boolean {
  return (at ? tokyoDay(at) : (on ?? today)) < today;
}

function Safety({ record }: { record: CaseAnswer }) {
  const { rules, safeContact, contactNote, confirmedAt } = record.contactSafety;
  if (record.packagePending && rules.length === 0 && !safeContact) return null;
  const foot = confirmedAt && <p class="guard-foot sub">{t("case.confirmed", { date: nearDayText(tokyoDay(confirmedAt)) })}</p>;
  return <Guard rules={rules} lines={[...phoneLines(record.contactSafety), safeContact, contactNote]} foot={foot} level={2} />;
}

/** Said once after 「記録する」: where it is, and what happens next. It follows its own entry in the timeline. */
function JustRecorded({ caseId, timeline }: { caseId: string; timeline: readonly ShownEntry[] }) {
  const saved = useStore(justRecorded);
  useEffect(() => () => justRecorded.set(null), []);
  if (saved?.caseId !== caseId) return null;
  const state = timeline.find((entry) => entry.id === saved.visitId)?.state;
  if (state === "refused") return null; // 要確認 says so
  const where = state === "received" || state === "confirming" ? state : saved.where;
  return <Note icon="ok-c" kind="ok"><p role="status"><b>{t(`visit.saved.${where}`)}</b>{t(`visit.saved.${where}.next`)}</p></Note>;
}

/** Whoever the case is, who stands first, and their lead. */
export const mayEnd = ({ team, unit }: CaseAnswer) => team[0]?.id === me().staff.id || hasRoleIn(unit.id, "manager");

/** The way to end it, or to take it up again. */
function Ending({ record }: { record: CaseAnswer }) {
  if (!mayEnd(record)) return null;
  return <Link class="btn line" href={`/cases/${record.id}/closing`}>{t(record.closedAt ? "closing.reopen" : "closing.close")}</Link>;
}

function Aside({ record, refresh }: { record: CaseAnswer; refresh: () => void }) {
  const isOurs = opens(record, "tokens"); // which no basis opens: the team and its lead
  return (
    <aside class="stack stick" aria-label={t("case.aside")}>
      <section class="card stack stack-s">
        {(record.promised || sees(record, "promise")) && <><h2>{t("case.promised")}</h2><p class="said">{record.promised || t("app.none")}</p></>}
        <dl class="kv">
          {record.personKnows && <><dt>{t("tray.personKnows")}</dt><dd>{knowsText(record.personKnows)}</dd></>}
          {record.receiptNumber && <><dt>{t("case.receipt")}</dt><dd>{record.receiptNumber}</dd></>}
          {record.openedAt && <><dt>{t("case.opened")}</dt><dd>{nearDayText(tokyoDay(record.openedAt))} {clock(record.openedAt)}</dd></>}
        </dl>
      </section>
      {isOurs && hasRole("coordinator") && <Tokens record={record} onChanged={refresh} />}
      <section class="card stack stack-s">
        <h2>{t(isOurs ? "case.whoReads" : "case.notShown")}</h2>
        <p>{t(isOurs ? "case.whoReadsText" : "case.notShownText", { names: record.team.map((staff) => staff.name).join("、") })}</p>
        {isOurs && <Link class="btn line" href={`/cases/${record.id}/sharing`}>{t("case.sharing")}</Link>}
        {!record.closedAt && <Ending record={record} />}
      </section>
    </aside>
  );
}
