import type { ComponentChildren } from "preact";
import { Link } from "../../app/router";
import { t } from "../../i18n/messages";
import { useTitle } from "../../ui/hooks";

/** No record there, or not yours: the same words for both. `page`: no such page. `suspended`: yours, while its use is stopped.
 *  `children`: another way on from here. */
export function NotFound({ page, suspended, children }: { page?: boolean; suspended?: boolean | undefined; children?: ComponentChildren }) {
  const title = suspended ? "label.suspended" : "problem.notFound";
  useTitle(title);
  return (
    <div class="stack">
      <h1>{t(title)}</h1>
      <p>{t(suspended ? "error.record_suspended" : page ? "problem.pageText" : "problem.notFoundText")}</p>
      <p class="row"><Link class="btn" href="/today">{t("problem.toToday")}</Link>{children}</p>
    </div>
  );
}
