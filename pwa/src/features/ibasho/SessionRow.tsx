import { Link } from "../../app/router";
import type { SessionsQuery } from "../../gateway/generated";
import { clock } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";

export type IbashoSession = SessionsQuery["sessions"][number];

export function SessionRow({ session }: { session: IbashoSession }) {
  const { id, programme, place, startsAt, endsAt, style, status, staff } = session;
  return (
    <li class={status === "open" ? "now" : undefined}>
      <time class="hours">{clock(startsAt)}–{clock(endsAt)}</time>
      <div class="grow">
        <Link class="t" href={`/ibasho/${id}`}>{programme}</Link>
        <p class="sub meta"><span>{place}</span><span>{codeText("session_style", style)}</span><span>{t("board.staff", { names: staff.map(({ name }) => name).join("・") })}</span></p>
      </div>
      <div class="end">
        <span class={status === "open" ? "chip done" : "chip quiet"}>{codeText("session_status", status)}</span>
        {status !== "scheduled" && <p class="sub nobr">{t("ibasho.counted", { visits: session.visits, people: session.people })}</p>}
      </div>
    </li>
  );
}
