import { useState } from "preact/hooks";
import { clock } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { Icon } from "../../ui/Icon";
import { Dialog } from "../../ui/parts";
import type { Entry } from "./board";
import { ReachLine } from "./Tiles";

/** Every fact of the session; a person may take one back, and it stays readable as taken back. */
export function Entries({ entries, onCorrect }: { entries: readonly Entry[]; onCorrect: (id: string, note: string) => void }) {
  const [wrong, setWrong] = useState<Entry | null>(null);
  if (entries.length === 0) return null;
  return (
    <details class="more card card-flush">
      <summary class="card-head">{t("board.entries", { n: entries.length })}</summary>
      <ul class="list">
        {entries.map((entry) => (
          <li key={entry.id}>
            <time class="at">{clock(entry.at)}</time>
            <p class={entry.voided ? "grow voided" : "grow"}>{entryText(entry)}</p>
            <ReachLine reach={entry.reach} />
            {entry.voided
              ? <span class="sub">{t("board.voided")}</span>
              : <button class="btn line" type="button" aria-label={t("board.undoOf", { what: entryText(entry), time: clock(entry.at) })} onClick={() => setWrong(entry)}><Icon name="undo" />{t("board.undo")}</button>}
          </li>
        ))}
      </ul>
      {wrong && <Correction entry={wrong} onClose={() => setWrong(null)} onCorrect={(note) => (setWrong(null), onCorrect(wrong.id, note))} />}
    </details>
  );
}

export function entryText(entry: Entry): string {
  const kind = codeText("attendance_kind", entry.kind);
  return entry.nickname ? `${entry.nickname}　${kind}` : kind;
}

function Correction({ entry, onClose, onCorrect }: { entry: Entry; onClose: () => void; onCorrect: (note: string) => void }) {
  const [note, setNote] = useState("");
  return (
    <Dialog title={t("board.correctTitle")} submit={t("board.undo")} onSubmit={() => onCorrect(note.trim())} onClose={onClose}>
      <p>{clock(entry.at)}　{entryText(entry)}</p>
      <TextField id="why" label={t("board.correctNote")} marked value={note} onInput={setNote} />
      <p class="sub">{t("board.correctHelp")}</p>
    </Dialog>
  );
}
