import { useEffect } from "preact/hooks";
import { clock, dayText, tokyoDay } from "../i18n/dates";
import { t } from "../i18n/messages";
import { online } from "../sync/live";
import { Store } from "../sync/store";
import { Icon } from "../ui/Icon";
import landscape from "../ui/landscape.svg";
import { useNow, useStore } from "../ui/hooks";
import { Modal } from "../ui/parts";
import { standing } from "./standing";

/** Covered by any screen's 「隠す」. */
export const veiled = new Store<boolean>(false);

/** のぞき見防止: one press, and nothing of the page can be read. It shows a clock; what was typed stays. */
export function Veil({ onBack }: { onBack: () => void }) {
  const now = useNow(1_000);
  const { deviceOnly } = useStore(standing);
  const isOnline = useStore(online);
  useEffect(() => {
    const title = document.title;
    document.title = t("app.name");
    document.documentElement.classList.add("veiled");
    return () => {
      document.title = title;
      document.documentElement.classList.remove("veiled");
    };
  }, []);
  return (
    <Modal label={t("nav.veil")} class="veil">
      <img class="land" src={landscape} alt="" />
      <div class="veil-time">
        <h1 class="time">{clock(now)}</h1>
        <p>{dayText(tokyoDay(now))}</p>
      </div>
      <div class="veil-foot">
        <button class="btn big on-dark" type="button" onClick={onBack}><Icon name="left" />{t("veil.back")}</button>
        <p class="row nobr">
          <span class="row"><Icon name={isOnline ? "cloud" : "cloud-off"} />{t(isOnline ? "sync.online" : "sync.offline")}</span>
          <span>{t("sync.deviceOnly", { n: deviceOnly })}</span>
          <span>{t("veil.kept")}</span>
        </p>
      </div>
    </Modal>
  );
}
