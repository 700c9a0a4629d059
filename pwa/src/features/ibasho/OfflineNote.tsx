import { useEffect, useState } from "preact/hooks";
import { clock } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { now } from "../../sync/time";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import type { Reach } from "./board";

/** With no signal: what has arrived, what waits for its answer, what is only here; and that work goes on. */
export function OfflineNote({ reach }: { reach: Record<Reach, number> }) {
  const isOnline = useStore(online);
  const [since, setSince] = useState<Date | null>(null);
  useEffect(() => setSince(isOnline ? null : now()), [isOnline]);
  if (isOnline) return null;
  return (
    <div class="note offl" role="status">
      <Icon name="cloud-off" />
      <p class="grow">
        {since ? t("board.offlineSince", { time: clock(since) }) : t("board.offline")}
        {reach.received > 0 && t("board.offlineReceived", { n: reach.received })}
        {reach.sent > 0 && t("board.offlineSent", { n: reach.sent })}
        {reach.device > 0 && <b>{t("board.offlineDevice", { n: reach.device })}</b>}
        {t("board.offlineGoOn")}
      </p>
    </div>
  );
}
