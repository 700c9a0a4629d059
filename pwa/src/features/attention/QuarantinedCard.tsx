import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { sentenceOf } from "../../app/outgoing";
import { useSubmit } from "../../app/useSubmit";
import type { QuarantineQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { PayloadView } from "./PayloadView";

type Item = QuarantineQuery["quarantine"][number];

/** A visit by somebody who was not on the team when it happened. The words are kept whatever the manager decides. */
export function QuarantinedCard({ item, onDecided }: { item: Item; onDecided: () => void }) {
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const { busy, send } = useSubmit();
  const decide = async (decision: "admit" | "decline") => {
    if (decision === "decline" && !note.trim()) return setProblem(t("attention.declineNote"));
    const outcome = await send("DecideQuarantine", item.caseId, { quarantineId: item.id, decision, note: note.trim() });
    if (!outcome) return;
    setProblem(outcome.status === "REFUSED" ? sentenceOf(outcome) : null);
    onDecided();
  };
  return (
    <article class="card stack" aria-label={t("attention.visitBy", { name: item.author.name })}>
      <div class="split">
        <h3><Link href={`/cases/${item.caseId}`}>{item.label || t("case.title")}</Link></h3>
        <p class="sub">{t("attention.visitBy", { name: item.author.name })}　{t("attention.writtenAt", { time: momentText(item.capturedAt) })}</p>
      </div>
      <PayloadView type="RecordVisit" payload={item} />
      <TextField id={`note-${item.id}`} label={t("attention.note")} value={note} onInput={(text) => (setNote(text), setProblem(null))} error={problem ?? undefined} />
      <div class="row">
        <button class="btn" type="button" disabled={busy} onClick={() => void decide("admit")}>{t("attention.admit")}</button>
        <button class="btn line" type="button" disabled={busy} onClick={() => void decide("decline")}>{t("attention.decline")}</button>
      </div>
    </article>
  );
}
