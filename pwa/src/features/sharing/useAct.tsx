import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type CommandName, sentenceOf } from "../../app/outgoing";
import { problemsOf, useSubmit } from "../../app/useSubmit";
import { GatewayFailure } from "../../gateway/client";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import type { Outcome } from "../../sync/outgoing";
import type { Problem } from "../../ui/forms";
import { Alert } from "../../ui/parts";
import { useAgain } from "../session/useAgain";

/** The fields of the commands of this screen, and the field that stands for each. */
const PLACES = {
  fieldGroups: "groups", unitIds: "to", memberIds: "to", fromAt: "from", until: "until", reason: "reason", note: "reason",
  join: "team", leave: "team", ownerId: "owner", staffId: "staff", minutes: "minutes", receiptNumber: "number",
};

/** One act that needs the network: done now or refused in words, with everything typed still there. `run` gives the answer, if there was one;
 *  that one has to show again who one is (`not_fresh`) is left to the caller. */
export function useAct(type: CommandName, caseId: string, onDone: (refs: Outcome["refs"]) => void) {
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const { busy, send } = useSubmit();
  const run = async (payload: () => Record<string, unknown>, missing: readonly Problem[] = []) => {
    setProblems(missing);
    if (missing.length > 0) return void document.getElementById(missing[0]?.field ?? "")?.focus();
    if (!online.get()) return void setProblems([{ field: "", text: t("error.needs_network") }]);
    const outcome = await send(type, caseId, payload());
    if (outcome?.status === "ACCEPTED") onDone(outcome.refs);
    else if (outcome && outcome.code !== "not_fresh") setProblems(problemsOf(outcome, PLACES, ""));
    return outcome;
  };
  return { busy, run, failed: failedText(problems), of: (field: string) => saidOf(problems, field) };
}

/** The same for an act that only somebody does who has just shown who they are: `failed` asks for the password too. */
export function useActAgain(type: CommandName, caseId: string, onDone: () => void, payload: () => Record<string, unknown>, missing: readonly Problem[] = []) {
  const { run, failed, of } = useAct(type, caseId, onDone);
  const act = async () => {
    const outcome = await run(payload, missing);
    if (outcome?.code === "not_fresh") throw new GatewayFailure("refused", outcome.code, sentenceOf(outcome));
  };
  const again = useAgain(act, () => undefined, "staff.failed");
  return { busy: again.busy, run: () => void again.run(), failed: <>{failed}{again.asking}</>, of };
}

const saidOf = (problems: readonly Problem[], field: string) => problems.find((each) => each.field === field)?.text;

/** Said above the button: the refusal itself, or that the marked fields are to be looked at. */
function failedText(problems: readonly Problem[]): ComponentChildren {
  if (problems.length === 0) return null;
  const said = saidOf(problems, "") ?? t("sharing.lookAtFields");
  return <Alert text={said} />;
}
