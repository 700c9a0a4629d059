import { useEffect, useState } from "preact/hooks";
import { home } from "../../app/device";
import { Link } from "../../app/router";
import { momentText } from "../../i18n/dates";
import { errorText, t } from "../../i18n/messages";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { whyNotHere } from "../../vault/storage";
import { vault } from "../../vault/vault";

/** Before leaving the office: what is on this device, and until when it can be read with no signal. */
export function TakeAlong() {
  const isOpen = useStore(vault).state === "open";
  const held = useStore(home);
  const [why, setWhy] = useState<string | null>(null);
  useEffect(() => void (isOpen && whyNotHere().then(setWhy)), [isOpen]);
  if (!isOpen) return null;
  if (why) return <p class="note soft" role="status">{errorText(why)}</p>;
  if (!held) return <p class="note" role="status">{t("takeAlong.fetching")}</p>;
  const until = momentText(held.readableUntil);
  const counts = [
    [t("takeAlong.cases"), held.cards.length], [t("takeAlong.contacts"), held.today.contactsDue.length], [t("takeAlong.sessions"), held.sessions.length],
  ] as const;
  return (
    <section class="card take-along" aria-labelledby="bag">
      <Icon name="bag" large />
      <div class="stack stack-s grow">
        <div class="split"><h2 id="bag">{t("takeAlong.ready")}</h2><p>{t("takeAlong.until", { time: until })}</p></div>
        <p class="row nobr facts">{counts.map(([name, n]) => <span key={name}>{name}　<b>{t("app.count", { n })}</b></span>)}</p>
        <p class="sub">{t("takeAlong.after")}</p>
      </div>
      <Link class="btn line" href="/devices">{t("takeAlong.devices")}</Link>
    </section>
  );
}
