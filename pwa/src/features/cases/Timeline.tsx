import { useState } from "preact/hooks";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Empty } from "../../ui/parts";
import { callerLabel } from "../consultations/label";
import { noted, Words } from "../attention/PayloadView";
import { outcomeIcon } from "../visits/outcomes";
import { nextText } from "./Case";
import type { ShownEntry as Entry } from "./pending";

type Voice = "all" | "person" | "family";

/** 経過. Two lines side by side: 本人 and 家族 never share a box. */
export function Timeline({ entries }: { entries: readonly Entry[] }) {
  const [voice, setVoice] = useState<Voice>("all");
  const shown = entries.filter((entry) => voice === "all" || speaks(entry, voice)).sort((a, b) => b.at.localeCompare(a.at));
  return (
    <section class="stack" aria-labelledby="timeline">
      <div class="split">
        <div class="row"><h2 id="timeline">{t("case.timeline")}</h2><p class="tl-key"><span><i />{t("case.keyPerson")}</span><span><i class="f" />{t("case.keyFamily")}</span></p></div>
        <Filter voice={voice} onChange={setVoice} />
      </div>
      {entries.length === 0 && <Empty title={t("case.timelineNone")}>{t("case.timelineNoneHelp")}</Empty>}
      {entries.length > 0 && shown.length === 0 && <Empty title={t("case.filterNone")} />}
      {shown.length > 0 && <ol class="tl">{shown.map((entry) => <Item key={entry.id} entry={entry} voice={voice} />)}</ol>}
    </section>
  );
}

function Filter({ voice, onChange }: { voice: Voice; onChange: (voice: Voice) => void }) {
  const choices: [Voice, string][] = [["all", t("case.filterAll")], ["person", t("case.filterPerson")], ["family", t("case.filterFamily")]];
  return (
    <div class="seg" role="group" aria-label={t("case.filter")}>
      {choices.map(([choice, text]) => (
        <button key={choice} type="button" aria-pressed={voice === choice} onClick={() => onChange(choice)}>{text}</button>
      ))}
    </div>
  );
}

function speaks(entry: Entry, voice: Exclude<Voice, "all">): boolean {
  const isFamily = hasFamily(entry);
  return voice === "family" ? isFamily : hasPerson(entry) || !isFamily;
}

const hasPerson = (entry: Entry) => Boolean(entry.personWords) || entry.withWhom.includes("person");

function hasFamily(entry: Entry): boolean {
  return Boolean(entry.familyWords) || entry.callerKind === "family" || entry.withWhom.includes("family") || entry.outcome === "family_only";
}

function side(entry: Entry): string {
  if (!hasFamily(entry)) return "";
  return hasPerson(entry) || entry.kind === "handoff_accepted" ? "both" : "fam";
}

function Item({ entry, voice }: { entry: Entry; voice: Voice }) {
  const next = entry.nextPromise ? nextText(entry.nextPromise) : "";
  const lateBy = Date.parse(entry.recordedAt) - Date.parse(entry.at);
  return (
    <li class={side(entry)}>
      <div class="tl-h">
        <h3><time>{momentText(entry.at)}</time>　{titleOf(entry)}</h3>
        {entry.outcome && entry.kind === "visit" && <span class="chip"><Icon name={outcomeIcon(entry.outcome)} />{codeText("visit_outcome", entry.outcome)}</span>}
        {entry.state && <ReachChip state={entry.state} />}
      </div>
      <div class="stack stack-s">
        {voice !== "family" && <Words text={entry.personWords} />}
        {voice !== "person" && <Words text={entry.familyWords} family />}
        {entry.memo && <p class="said">{entry.memo}</p>}
        {next && <p>{t("case.entryNext", { next })}</p>}
        {noted(entry)}
        <p class="sub meta">
          {entry.by && <span>{entry.by.name}</span>}
          {entry.withWhom[0] && <span>{t("case.visitWith", { who: entry.withWhom.map((who) => codeText("with_whom", who)).join("、") })}</span>}
          {entry.kind === "visit" && lateBy > 15 * 60_000 && <span>{t("case.recordedLater", { time: momentText(entry.recordedAt) })}</span>}
        </p>
      </div>
    </li>
  );
}

function titleOf(entry: Entry): string {
  if (entry.kind === "visit") return t("case.visit");
  if (entry.kind === "handoff_accepted") return t("case.accepted");
  if (entry.kind === "reopened") return t("case.reopened");
  if (entry.kind === "closed") return t("case.closed", { reason: codeText("closing_reason", entry.outcome ?? "other") });
  if (entry.kind === "attendance") return t("case.attendance", { what: codeText("attendance_kind", entry.outcome ?? "arrived") });
  if (!entry.callerKind) return t("case.consultation");
  return callerLabel({ callerKind: entry.callerKind, callerRelation: entry.callerRelation }) + (entry.channel ? `　${codeText("channel", entry.channel)}` : "");
}

/** 端末のみ → 送信済 → 受領済, 確認中 while a manager looks at it, or 要確認. */
function ReachChip({ state }: { state: string }) {
  const [kind, icon] = state === "received" ? (["done", "ok"] as const) : state === "confirming" ? (["soon", "clock"] as const) : (["tab-only", state === "refused" ? "flag" : "tablet"] as const);
  return <span class={`chip ${kind}`}><Icon name={icon} />{codeText("reach", state)}</span>;
}
