import { hasRole } from "../../app/session";
import { HandedIn, Quarantine } from "../../gateway/documents";
import { queue } from "../../sync/queue";
import { useAsked, useStore } from "../../ui/hooks";

/** What waits for a person's decision: refused here, handed in for me, and for managers what waits in their unit. */
export function useAttention() {
  const refused = useStore(queue).filter((entry) => entry.state === "refused");
  const handedIn = useAsked(HandedIn, {}, ["notices"]);
  const quarantine = useAsked(Quarantine, {}, ["notices", "case"]);
  const waiting = hasRole("manager") ? (quarantine.data?.quarantine ?? []).filter((each) => each.state === "waiting") : [];
  const handed = handedIn.data?.handedIn ?? [];
  const refresh = () => {
    handedIn.refresh();
    quarantine.refresh();
  };
  return { refused, handed, waiting, count: refused.length + handed.length + waiting.length, failure: handedIn.failure ?? quarantine.failure, refresh };
}
