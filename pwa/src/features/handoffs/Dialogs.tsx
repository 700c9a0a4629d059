import { useState } from "preact/hooks";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { returnReasons } from "../../gateway/codes";
import { codeText, t } from "../../i18n/messages";
import { ErrorSummary, FieldError, Need, problemAt, textOf, TextField, type Problem } from "../../ui/forms";
import { Dialog, Note } from "../../ui/parts";
import { tellAnswered } from "./Answers";
import type { Card } from "./Clock";

const PLACES = { reason: "return-reason", note: "return-note" };

/** 返す: what is missing, in the receiver's words, so that the sender can mend it. */
export function ReturnDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const { busy, send } = useSubmit();
  const [reason, setReason] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const [problems, setProblems] = useState<Problem[]>([]);
  const go = async () => {
    const missing = [
      ...problemAt("return-reason", !reason && t("tray.dialogReasonRequired")),
      ...problemAt("return-note", !note.trim() && t("tray.dialogNoteRequired")),
    ];
    setProblems(missing);
    if (missing.length > 0) return;
    const outcome = await send("ReturnHandoff", card.id, { reason, note });
    if (!outcome) return;
    if (outcome.status === "REFUSED" && outcome.fields.length > 0) return setProblems(problemsOf(outcome, PLACES, "return-note"));
    tellAnswered(card, outcome, t("tray.youReturned"));
    onClose();
  };
  return (
    <Dialog title={t("tray.dialogReturnTitle")} submit={t("tray.return")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <p>{t("tray.dialogReturnHelp", { name: card.handedOffBy.name, unit: card.fromUnit.name })}</p>
      <ErrorSummary title={t("tray.dialogReturnTitle")} text={t("consult.errorText")} problems={problems} />
      <Reasons value={reason} onChange={setReason} error={textOf(problems, "return-reason")} />
      <TextField id="return-note" label={t("tray.dialogNote")} value={note} onInput={setNote} rows={3} required marked error={textOf(problems, "return-note")} />
      <Note><p>{t("tray.dialogReturnSafe")}</p></Note>
    </Dialog>
  );
}

function Reasons({ value, onChange, error }: { value: string | null; onChange: (reason: string) => void; error: string | undefined }) {
  return (
    <fieldset id="return-reason" class="stack stack-s" tabIndex={-1}>
      <legend><b>{t("tray.dialogReason")}</b> <Need required /></legend>
      <div class="choices g2">
        {returnReasons.map((reason) => (
          <label class="choice" key={reason}>
            <input type="radio" name="return-reason" checked={value === reason} onChange={() => onChange(reason)} />
            {codeText("return_reason", reason)}
          </label>
        ))}
      </div>
      <FieldError id="return-reason" text={error} />
    </fieldset>
  );
}

export function WithdrawDialog({ card, onClose }: { card: Card; onClose: () => void }) {
  const { busy, send } = useSubmit();
  const [note, setNote] = useState("");
  const go = async () => {
    const outcome = await send("WithdrawHandoff", card.id, { note });
    if (!outcome) return;
    tellAnswered(card, outcome, t("tray.withdrawn"));
    onClose();
  };
  return (
    <Dialog title={t("tray.dialogWithdrawTitle")} submit={t("tray.withdraw")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <p>{t("tray.dialogWithdrawHelp")}</p>
      <TextField id="withdraw-note" label={t("tray.dialogWithdrawNote")} value={note} onInput={setNote} rows={2} marked />
    </Dialog>
  );
}
