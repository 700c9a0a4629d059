import { useState } from "preact/hooks";
import { fullDayText, tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { uuid7 } from "../../sync/uuid7";
import { useAsked } from "../../ui/hooks";
import { Dialog, Note } from "../../ui/parts";
import { useAct } from "../sharing/useAct";
import { commandOf, kindOf, subjectOf } from "./about";
import { type Proposal, RetentionProposals } from "./documents";

const LAST = ["requests.closedOn", "requests.lastOn", "requests.lastCame"] as const;

/** 保存期間が過ぎた記録: proposed, never erased by its age. A manager brings it up, another one decides. */
export function Retention({ onDone }: { onDone: () => void }) {
  const { data, refresh } = useAsked(RetentionProposals, {});
  const [chosen, setChosen] = useState<Proposal | null>(null);
  if (!data || data.retentionProposals.length === 0) return null;
  return (
    <section class="card card-flush" aria-labelledby="retention">
      <div class="card-head"><h2 id="retention">{t("requests.retention")}</h2></div>
      <ul class="list">
        {data.retentionProposals.map((each) => (
          <li key={subjectOf(each)}>
            <div class="grow"><p><b>{each.label}</b><span class="sub">　{each.receiptNumber}</span></p><p class="sub">{t(LAST[kindOf(each)], { day: fullDayText(tokyoDay(each.closedAt)), n: each.years })}</p></div>
            <button class="btn line" type="button" aria-label={t("requests.bringUpOf", { label: each.label })} onClick={() => setChosen(each)}>{t("requests.bringUp")}</button>
          </li>
        ))}
      </ul>
      {chosen && <BringUp proposal={chosen} onClose={() => setChosen(null)} onDone={() => (setChosen(null), refresh(), onDone())} />}
    </section>
  );
}

function BringUp({ proposal, onClose, onDone }: { proposal: Proposal; onClose: () => void; onDone: () => void }) {
  const [requestId] = useState(uuid7);
  const { busy, run, failed } = useAct(commandOf("open", proposal), subjectOf(proposal), onDone);
  return (
    <Dialog title={t("requests.bringUpOf", { label: proposal.label })} submit={t("requests.bringUp")} busy={busy} onSubmit={() => void run(() => ({ requestId, kind: "retention" }))} onClose={onClose}>
      <Note icon="info" kind="soft"><p>{t("requests.bringUpHelp")}</p></Note>
      {failed}
    </Dialog>
  );
}
