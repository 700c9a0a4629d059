import { clock, clockSeconds } from "../i18n/dates";
import { errorText, t } from "../i18n/messages";
import { online } from "../sync/live";
import { Icon } from "../ui/Icon";
import { useStore } from "../ui/hooks";
import { Note } from "../ui/parts";
import { trouble } from "../db/trouble";
import { paused as pausedStore } from "./device";
import { draftLine, type DraftLine } from "./draftLine";
import { sentenceOf, strayRefusals } from "./outgoing";
import { signInNow } from "./session";
import { standing } from "./standing";

/** Always visible, and never more than is true. */
export function SyncLine() {
  const isOnline = useStore(online);
  const { deviceOnly, sent, received, lastReceivedAt } = useStore(standing);
  const draft = draftText(useStore(draftLine));
  return (
    <div class={isOnline ? "sync" : "sync off-line"}>
      <span class="sync-net" role="status"><Icon name={isOnline ? "cloud" : "cloud-off"} />{t(isOnline ? "sync.online" : "sync.offline")}</span>
      <ol aria-label={t("sync.states")}>
        <li class={deviceOnly > 0 ? "on" : undefined}>{t("sync.deviceOnly", { n: deviceOnly })}</li>
        <li class={sent > 0 ? "on" : undefined}>{t("sync.sent", { n: sent })}</li>
        <li class={received > 0 ? "on" : undefined}>{t("sync.received", { n: received })}</li>
      </ol>
      <Paused />
      <span class={draft ? "num" : "num last"} role="status">{draft ?? (lastReceivedAt ? t("sync.last", { time: clock(lastReceivedAt) }) : "")}</span>
    </div>
  );
}

/** The session ended, and the person said 「あとで」: what waits says why it waits. */
function Paused() {
  const paused = useStore(pausedStore);
  const { deviceOnly, sent } = useStore(standing);
  return paused && deviceOnly + sent > 0 ? <button class="btn text" type="button" onClick={signInNow}>{t("sync.signIn")}</button> : null;
}

/** The device's store failed: what happened, what is safe, what to do. */
export function DeviceTrouble() {
  const what = useStore(trouble);
  if (!what) return null;
  const isFull = what === "device_full";
  return (
    <Note kind="err" icon="info">
      <p role="alert">{errorText(what)}</p>
      <button class="btn line" type="button" onClick={() => (isFull ? trouble.set(null) : location.reload())}>{t(isFull ? "app.close" : "device.reload")}</button>
    </Note>
  );
}

function draftText(line: DraftLine): string | null {
  switch (line.state) {
    case "none":
      return null;
    case "saving":
      return t("sync.draftSaving");
    case "failed":
      return t("sync.draftFailed");
    case "saved":
      return t("sync.draftSaved", { time: clockSeconds(line.at) });
  }
}

/** A refusal that came after its screen was left must not vanish. */
export function StrayRefusals() {
  const refusals = useStore(strayRefusals);
  if (refusals.length === 0) return null;
  return (
    <Note kind="err" icon="info">
      <div role="alert">
        <b>{t("sync.refusedTitle")}</b>
        <ul>{refusals.map((outcome) => <li key={outcome.id}>{sentenceOf(outcome)}</li>)}</ul>
        <p>{t("sync.refusedSafe")}</p>
      </div>
      <button class="btn line" type="button" onClick={() => strayRefusals.set([])}>{t("app.close")}</button>
    </Note>
  );
}
