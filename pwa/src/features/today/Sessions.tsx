import { Link } from "../../app/router";
import { Sessions as SessionsDocument } from "../../gateway/documents";
import { t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Section } from "../../ui/parts";
import { SessionRow } from "../ibasho/SessionRow";

/** Today's sessions of the person; nothing is shown to those who have none. */
export function TodaySessions({ today }: { today: string }) {
  const { data } = useAsked(SessionsDocument, { from: today, to: today }, ["session"]);
  const sessions = [...(data?.sessions ?? [])].sort((a, b) => a.startsAt.localeCompare(b.startsAt));
  if (sessions.length === 0) return null;
  return (
    <Section id="sessions" title={t("today.sessions")} side={<Link href="/ibasho">{t("today.openIbasho")}</Link>}>
      <ul class="list">{sessions.map((session) => <SessionRow key={session.id} session={session} />)}</ul>
    </Section>
  );
}
