import { useEffect, useState } from "preact/hooks";
import { deviceRow, loadDevice } from "../../app/device";
import { me } from "../../app/session";
import { DeviceFailure } from "../../db/trouble";
import { errorText, t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { Modal } from "../../ui/parts";
import { LINE, textProblem } from "../../ui/textLimits";
import { isGoodPin } from "../../vault/rules";
import { PinPad } from "./PinPad";

type Step = "first" | "second" | "done";

/** Choosing a PIN: twice, and nothing is kept before the gateway knows this device. */
export function PinSetUp({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [step, setStep] = useState<Step>("first");
  const [first, setFirst] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => void deviceRow().then((row) => setName((typed) => typed || (row?.name ?? ""))), []);
  const next = async (pin: string) => {
    if (step === "first") {
      const wrong = textProblem(name, LINE) ?? checked(pin);
      setProblem(wrong);
      if (wrong) return;
      setFirst(pin);
      return setStep("second");
    }
    if (pin !== first) {
      setProblem(t("pin.differs"));
      return setStep("first");
    }
    setBusy(true);
    const failed = await loadDevice().then((device) => device.setUpPin(me().staff.id, pin, name.trim())).then(() => null, whyNot);
    setBusy(false);
    setProblem(failed);
    if (!failed) setStep("done");
  };
  return (
    <Modal label={t("pin.setUp")} class="pin-set-up" onClose={onClose}>
      <div class="stack">
        <h2>{t(step === "done" ? "pin.done" : step === "first" ? "pin.choose" : "pin.repeat")}</h2>
        {step === "done" ? <p>{t("pin.doneHelp")}</p> : <p>{t("pin.rules")}</p>}
        {problem && <p class="note err" role="alert">{problem}</p>}
        {step === "first" && <TextField id="device-name" label={t("device.name")} help={t("device.nameHelp")} value={name} onInput={setName} />}
        {step !== "done" && <PinPad busy={busy} action={t(busy ? "signIn.working" : "pin.next")} onEnter={(pin) => void next(pin)} />}
        <button class={step === "done" ? "btn big" : "btn text"} type="button" onClick={onClose}>{t(step === "done" ? "app.close" : "app.cancel")}</button>
      </div>
    </Modal>
  );
}

function checked(pin: string): string | null {
  const result = isGoodPin(pin);
  return result === "ok" ? null : t(result === "length" ? "pin.length" : "pin.easy");
}

function whyNot(failure: unknown): string {
  if (failure instanceof DeviceFailure) return errorText(failure.kind);
  return t("pin.notSetUp");
}
