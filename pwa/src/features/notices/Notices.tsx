import { useEffect, useState } from "preact/hooks";
import { Link } from "../../app/router";
import { ask } from "../../gateway/client";
import { Cases, Notices as NoticesDocument, Tray } from "../../gateway/documents";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Icon, type IconName } from "../../ui/Icon";
import { Empty, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { useReading, type Notice } from "./readNotices";

/** A fixed sentence per kind; what it is about is asked of its owner, with the right to read it. */
export default function Notices() {
  const { data, failure, refresh } = useAsked(NoticesDocument, {}, ["notices"]);
  const labels = useLabels();
  const { busy, read } = useReading();
  const [saidAll, sayAll] = useState(false);
  const notices = [...(data?.notices ?? [])].sort((a, b) => b.raisedAt.localeCompare(a.raisedAt));
  const unread = notices.filter((notice) => !notice.read);
  useEffect(() => refresh(), []);
  const readAll = async () => {
    // A page of notices is what is shown; behind it there may be more that nobody has read.
    const sent = new Set<string>();
    for (let left = unread; left.length > 0; ) {
      await read(left);
      left.forEach(({ id }) => sent.add(id));
      const next = await ask(NoticesDocument, {}).catch(() => null);
      left = next?.notices.filter((notice) => !notice.read && !sent.has(notice.id)) ?? [];
    }
    refresh();
    sayAll(true);
  };
  return (
    <div class="stack">
      <div class="split">
        <ScreenHead title="notices.title">{t("notices.help")}</ScreenHead>
        {unread.length > 0 && <button class="btn line" type="button" disabled={busy} onClick={() => void readAll()}><Icon name="ok" />{t("notices.readAll")}</button>}
      </div>
      <p class="sr" role="status">{saidAll && unread.length === 0 ? t("notices.allRead") : ""}</p>
      {!data && <Waiting failure={failure} />}
      {data && notices.length === 0 && <Empty title={t("notices.empty")}>{t("notices.emptyHelp")}</Empty>}
      {notices.length > 0 && (
        <ul class="card card-flush list" aria-live="polite">
          {notices.map((notice) => <Item key={notice.id} notice={notice} label={labels.get(notice.caseId ?? notice.handoffId ?? "")} onRead={read} />)}
        </ul>
      )}
      {data && <Stale failure={failure} />}
    </div>
  );
}

/** What the cases and handoffs that this person may see are called, by id. */
function useLabels(): Map<string, string> {
  const { data: cases } = useAsked(Cases, {}, ["case"]);
  const { data: tray } = useAsked(Tray, {}, ["tray"]);
  const things = [...(cases?.cases ?? []), ...(tray ? [...tray.tray.received, ...tray.tray.sent] : [])];
  return new Map(things.map(({ id, label }) => [id, label]));
}

interface ItemProps {
  notice: Notice;
  label: string | undefined;
  onRead: (notices: Notice[]) => Promise<void>;
}

function Item({ notice, label, onRead }: ItemProps) {
  const about = notice.caseId ? `/cases/${notice.caseId}` : notice.handoffId ? `/handoffs/${notice.handoffId}` : null;
  // Whose own staff used it may not see the case.
  const to = PLACES[notice.kind] ?? (notice.kind === "emergency_used" ? label && `${about}/sharing` : about);
  const text = codeText("notice_kind", notice.kind);
  return (
    <li class={notice.read ? undefined : "now"}>
      <Icon name={ICONS[notice.kind] ?? "talk"} />
      <div class="grow">
        {to ? <Link class="t" href={to} onClick={() => void onRead([notice])}>{text}</Link> : <b>{text}</b>}
        <p class="meta">{label && <span>{label}</span>}<time class="sub">{momentText(notice.raisedAt)}</time></p>
      </div>
      {notice.read ? <span class="sub">{t("notices.read")}</span> : <button class="btn line" type="button" onClick={() => void onRead([notice])}>{t("notices.markRead")}</button>}
    </li>
  );
}

/** Where a notice leads that is answered elsewhere than at its case or handoff. */
const PLACES: Record<string, string> = { record_waits: "/needs-attention", request_waits: "/requests", request_decided: "/requests", pledge_asked: "/cases/called" };
const ICONS: Record<string, IconName> = { visit_recorded: "pen", handoff_returned: "back", record_waits: "flag", request_waits: "flag", handoff_accepted: "ok-c" };
