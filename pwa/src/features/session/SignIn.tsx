import { useEffect, useRef, useState } from "preact/hooks";
import { hasCityAccount, toCityAccount } from "../../app/cityAccount";
import { barred } from "../../app/device";
import { door, enter, openSession, signInLater } from "../../app/session";
import { lookForUpdate } from "../../app/updates";
import { UpdateLine } from "../../app/UpdateLine";
import { signIn, type SignInResult } from "../../gateway/client";
import { t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { useStore, useTitle } from "../../ui/hooks";
import { Mark } from "../../ui/Icon";
import { Modal } from "../../ui/parts";
import { isVaultOpen, vault } from "../../vault/vault";
import type { FirstPassword } from "../account/FirstPassword";
import { GateLines, OnThisDevice } from "./OnThisDevice";

/** At the door, or (`again`) over the page when a session ran out: what is on the page stays. */
export function SignIn({ again = false }: { again?: boolean }) {
  if (again) {
    return (
      <Modal label={t("signIn.again")}>
        <div class="stack">
          <h2>{t("signIn.again")}</h2>
          <p>{t(isVaultOpen() ? "signIn.againHelpDevice" : "signIn.againHelp")}</p>
          <SignInForm again />
          {isVaultOpen() && <button class="btn text" type="button" onClick={signInLater}>{t("signIn.later")}</button>}
        </div>
      </Modal>
    );
  }
  return <Gate />;
}

function Gate() {
  useTitle("signIn.title");
  const sealed = useStore(vault).state === "locked";
  const gone = useStore(barred) > 0;
  const forgotten = useStore(door) === "forgotten";
  return (
    <main class="gate" id="main">
      <GateLines />
      <section class="card stack" aria-labelledby="sign-in">
        <UpdateLine />
        <div class="gate-head">
          <span class="brand"><Mark onDark={false} />{t("app.name")}</span>
          <h1 id="sign-in">{t("signIn.title")}</h1>
        </div>
        {gone && <p class="note" role="status">{t("pin.gone")}</p>}
        {forgotten && <p class="note">{t("pin.forgottenHelp")}</p>}
        <SignInForm />
        <OnThisDevice />
        {sealed && <button class="btn text" type="button" onClick={() => door.set("pin")}>{t("pin.back")}</button>}
      </section>
    </main>
  );
}

function SignInForm({ again = false }: { again?: boolean }) {
  const [login, setLogin] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [Code, setCode] = useState<typeof FirstPassword | null>(null);
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    document.getElementById("login")?.focus();
  }, []);
  useEffect(() => said.current?.focus(), [problem]);
  // A tablet whose PIN still opens goes by its PIN first: leaving the page would ask for it again, and again.
  const city = hasCityAccount() && (again || vault.get().state !== "locked");
  useEffect(() => {
    if (!city || !again) return;
    const back = () => void (document.visibilityState === "visible" && openSession());
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, []);
  const go = async (event: Event) => {
    event.preventDefault();
    const empty = !login.trim() ? "login" : !password && "password";
    setProblem(null);
    setTried(!!empty);
    if (empty) return document.getElementById(empty)?.focus();
    if (busy) return;
    await open(enter((device) => signIn(login.trim(), password, device)));
  };
  const open = async (entering: Promise<SignInResult>) => {
    setBusy(true);
    const result = await entering.catch(gone);
    setBusy(false);
    if (result !== "ok") setProblem(result === "revoked" ? t("device.revoked") : result || t("signIn.unreachable"));
  };
  // The other ways in are fetched when they are wanted: they may be gone with the version they belong to.
  const gone = () => (lookForUpdate(), "");
  const passkey = () => import("../account/passkey").then((part) => part.signInWithPasskey);
  const useCode = () => void import("../account/FirstPassword").then((part) => setCode(() => part.FirstPassword), () => setProblem(gone() || t("signIn.unreachable")));
  return (
    <>
    <form class="stack" onSubmit={go} noValidate>
      {problem && <p class={problem === t("account.firstDone") ? "note ok" : "note err"} role="alert" tabIndex={-1} ref={said}>{problem}</p>}
      <TextField id="login" label={t("signIn.login")} value={login} onInput={setLogin} autocomplete="username" required error={tried && !login.trim() ? t("signIn.loginRequired") : undefined} />
      <TextField id="password" label={t("signIn.password")} type="password" value={password} onInput={setPassword} autocomplete="current-password" required error={tried && !password ? t("signIn.passwordRequired") : undefined} />
      <button class="btn big" type="submit" aria-disabled={busy}>{t(busy ? "signIn.working" : "signIn.submit")}</button>
      <button class="btn line" type="button" aria-disabled={busy} onClick={() => !busy && void open(enter(async (device) => (await passkey())(device)))}>{t("signIn.passkey")}</button>
      {city && <button class="btn line" type="button" onClick={async () => setProblem(await toCityAccount(again ? "again" : "enter"))}>{t("signIn.city")}</button>}
      <button class="btn text" type="button" onClick={useCode}>{t("signIn.useCode")}</button>
    </form>
    {Code && <Code onClose={() => setCode(null)} onDone={() => (setCode(null), setProblem(t("account.firstDone")))} />}
    </>
  );
}
