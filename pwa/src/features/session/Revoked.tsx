import { useState } from "preact/hooks";
import { deviceCore, revoked } from "../../app/device";
import { t } from "../../i18n/messages";
import { useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { GateLines } from "./OnThisDevice";

/** This device may no longer be used: what happened, what is safe, what to do. */
export default function Revoked() {
  useTitle("device.revokedTitle");
  const left = useStore(revoked)?.left ?? 0;
  const [busy, setBusy] = useState(false);
  const again = async () => {
    setBusy(true);
    const still = await (deviceCore()?.handInAll() ?? Promise.resolve(left)).catch(() => left);
    setBusy(false);
    revoked.set({ left: still });
  };
  return (
    <main class="gate" id="main">
      <GateLines />
      <section class="card stack" aria-labelledby="revoked">
        <div class="gate-head">
          <span class="gate-lock"><Icon name="lock" large /></span>
          <h1 id="revoked">{t("device.revokedTitle")}</h1>
        </div>
        <p>{t("device.revoked")}</p>
        <p role="status">{left > 0 ? t("device.revokedLeft", { n: left }) : t("device.revokedSent")}</p>
        <p>{t("device.revokedDo")}</p>
        {left > 0 && <button class="btn big" type="button" disabled={busy} onClick={() => void again()}>{t("device.handIn")}</button>}
        <button class="btn text" type="button" onClick={() => revoked.set(null)}>{t("signIn.title")}</button>
      </section>
    </main>
  );
}
