import { useState } from "preact/hooks";
import { Link, navigate } from "../../app/router";
import { me } from "../../app/session";
import { sentenceOf, submit } from "../../app/outgoing";
import { Colleagues } from "../../gateway/documents";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import type { Outcome } from "../../sync/outgoing";
import { Store } from "../../sync/store";
import { uuid7 } from "../../sync/uuid7";
import { toggled } from "../../ui/forms";
import { useAlive, useAsked, useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { opening } from "../cases/opening";
import type { Card } from "./Clock";
import { ReturnDialog, WithdrawDialog } from "./Dialogs";

/** What an answer brought, kept above the list because the card itself may leave it. */
export interface Answered {
  id: string;
  label: string;
  sentence: string;
  caseId: string | null;
  isRefusal: boolean;
}

export const answered = new Store<readonly Answered[]>([]);

export function tellAnswered(card: Card, outcome: Outcome, sentence: string, caseId: string | null = null): void {
  const isRefusal = outcome.status === "REFUSED";
  const one = { id: card.id, label: card.label, sentence: isRefusal ? sentenceOf(outcome) : sentence, caseId, isRefusal };
  scrollTo(0, 0);
  answered.set([one, ...answered.get().filter((other) => other.id !== card.id)]);
}

/** 受ける・返す need the network; both send one command and wait for the owner's word. */
export function AcceptOrReturn({ card }: { card: Card }) {
  const [busy, setBusy] = useState(false);
  const alive = useAlive();
  const isOnline = useStore(online);
  const [colleagues, setColleagues] = useState<string[]>([]);
  const [returning, setReturning] = useState(false);
  const accept = async () => {
    const caseId = uuid7();
    opening.add(caseId);
    setBusy(true);
    // Not through the form's way of sending: when somebody else was first the card leaves the screen before the answer
    // comes, and no word was typed that a draft would have to keep. The answer is told above whatever stands there then.
    const outcome = await submit(me().staff.id, "AcceptHandoff", card.id, { caseId, colleagueIds: colleagues });
    if (outcome.status === "ACCEPTED" && alive()) return navigate(`/cases/${caseId}`);
    setBusy(false);
    tellAnswered(card, outcome, t("tray.accepted"), caseId);
  };
  return (
    <>
      <ChooseColleagues unitId={card.toUnit.id} chosen={colleagues} onChange={setColleagues} />
      <div class="row answer">
        <button class="btn big" type="button" disabled={busy || !isOnline} onClick={() => void accept()}><Icon name="ok" />{t("tray.accept")}</button>
        <button class="btn line big" type="button" disabled={busy || !isOnline} onClick={() => setReturning(true)}><Icon name="back" />{t("tray.return")}</button>
        <Link class="btn text" href={`/consultations/${card.consultationId}`}>{t("tray.sheet")}</Link>
      </div>
      {busy && <p class="sub" role="status">{t("tray.working")}</p>}
      {returning && <ReturnDialog card={card} onClose={() => setReturning(false)} />}
    </>
  );
}

function ChooseColleagues({ unitId, chosen, onChange }: { unitId: string; chosen: string[]; onChange: (ids: string[]) => void }) {
  const { data } = useAsked(Colleagues, { unitId });
  const others = data?.colleagues.filter((staff) => staff.id !== me().staff.id) ?? [];
  const order = others.map((staff) => staff.id);
  return (
    <details class="more">
      <summary>{t("tray.colleagues")}{chosen.length > 0 && `　${t("app.count", { n: chosen.length })}`}</summary>
      <fieldset class="stack stack-s">
        <legend class="sub">{others.length > 0 ? t("tray.colleaguesHelp") : t("tray.colleaguesNone")}</legend>
        <div class="choices">
          {others.map((staff) => (
            <label class="choice box" key={staff.id}>
              <input type="checkbox" checked={chosen.includes(staff.id)} onChange={() => onChange(toggled(chosen, staff.id, order))} />
              {staff.name}
            </label>
          ))}
        </div>
      </fieldset>
    </details>
  );
}

export function Withdraw({ card }: { card: Card }) {
  const [asking, setAsking] = useState(false);
  const isOnline = useStore(online);
  return (
    <>
      <button class="btn line" type="button" disabled={!isOnline} onClick={() => setAsking(true)}>{t("tray.withdraw")}</button>
      {asking && <WithdrawDialog card={card} onClose={() => setAsking(false)} />}
    </>
  );
}
