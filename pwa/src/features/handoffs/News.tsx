import { Link } from "../../app/router";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { answered, type Answered } from "./Answers";

/** What one's own answers brought: 受けました, or who was first. Stays until it is closed, also when the card has left the list. */
export function News({ news }: { news: readonly Answered[] }) {
  const close = (id: string) => answered.set(answered.get().filter((one) => one.id !== id));
  return (
    <>
      {news.map((one) => (
        <div key={one.id} class={one.isRefusal ? "note" : "note ok"} role="status">
          <Icon name={one.isRefusal ? "info" : "ok-c"} />
          <p class="grow"><b>{one.sentence}</b>{one.label && <><br />{one.label}</>}{one.isRefusal && <><br />{t("tray.safeReturn")}</>}</p>
          {one.caseId && !one.isRefusal && <Link class="btn line" href={`/cases/${one.caseId}`} onClick={() => close(one.id)}>{t("tray.openCase")}</Link>}
          <button class="btn text" type="button" onClick={() => close(one.id)}>{t("app.close")}</button>
        </div>
      ))}
    </>
  );
}
