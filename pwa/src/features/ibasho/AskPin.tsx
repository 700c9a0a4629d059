import { useState } from "preact/hooks";
import { troubleCode } from "../../db/trouble";
import { t } from "../../i18n/messages";
import { Modal } from "../../ui/parts";
import { unlock } from "../../vault/vault";
import { PinPad, whyShut } from "../session/PinPad";

/** The PIN again, in front of visitors. A wrong one counts like at the gate; after too many the vault is gone, and the gate says what to do. */
export function AskPin({ title, onOpen, onClose }: { title: string; onOpen: () => void; onClose: () => void }) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const enter = async (pin: string) => {
    setBusy(true);
    const result = await unlock(pin).catch(troubleCode);
    setBusy(false);
    if (result === "ok") return onOpen();
    if (result === "gone") return onClose();
    setProblem(await whyShut(result));
  };
  return (
    <Modal label={title} onClose={onClose}>
      <div class="stack">
        <h2>{title}</h2>
        <p class="no-ring" tabIndex={-1} autofocus>{t("pin.enter")}</p>
        {problem && <p class="note err" role="alert">{problem}</p>}
        <PinPad busy={busy} action={t(busy ? "signIn.working" : "pin.open")} onEnter={(pin) => void enter(pin)} />
        <button class="btn text" type="button" onClick={onClose}>{t("app.cancel")}</button>
      </div>
    </Modal>
  );
}
