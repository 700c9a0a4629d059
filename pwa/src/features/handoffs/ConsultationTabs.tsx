import { Link } from "../../app/router";
import { t } from "../../i18n/messages";

/** Within 相談: what is handed over, and the sheets themselves. */
export function ConsultationTabs({ here }: { here: "tray" | "sheets" }) {
  return (
    <nav class="tabs" aria-label={t("nav.switch")}>
      <Link href="/handoffs" aria-current={here === "tray" ? "page" : undefined}>{t("nav.tray")}</Link>
      <Link href="/consultations" aria-current={here === "sheets" ? "page" : undefined}>{t("nav.sheets")}</Link>
      <Link href="/cases/called">{t("openCase.emergency")}</Link>
    </nav>
  );
}
