import { useState } from "preact/hooks";
import { sentenceOf } from "../../app/outgoing";
import { ask } from "../../gateway/client";
import { DecideHandedIn } from "../../gateway/documents";
import type { HandedInQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Alert } from "../../ui/parts";
import { PayloadView } from "./PayloadView";
import { ConfirmWithdraw } from "./RefusedCard";

type Item = HandedInQuery["handedIn"][number];

/** Written by me, handed in by a device that could not send it as me: I say whether it counts. */
export function HandedInCard({ item, onDecided }: { item: Item; onDecided: () => void }) {
  const [withdrawing, setWithdrawing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const title = codeText("command", item.type);
  const decide = async (send: boolean) => {
    setBusy(true);
    try {
      const { decideHandedIn: outcome } = await ask(DecideHandedIn, { id: item.id, send });
      setProblem(outcome.status === "ACCEPTED" ? null : sentenceOf(outcome));
      onDecided();
    } catch {
      setProblem(t("attention.notDecided"));
    }
    setBusy(false);
  };
  return (
    <article class="card stack" aria-label={title}>
      <div class="split">
        <h3>{title}</h3>
        <p class="sub meta"><span>{t("attention.writtenAt", { time: momentText(item.capturedAt) })}</span><span>{t("attention.handedAt", { time: momentText(item.receivedAt) })}</span></p>
      </div>
      {Object.keys(item.payload).length > 0 ? <PayloadView type={item.type} payload={item.payload} /> : <p class="sub">{t("attention.withheldHelp")}</p>}
      <Alert text={problem} />
      <div class="row">
        <button class="btn" type="button" disabled={busy} onClick={() => void decide(true)}>{t("attention.send")}</button>
        <button class="btn line" type="button" disabled={busy} onClick={() => setWithdrawing(true)}>{t("attention.withdraw")}</button>
      </div>
      {withdrawing && <ConfirmWithdraw onClose={() => setWithdrawing(false)} onConfirm={() => void decide(false)} />}
    </article>
  );
}
