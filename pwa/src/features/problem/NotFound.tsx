import { Link } from "../../app/router";
import { t } from "../../i18n/messages";
import { useTitle } from "../../ui/hooks";

/** Nothing there, or not yours: the same words for both. */
export function NotFound({ record = false }: { record?: boolean }) {
  useTitle("problem.notFound");
  return (
    <div class="stack">
      <h1>{t("problem.notFound")}</h1>
      <p>{t(record ? "problem.notFoundText" : "problem.pageText")}</p>
      <p><Link class="btn" href="/today">{t("problem.toToday")}</Link></p>
    </div>
  );
}
