import { t } from "../i18n/messages";
import { useStore } from "../ui/hooks";
import { Note } from "../ui/parts";
import { takeUpdate, updateReady } from "./updates";

/** A new version waits. It is offered, never taken by itself. */
export function UpdateLine() {
  if (!useStore(updateReady)) return null;
  return (
    <Note>
      <p role="status">{t("update.ready")}</p>
      <button class="btn line" type="button" onClick={() => void takeUpdate()}>{t("update.take")}</button>
    </Note>
  );
}
