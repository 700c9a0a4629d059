import { useEffect, useState } from "preact/hooks";
import lines from "../../ui/gate.svg";
import { deviceCore, deviceRow } from "../../app/device";
import { standing } from "../../app/standing";
import { t } from "../../i18n/messages";
import { useStore } from "../../ui/hooks";
import { Note } from "../../ui/parts";

interface Here {
  name: string;
  count: number;
}

/** What waits on this device, whoever wrote it: said before anybody signs in, and given to the gateway when asked. */
export function OnThisDevice() {
  const { deviceOnly, sent } = useStore(standing);
  const [here, setHere] = useState<Here | null>(null);
  const [said, say] = useState<string | null>(null);
  const look = () => void lookHere().then(setHere, () => setHere(null));
  useEffect(look, [deviceOnly + sent]);
  const waiting = Math.max(here?.count ?? 0, deviceOnly + sent);
  if (!here && waiting === 0) return null;
  const handIn = async () => {
    const left = await (deviceCore()?.handInAll() ?? Promise.resolve(0)).catch(() => null);
    say(left === null ? t("device.handInFailed") : left === 0 ? t("device.handedIn") : t("device.handInLeft", { n: left }));
    look();
  };
  return (
    <Note icon="tablet">
      {here && <p>{t("device.here", { name: here.name || t("device.noName") })}</p>}
      <p>{t("signIn.unsent", { n: waiting })}</p>
      {waiting > 0 && <p>{t("sync.paused")}</p>}
      {said && <p role="status">{said}</p>}
      {here && here.count > 0 && (
        <details>
          <summary>{t("device.handInTitle")}</summary>
          <p>{t("device.handInHelp")}</p>
          <button class="btn line" type="button" onClick={() => void handIn()}>{t("device.handIn")}</button>
        </details>
      )}
    </Note>
  );
}

async function lookHere(): Promise<Here | null> {
  const [row, count] = [await deviceRow(), await deviceCore()?.waitingOnDevice()];
  return row && { name: row.name, count: count ?? 0 };
}

export function GateLines() {
  return <img class="lines" src={lines} alt="" />;
}
