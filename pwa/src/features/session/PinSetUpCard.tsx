import { useState } from "preact/hooks";
import { errorText, t } from "../../i18n/messages";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { whyNotHere } from "../../vault/storage";
import { vault } from "../../vault/vault";
import { PinSetUp } from "./PinSetUp";

/** On 今日, in a browser without a PIN: offered, never forced. */
export function PinSetUpCard() {
  const { state } = useStore(vault);
  const [isSettingUp, setSettingUp] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const begin = async () => {
    const why = await whyNotHere();
    setProblem(why && errorText(why));
    setSettingUp(!why);
  };
  return (
    <>
      {state === "none" && (
        <section class="card take-along" aria-labelledby="pin-offer">
          <Icon name="lock" large />
          <div class="stack stack-s grow"><h2 id="pin-offer">{t("pin.offer")}</h2><p>{t("pin.offerHelp")}</p>{problem && <p class="note soft" role="alert">{problem}</p>}</div>
          <button class="btn line" type="button" onClick={() => void begin()}>{t("pin.setUp")}</button>
        </section>
      )}
      {isSettingUp && <PinSetUp onClose={() => setSettingUp(false)} />}
    </>
  );
}
