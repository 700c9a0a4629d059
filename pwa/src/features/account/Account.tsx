import { useState } from "preact/hooks";
import { ask, postJson } from "../../gateway/client";
import type { PasskeysQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { TextField } from "../../ui/forms";
import { useAsked } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Dialog, Note, ScreenHead } from "../../ui/parts";
import { useAgain } from "../session/useAgain";
import { Passkeys as PasskeysDocument, PasswordSetAt, RemovePasskey } from "./documents";
import { addPasskey } from "./passkey";
import { SignIns } from "./SignIns";

type Passkey = PasskeysQuery["passkeys"][number];

/** 自分の設定: what one signs in with, and where one is signed in. */
export default function Account() {
  return (
    <div class="stack">
      <ScreenHead title="account.title">{t("account.help")}</ScreenHead>
      <Passkeys />
      <ChangePassword />
      <SignIns mine />
    </div>
  );
}

function Passkeys() {
  const { data, refresh } = useAsked(PasskeysDocument, {});
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Passkey | null>(null);
  const done = () => (setAdding(false), setRemoving(null), refresh());
  return (
    <section class="card stack stack-s" aria-labelledby="passkeys">
      <h2 id="passkeys">{t("account.passkeys")}</h2>
      <p class="sub">{t("account.passkeysHelp")}</p>
      {data?.passkeys.length === 0 && <p>{t("account.noPasskeys")}</p>}
      {data && data.passkeys.length > 0 && (
        <ul class="list">
          {data.passkeys.map((each) => (
            <li key={each.id}>
              <Icon name="key" large />
              <div class="grow"><p>{each.name}</p><p class="sub">{each.lastUsedAt ? t("account.lastUsed", { time: momentText(each.lastUsedAt) }) : t("account.neverUsed")}</p></div>
              <button class="btn line" type="button" aria-label={t("account.removeOf", { name: each.name })} onClick={() => setRemoving(each)}>{t("account.remove")}</button>
            </li>
          ))}
        </ul>
      )}
      <div class="row"><button class="btn" type="button" onClick={() => setAdding(true)}>{t("account.add")}</button></div>
      {adding && <Add onClose={() => setAdding(false)} onDone={done} />}
      {removing && <Remove passkey={removing} onClose={() => setRemoving(null)} onDone={done} />}
    </section>
  );
}

function Add({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const [name, setName] = useState("");
  const { busy, run, asking } = useAgain(() => addPasskey(name.trim()), onDone, "account.passkeyOff");
  return (
    <Dialog title={t("account.add")} submit={t("account.add")} busy={busy} onSubmit={() => name.trim() && void run()} onClose={onClose}>
      <TextField id="passkey-name" label={t("account.passkeyName")} help={t("account.passkeyNameHelp")} value={name} onInput={setName} limit={40} required />
      {asking}
    </Dialog>
  );
}

function Remove({ passkey, onClose, onDone }: { passkey: Passkey; onClose: () => void; onDone: () => void }) {
  const { busy, run, asking } = useAgain(() => ask(RemovePasskey, { id: passkey.id }), onDone, "account.unreachable");
  return (
    <Dialog title={t("account.removeOf", { name: passkey.name })} submit={t("account.remove")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p>{t("account.removeHelp")}</p>
      {asking}
    </Dialog>
  );
}

function ChangePassword() {
  const [id, setId] = useState(uuid7);
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const [changed, setChanged] = useState(false);
  const { data, refresh } = useAsked(PasswordSetAt, {});
  const done = () => (setCurrent(""), setFresh(""), setId(uuid7()), setChanged(true), refresh());
  const { busy, run, asking } = useAgain(() => postJson("/password", { id, current, new: fresh }), done, "account.unreachable");
  return (
    <section class="card" aria-labelledby="password-head">
      <form class="stack" noValidate onSubmit={(event) => (event.preventDefault(), setChanged(false), !busy && current && fresh && void run())}>
        <h2 id="password-head">{t("account.change")}</h2>
        {data?.passwordSetAt && <p class="sub">{t("account.passwordSetAt", { time: momentText(data.passwordSetAt) })}</p>}
        <TextField id="current" label={t("account.current")} type="password" value={current} onInput={setCurrent} autocomplete="current-password" required />
        <TextField id="new" label={t("account.new")} help={t("account.newHelp")} type="password" value={fresh} onInput={setFresh} autocomplete="new-password" required />
        {asking}
        {changed && <Note icon="ok-c" kind="ok"><p role="status">{t("account.changed")}</p></Note>}
        <div class="row"><button class="btn" type="submit" aria-disabled={busy}>{t("account.change")}</button></div>
      </form>
    </section>
  );
}
