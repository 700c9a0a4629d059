import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRoleIn } from "../../app/session";
import { tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { useAsked, useNow, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note, Stale, Waiting } from "../../ui/parts";
import { Sharing as SharingDocument } from "./documents";
import { OpenCase } from "./OpenCase";
import { KeptOff, Team } from "./People";
import { Over, Readers, type SectionProps, ToEnd } from "./Readers";

/** 共有と同意 of a case: who reads it and why, for its team and its lead. While its use is stopped there is no case, and what is open can
 *  be ended alone. Anybody else learns how it might be opened. */
export default function Sharing({ id }: { id: string }) {
  useTitle("sharing.title");
  const { data, failure, refresh } = useAsked(SharingDocument, { id }, ["case"]);
  const now = useNow();
  const isOnline = useStore(online);
  const [done, setDone] = useState({ said: "" });
  if (!data) return <Waiting failure={failure} />;
  if (!data.sharing) return done.said ? <Away done={done} /> : <OpenCase id={id} />;
  const { case: record, sharing } = data;
  const onDone = (said: string) => (setDone({ said }), refresh());
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t("sharing.title")}</h1><p>{record ? record.label : t("label.suspended")}</p></div>
        <div class="row">
          <Link class="btn line" href={`/cases/${id}/requests`}>{t("sharing.requests")}</Link>
          <Link class="btn text" href={`/cases/${id}`}><Icon name="left" />{t("sharing.toCase")}</Link>
        </div>
      </div>
      {!record && <Note icon="info" kind="soft"><p>{t("sharing.suspendedHelp")}</p></Note>}
      {!isOnline && <Note icon="cloud-off"><p role="status">{t("sharing.offline")}</p></Note>}
      <Done done={done} />
      {record ? <Sections record={record} sharing={sharing} now={now} today={tokyoDay(now)} onDone={onDone} /> : <ToEnd caseId={id} bases={sharing.bases} now={now} onDone={onDone} />}
      <Stale failure={failure} />
    </div>
  );
}

function Sections(section: SectionProps) {
  const { id, unit } = section.record;
  return (
    <>
      <Readers {...section} />
      {hasRoleIn(unit.id, "manager") && <Log caseId={id} />}
      <div class="cols cols-2">
        <Team {...section} />
        <KeptOff {...section} />
      </div>
      <Over {...section} />
    </>
  );
}

/** Who did read it: for the manager, and on paper for the person. */
function Log({ caseId }: { caseId: string }) {
  return (
    <div class="row">
      <Link class="btn line" href={`/access-log?case=${caseId}`}><Icon name="see" />{t("sharing.log")}</Link>
      <a class="btn line" href={`/print/who-saw/${caseId}`} target="_blank" rel="noopener"><Icon name="print" />{t("log.paper")}</a>
    </div>
  );
}

/** Whoever kept themselves off sees that it was done, and goes on with the other cases. */
function Away({ done }: { done: { said: string } }) {
  return (
    <div class="stack">
      <h1>{t("sharing.title")}</h1>
      <Done done={done} />
      <p><Link class="btn" href="/cases">{t("today.openCases")}</Link></p>
    </div>
  );
}

/** What has just been done. It takes the focus: the button that did it is gone, or lies far below. */
function Done({ done }: { done: { said: string } }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => line.current?.focus(), [done]);
  return done.said ? <Note icon="ok-c" kind="ok"><p role="status" tabIndex={-1} ref={line}>{done.said}</p></Note> : null;
}
