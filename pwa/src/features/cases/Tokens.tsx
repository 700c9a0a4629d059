import { useState } from "preact/hooks";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { ask } from "../../gateway/client";
import { TokenHolder } from "../../gateway/documents";
import { nearDayText, tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { Icon } from "../../ui/Icon";
import { Alert, Dialog, Note } from "../../ui/parts";
import { readCode } from "../ibasho/tokenCode";
import type { CaseAnswer } from "./Case";

/** The person's own token of the place, joined at their wish. It stays with the case, is told to nobody, and can be undone. */
export function Tokens({ record, onChanged }: { record: CaseAnswer; onChanged: () => void }) {
  const [joining, setJoining] = useState(false);
  const [separating, setSeparating] = useState<string | null>(null);
  const done = () => {
    setJoining(false);
    setSeparating(null);
    onChanged();
  };
  return (
    <section class="card stack stack-s" aria-labelledby="tokens">
      <h2 id="tokens">{t("case.tokens")}</h2>
      {record.tokens.map(({ participantId, joinedAt }) => (
        <div class="split" key={participantId}>
          <p>{t("case.tokenJoined", { date: nearDayText(tokyoDay(joinedAt)) })}</p>
          <button class="btn line" type="button" onClick={() => setSeparating(participantId)}><Icon name="undo" />{t("case.tokenSeparate")}</button>
        </div>
      ))}
      {record.tokens.length === 0 && <p class="sub">{t("case.tokenNone")}</p>}
      <button class="btn line" type="button" onClick={() => setJoining(true)}>{t("case.tokenJoin")}</button>
      {joining && <Join record={record} onClose={() => setJoining(false)} onDone={done} />}
      {separating && <Separate record={record} participantId={separating} onClose={() => setSeparating(null)} onDone={done} />}
    </section>
  );
}

interface Props {
  record: CaseAnswer;
  onClose: () => void;
  onDone: () => void;
}

function Join({ record, onClose, onDone }: Props) {
  const [typed, setTyped] = useState("");
  const [wished, setWished] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const { busy, send } = useSubmit();
  const go = async () => {
    const read = readCode(typed);
    if (read.kind !== "code") return setProblem(t("board.tokenMistyped"));
    if (!wished) return setProblem(t("case.tokenWishRequired"));
    const holder = await ask(TokenHolder, { code: read.code }).then((answer) => answer.tokenHolder, () => undefined);
    if (!holder) return setProblem(t(holder === undefined ? "case.tokenOffline" : "case.tokenUnknown"));
    const outcome = await send("JoinToken", record.id, { participantId: holder });
    if (outcome?.status === "REFUSED") return setProblem(problemsOf(outcome, {}, "token-code")[0]?.text ?? t("problem.unexpected"));
    if (outcome) onDone();
  };
  return (
    <Dialog title={t("case.tokenJoin")} submit={t("case.tokenJoinSubmit")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <Note icon="info" kind="soft"><p>{t("case.tokenWish")}</p></Note>
      <TextField id="token-code" label={t("case.tokenCode")} help={t("case.tokenCodeHelp")} value={typed} onInput={(text) => (setTyped(text), setProblem(null))} error={problem ?? undefined} />
      <label class="choice box"><input type="checkbox" checked={wished} onChange={() => (setWished(!wished), setProblem(null))} />{t("case.tokenWished")}</label>
    </Dialog>
  );
}

function Separate({ record, participantId, onClose, onDone }: Props & { participantId: string }) {
  const [problem, setProblem] = useState<string | null>(null);
  const { busy, send } = useSubmit();
  const go = async () => {
    const outcome = await send("SeparateToken", record.id, { participantId });
    if (outcome?.status === "REFUSED") return setProblem(problemsOf(outcome, {}, "")[0]?.text ?? t("problem.unexpected"));
    if (outcome) onDone();
  };
  return (
    <Dialog title={t("case.tokenSeparateTitle")} submit={t("case.tokenSeparate")} busy={busy} onSubmit={() => void go()} onClose={onClose}>
      <p>{t("case.tokenSeparateText")}</p>
      <Alert text={problem} />
    </Dialog>
  );
}
