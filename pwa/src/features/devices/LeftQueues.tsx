import { useState } from "preact/hooks";
import { sentenceOf } from "../../app/outgoing";
import { ask, GatewayFailure } from "../../gateway/client";
import type { LeftQueuesQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Dialog } from "../../ui/parts";
import { useAgain } from "../session/useAgain";
import { LeftQueues as LeftQueuesDocument, SendLeft } from "./documents";

type Left = LeftQueuesQuery["leftQueues"][number];

/** 辞めた職員から預かった記録: nobody is left to decide about them. Their manager sends them on, unread; the owner judges. */
export function LeftQueues() {
  const { data, refresh } = useAsked(LeftQueuesDocument, {}, ["notices"]);
  const [chosen, setChosen] = useState<Left | null>(null);
  if (!data || data.leftQueues.length === 0) return null;
  return (
    <section class="card card-flush" aria-labelledby="left">
      <div class="card-head"><h2 id="left">{t("left.title")}</h2><p class="sub">{t("left.help")}</p></div>
      <ul class="list">
        {data.leftQueues.map((left) => (
          <li key={left.id}>
            <div class="grow">
              <p><b>{codeText("command", left.type)}</b>　{left.staff.name}{left.toUnit && `　${t("left.to", { unit: left.toUnit.name })}`}</p>
              <p class="sub meta"><span>{t("attention.writtenAt", { time: momentText(left.capturedAt) })}</span><span>{t("attention.handedAt", { time: momentText(left.receivedAt) })}</span></p>
            </div>
            <button class="btn" type="button" aria-label={t("left.sendOf", { name: left.staff.name, what: codeText("command", left.type) })} onClick={() => setChosen(left)}>{t("left.send")}</button>
          </li>
        ))}
      </ul>
      {chosen && <Confirm left={chosen} onClose={() => setChosen(null)} onSent={() => (setChosen(null), refresh())} />}
    </section>
  );
}

function Confirm({ left, onClose, onSent }: { left: Left; onClose: () => void; onSent: () => void }) {
  const send = async () => {
    const { sendLeft } = await ask(SendLeft, { id: left.id });
    if (sendLeft.status !== "ACCEPTED") throw new GatewayFailure("refused", sendLeft.code, sentenceOf(sendLeft));
  };
  const { busy, run, asking } = useAgain(send, onSent, "staff.failed");
  return (
    <Dialog title={t("left.sendOf", { name: left.staff.name, what: codeText("command", left.type) })} submit={t("left.send")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p>{t("left.sendHelp")}</p>
      {asking}
    </Dialog>
  );
}
