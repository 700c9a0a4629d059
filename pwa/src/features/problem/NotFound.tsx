import type { ComponentChildren } from "preact";
import { Link } from "../../app/router";
import { t } from "../../i18n/messages";
import { useTitle } from "../../ui/hooks";

/** Nothing there, or not yours: the same words for both. `children`: another way on from here. */
export function NotFound({ record = false, children }: { record?: boolean; children?: ComponentChildren }) {
  useTitle("problem.notFound");
  return (
    <div class="stack">
      <h1>{t("problem.notFound")}</h1>
      <p>{t(record ? "problem.notFoundText" : "problem.pageText")}</p>
      <p class="row"><Link class="btn" href="/today">{t("problem.toToday")}</Link>{children}</p>
    </div>
  );
}
