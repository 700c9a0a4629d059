import { useState } from "preact/hooks";
import { discardDraft, useDraft, useSavedDrafts, type SavedDraft } from "../../app/useDraft";
import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { TextField } from "../../ui/forms";
import { useOnce } from "../../ui/hooks";
import { TEXT, textProblem } from "../../ui/textLimits";
import { vault } from "../../vault/vault";
import { DraftMoved } from "../consultations/DraftMoved";
import type { Board } from "./board";
import type { BoardControl } from "./useBoard";

interface Props {
  /** The session's. */
  id: string;
  board: Board;
  onClose: BoardControl["close"];
}

/** One line for the end, kept while it is typed. More lines may follow. */
export function Closing({ id, board, onClose }: Props) {
  const found = useSavedDrafts("closing", null, (draft) => draft.body.sessionId === id);
  const [draft, choose] = useState<Partial<SavedDraft> | null>(null);
  const current = draft ?? found?.newest ?? {};
  return (
    <section class="card stack stack-s" aria-labelledby="end">
      <h2 id="end">{t("board.closing")}</h2>
      {board.closingLines.map((each, index) => <p class="said" key={index}>{each}</p>)}
      {found && <Line key={`${current.id} ${current.seq}`} id={id} isClosed={board.status === "closed"} draft={current} onClose={onClose} onGo={choose} />}
      <p class="sub">{t("board.closingHelp")}</p>
    </section>
  );
}

interface LineProps extends Pick<Props, "id" | "onClose"> {
  isClosed: boolean;
  draft: Partial<SavedDraft>;
  /** Go on with another draft; with an empty one after this line was taken. */
  onGo: (draft: Partial<SavedDraft>) => void;
}

function Line({ id, isClosed, draft, onClose, onGo }: LineProps) {
  const [draftId] = useState(() => draft.id ?? uuid7());
  const [line, setLine] = useState(String(draft.body?.line ?? ""));
  const control = useDraft("closing", draftId, line || draft.id ? { sessionId: id, line } : null, draft.seq);
  const once = useOnce();
  const go = async () => {
    const said = line.trim();
    if ((isClosed && !said) || textProblem(said, TEXT)) return;
    setLine("");
    await control.hold();
    if (!(await onClose(said, draftId))) {
      control.release();
      return setLine(said);
    }
    if (vault.get().state === "none") void discardDraft(draftId, "closing");
    onGo({ seq: Date.now() });
  };
  return (
    <form class="stack stack-s" autocomplete="off" noValidate onSubmit={(event) => (event.preventDefault(), void once(go))}>
      <DraftMoved control={control} onGo={onGo} />
      <div class="closing">
        <TextField id="closing-line" label={t(isClosed ? "board.closingMore" : "board.closingLine")} limit={TEXT} value={line} onInput={setLine} />
        <button class="btn line" type="submit">{t(isClosed ? "board.addLine" : "board.close")}</button>
      </div>
    </form>
  );
}
