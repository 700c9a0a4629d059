import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { me } from "../../app/session";
import { ask } from "../../gateway/client";
import { EndSignIn, SignIns as SignInsDocument } from "./documents";
import type { SignInsQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Dialog } from "../../ui/parts";
import { useAgain } from "../session/useAgain";

type SignIn = SignInsQuery["signIns"][number];

/** サインイン中: where I am signed in, or people of my units too, and the way to end that. */
export function SignIns({ mine = false }: { mine?: boolean }) {
  const { data, refresh } = useAsked(SignInsDocument, {});
  const [ending, setEnding] = useState<SignIn | null>(null);
  return (
    <section class="card stack stack-s" aria-labelledby="sign-ins">
      <h2 id="sign-ins">{t("staff.signIns")}</h2>
      <p class="sub">{t("staff.signInsHelp")} <Link href="/devices">{t("devices.title")}</Link></p>
      <ul class="list">
        {data?.signIns.filter(({ staff }) => !mine || staff.id === me().staff.id).map((each) => (
          <li key={each.id}>
            <div class="grow">
              <p>{each.staff.name}</p>
              <p class="sub meta"><span>{each.device ?? t("staff.someBrowser")}</span><span>{t("staff.lastSeen", { time: momentText(each.lastSeenAt) })}</span></p>
            </div>
            {each.isThisOne
              ? <span class="chip quiet">{t("staff.thisOne")}</span>
              : <button class="btn line" type="button" aria-label={t("staff.endSignInOf", { name: each.staff.name })} onClick={() => setEnding(each)}>{t("staff.endSignIn")}</button>}
          </li>
        ))}
      </ul>
      {ending && <Confirm signIn={ending} onClose={() => setEnding(null)} onDone={() => (setEnding(null), refresh())} />}
    </section>
  );
}

function Confirm({ signIn, onClose, onDone }: { signIn: SignIn; onClose: () => void; onDone: () => void }) {
  const { busy, run, asking } = useAgain(() => ask(EndSignIn, { id: signIn.id }), onDone, "staff.failed");
  return (
    <Dialog title={t("staff.endSignInOf", { name: signIn.staff.name })} submit={t("staff.endSignIn")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p>{t("staff.endSignInHelp")}</p>
      {asking}
    </Dialog>
  );
}
