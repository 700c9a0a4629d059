import { useState } from "preact/hooks";
import { ask } from "../../gateway/client";
import { Devices as DevicesDocument, RevokeDevice } from "./documents";
import type { DevicesQuery } from "../../gateway/generated";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { useAgain } from "../session/useAgain";
import { LeftQueues } from "./LeftQueues";
import { Dialog, Empty, Note, ScreenHead, Stale, Waiting } from "../../ui/parts";

type Device = DevicesQuery["devices"][number];

/** 端末: what holds records away from the office, and the way to end that when one is lost. */
export default function Devices() {
  const { data, failure, refresh } = useAsked(DevicesDocument, {}, ["notices"]);
  const [lost, setLost] = useState<Device | null>(null);
  const devices = [...(data?.devices ?? [])].sort((a, b) => Number(Boolean(a.revokedAt)) - Number(Boolean(b.revokedAt)) || (b.lastContactAt ?? "").localeCompare(a.lastContactAt ?? ""));
  return (
    <div class="stack">
      <ScreenHead title="devices.title">{t("devices.help")}</ScreenHead>
      <LeftQueues />
      {!data && <Waiting failure={failure} />}
      {data && devices.length === 0 && <Empty title={t("devices.empty")}>{t("devices.emptyHelp")}</Empty>}
      {devices.length > 0 && <ul class="card card-flush list">{devices.map((device) => <Row key={device.id + device.staff.id} device={device} onLost={() => setLost(device)} />)}</ul>}
      {data && <Stale failure={failure} />}
      {lost && <Confirm device={lost} onClose={() => setLost(null)} onRevoked={() => (setLost(null), refresh())} />}
    </div>
  );
}

function Row({ device, onLost }: { device: Device; onLost: () => void }) {
  const { name, staff, lastContactAt, waiting, revokedAt } = device;
  return (
    <li>
      <Icon name="tablet" large />
      <div class="grow">
        <h2>{name}</h2>
        <p class="sub meta">
          <span>{staff.name}</span>
          <span>{lastContactAt ? t("devices.lastContact", { time: momentText(lastContactAt) }) : t("devices.noContact")}</span>
          {revokedAt && <span>{t("devices.revokedAt", { time: momentText(revokedAt) })}</span>}
        </p>
      </div>
      <span class={waiting > 0 ? "chip soon" : "chip quiet"}>{t("devices.waiting", { n: waiting })}</span>
      {revokedAt
        ? <span class="chip past">{t("devices.revoked")}</span>
        : <button class="btn line" type="button" aria-label={t("devices.revokeOf", { name })} onClick={onLost}>{t("devices.revoke")}</button>}
    </li>
  );
}

function Confirm({ device, onClose, onRevoked }: { device: Device; onClose: () => void; onRevoked: () => void }) {
  const { busy, run, asking } = useAgain(() => ask(RevokeDevice, { id: device.id }), onRevoked, "devices.failed");
  return (
    <Dialog title={t("devices.confirmTitle", { name: device.name })} submit={t("devices.revoke")} busy={busy} onSubmit={() => void run()} onClose={onClose}>
      <p>{t("devices.confirmText")}</p>
      <Note icon="ok-c" kind="ok"><p>{t("devices.confirmSafe", { n: device.waiting })}</p></Note>
      {asking}
    </Dialog>
  );
}
