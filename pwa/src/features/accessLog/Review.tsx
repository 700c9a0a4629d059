import { useState } from "preact/hooks";
import { sentenceOf } from "../../app/outgoing";
import { useSubmit } from "../../app/useSubmit";
import { nearDayText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { TextField } from "../../ui/forms";
import { Alert, Dialog } from "../../ui/parts";
import type { Told } from "./grouped";
import { timeText } from "./parts";

/** 確認済: needs the network. What is told as one is looked at as one, each case of each row of the log with the same note. */
export function Review({ told, onClose, onDone }: { told: Told; onClose: () => void; onDone: () => void }) {
  const [note, setNote] = useState("");
  const [problem, setProblem] = useState("");
  const { busy, send } = useSubmit();
  const run = async () => {
    if (!note.trim()) return setProblem(t("log.noteRequired"));
    if (!online.get()) return setProblem(t("error.needs_network"));
    setProblem("");
    const outcomes = await Promise.all(told.looked.map(({ accessId, type, about }) => send(type, about, { accessId, note: note.trim() })));
    const refused = outcomes.find((outcome) => outcome && outcome.status !== "ACCEPTED");
    if (refused) setProblem(sentenceOf(refused));
    else if (outcomes.every(Boolean)) onDone();
  };
  return (
    <Dialog title={t("log.reviewOf", { name: told.line.staff.name })} submit={t("log.review")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p class="sub">{nearDayText(told.day)} {timeText(told)}{told.times > 1 && `　${t("log.times", { n: told.times })}`}</p>
      <p>{t("log.reviewHelp")}</p>
      <TextField id="log-note" label={t("log.note")} help={t("log.noteHelp")} value={note} marked required onInput={setNote} />
      <Alert text={problem} />
    </Dialog>
  );
}
