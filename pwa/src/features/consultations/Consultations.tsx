import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { Consultations as ConsultationsDocument } from "../../gateway/documents";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { ConsultationTabs } from "../handoffs/ConsultationTabs";

/** The window's own sheets, newest first. */
export default function Consultations() {
  const { data, failure } = useAsked(ConsultationsDocument, { limit: 50 }, ["tray"]);
  const sheets = data?.consultations ?? [];
  return (
    <div class="stack">
      <div class="split">
        <ScreenHead title="sheets.title">{t("sheets.help")}</ScreenHead>
        {hasRole("window_staff") && <Link class="btn" href="/consultations/new"><Icon name="plus" />{t("today.openConsultation")}</Link>}
      </div>
      <ConsultationTabs here="sheets" />
      {!data && <Waiting failure={failure} />}
      {data && sheets.length === 0 && <Empty title={t("sheets.empty")}>{t("sheets.emptyHelp")}</Empty>}
      {sheets.length > 0 && (
        <ul class="card card-flush list">
          {sheets.map((sheet) => (
            <li key={sheet.id}>
              <div class="grow">
                <Link class="t" href={`/consultations/${sheet.id}`}>{sheet.label}</Link>
                <p class="sub meta"><span>{sheet.receiptNumber}</span><time>{momentText(sheet.openedAt)}</time><span>{codeText("channel", sheet.channel)}</span><span>{sheet.openedBy.name}</span></p>
              </div>
              <HandoffState handoffs={sheet.handoffs} />
            </li>
          ))}
        </ul>
      )}
      {data && <Stale failure={failure} />}
    </div>
  );
}

function HandoffState({ handoffs }: { handoffs: readonly { status: string; answeredBy: { name: string } | null }[] }) {
  const last = handoffs.at(-1);
  if (!last) return <span class="sub">{t("sheets.notHanded")}</span>;
  const kinds: Record<string, string> = { accepted: "done", returned: "soon", withdrawn: "quiet", open: "" };
  const text = last.status === "accepted" ? t("tray.takenOver") : codeText("handoff_status", last.status);
  return <span class={`chip ${kinds[last.status] ?? ""}`}>{text}{last.answeredBy && `　${last.answeredBy.name}`}</span>;
}
