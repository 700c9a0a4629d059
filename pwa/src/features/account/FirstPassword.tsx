import { useState } from "preact/hooks";
import { type GatewayFailure, postJson } from "../../gateway/client";
import { errorText, type MessageKey, t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { TextField } from "../../ui/forms";
import { Alert, Dialog } from "../../ui/parts";

/** Somebody new, or who forgot the password: the code a manager handed over lets them choose one. */
export function FirstPassword({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [id] = useState(uuid7);
  const [said, setSaid] = useState({ login: "", code: "", new: "" });
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [pressed, setPressed] = useState(false);
  const field = (name: keyof typeof said, missing: MessageKey) => ({
    value: said[name], onInput: (text: string) => setSaid({ ...said, [name]: text }), required: true, error: pressed && !said[name].trim() ? t(missing) : undefined,
  });
  const go = async () => {
    setPressed(true);
    if (Object.values(said).some((text) => !text.trim())) return;
    setBusy(true);
    try {
      await postJson("/password/first", { id, ...said });
      onDone();
    } catch (failure) {
      const { sentence, code } = failure as GatewayFailure;
      setProblem(sentence ?? (code ? errorText(code) : t("account.unreachable")));
      setBusy(false);
    }
  };
  return (
    <Dialog title={t("account.firstTitle")} submit={t("account.firstSubmit")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <TextField id="first-login" label={t("signIn.login")} autocomplete="username" {...field("login", "signIn.loginRequired")} />
      <TextField id="first-code" label={t("account.code")} help={t("account.codeHelp")} {...field("code", "account.codeRequired")} />
      <TextField id="first-new" label={t("account.new")} help={t("account.newHelp")} type="password" autocomplete="new-password" {...field("new", "signIn.passwordRequired")} />
      <Alert text={problem} />
    </Dialog>
  );
}
