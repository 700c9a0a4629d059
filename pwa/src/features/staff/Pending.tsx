import { useState } from "preact/hooks";
import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { TextField } from "../../ui/forms";
import { useAgain } from "../session/useAgain";
import { type Line, payloadOf } from "./change";
import { DateField } from "./Dialogs";
import { sendNow } from "./sendNow";
import { textOf } from "./text";

/** What was gathered: seen once more, given a reason, and changed all at once. */
export function Pending({ lines, onLines, onDone }: { lines: readonly Line[]; onLines: (lines: readonly Line[]) => void; onDone: () => void }) {
  const [note, setNote] = useState("");
  const [subject] = useState(uuid7);
  const { busy, run, asking } = useAgain(() => sendNow("ChangeAssignments", subject, payloadOf(lines, note.trim())), onDone, "staff.failed");
  const change = (line: Line, day: string) => onLines(lines.map((each) => (each === line ? withDay(each, day) : each)));
  return (
    <section class="card stack" aria-labelledby="pending">
      <h2 id="pending">{t("staff.pending", { n: lines.length })}</h2>
      <p class="sub">{t("staff.pendingHelp")}</p>
      <ul class="list">
        {lines.map((line) => (
          <li key={line.key}>
            <p class="grow">{textOf(line)}</p>
            {line.kind !== "opens" && <DateField id={`day-${line.key}`} label={t(`staff.day.${line.kind}`)} value={dayOf(line)} onInput={(day) => change(line, day)} />}
            <button class="btn text" type="button" aria-label={t("staff.dropOf", { text: textOf(line) })} onClick={() => onLines(lines.filter((each) => each !== line))}>{t("staff.drop")}</button>
          </li>
        ))}
      </ul>
      <TextField id="note" label={t("staff.note")} help={t("staff.noteHelp")} value={note} onInput={setNote} rows={2} />
      {asking}
      <button class="btn big" type="button" aria-disabled={busy} onClick={() => !busy && void run()}>{t("staff.changeAll", { n: lines.length })}</button>
    </section>
  );
}

function dayOf(line: Line): string {
  if (line.kind === "ends") return line.until;
  return line.kind === "begins" ? line.fromDate : line.kind === "closes" ? line.closedOn : "";
}

function withDay(line: Line, day: string): Line {
  if (line.kind === "ends") return { ...line, until: day };
  if (line.kind === "begins") return { ...line, fromDate: day };
  return line.kind === "closes" ? { ...line, closedOn: day } : line;
}
