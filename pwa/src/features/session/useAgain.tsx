import { useState } from "preact/hooks";
import { hasCityAccount, toCityAccount } from "../../app/cityAccount";
import { type GatewayFailure, postJson } from "../../gateway/client";
import { t, type MessageKey } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { Alert } from "../../ui/parts";

/** Something dangerous: the gateway may want the password or a passkey again first. `asking` is shown above the button that runs it. */
export function useAgain(act: () => Promise<unknown>, onDone: () => void, unreachable: MessageKey) {
  const [asked, setAsked] = useState(false);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const go = async (confirm?: () => Promise<unknown>) => {
    setBusy(true);
    setProblem(null);
    try {
      if (confirm) await confirm();
      else if (asked && password) await postJson("/session/fresh", { password });
      await act();
      onDone();
      setAsked(false);
      setBusy(false);
    } catch (failure) {
      const { code, sentence } = failure as GatewayFailure;
      if (code === "not_fresh") setAsked(true);
      setProblem(sentence ?? t(unreachable));
      setBusy(false);
    }
  };
  const run = () => go();
  const asking = (
    <>
      {asked && <TextField id="again" label={t("signIn.password")} type="password" value={password} onInput={setPassword} autocomplete="current-password" required />}
      {asked && <button class="btn line" type="button" aria-disabled={busy} onClick={() => !busy && void go(async () => (await import("../account/passkey")).confirmWithPasskey())}>{t("signIn.passkeyConfirm")}</button>}
      {asked && hasCityAccount() && <button class="btn line" type="button" onClick={async () => setProblem(await toCityAccount("fresh"))}>{t("signIn.cityConfirm")}</button>}
      <Alert text={problem} />
    </>
  );
  return { busy, run, asking };
}
