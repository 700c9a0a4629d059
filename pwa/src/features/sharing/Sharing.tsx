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
import { Over, Readers, ToEnd } from "./Readers";
import type { Basis } from "./terms";

/** 共有と同意 of a case: who reads it and why, for its team and its lead. Anybody else learns how it might be opened. */
export default function Sharing({ id }: { id: string }) {
  useTitle("sharing.title");
  const { data, failure, refresh } = useAsked(SharingDocument, { id }, ["case"]);
  const now = useNow();
  const isOnline = useStore(online);
  const [done, setDone] = useState({ said: "" });
  if (!data) return <Waiting failure={failure} />;
  if (!data.case && data.sharing) return <Suspended id={id} bases={data.sharing.bases} now={now} isOnline={isOnline} done={done} onDone={(said) => (setDone({ said }), refresh())} />;
  if (!data.case || !data.sharing) return done.said ? <Away done={done} /> : <OpenCase id={id} />;
  const section = { record: data.case, sharing: data.sharing, now, today: tokyoDay(now), onDone: (said: string) => (setDone({ said }), refresh()) };
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t("sharing.title")}</h1><p>{data.case.label}</p></div>
        <div class="row">
          <Link class="btn line" href={`/cases/${id}/requests`}>{t("sharing.requests")}</Link>
          <Link class="btn text" href={`/cases/${id}`}><Icon name="left" />{t("sharing.toCase")}</Link>
        </div>
      </div>
      {!isOnline && <Note icon="cloud-off"><p role="status">{t("sharing.offline")}</p></Note>}
      <Done done={done} />
      <Readers {...section} />
      {hasRoleIn(data.case.unit.id, "manager") && <Log caseId={id} />}
      <div class="cols cols-2">
        <Team {...section} />
        <KeptOff {...section} />
      </div>
      <Over {...section} />
      <Stale failure={failure} />
    </div>
  );
}

interface SuspendedProps {
  id: string;
  bases: readonly Basis[];
  now: Date;
  isOnline: boolean;
  done: { said: string };
  onDone: (said: string) => void;
}

/** While the use of the record is stopped: nothing of it, and what is open to others can be ended. */
function Suspended({ id, bases, now, isOnline, done, onDone }: SuspendedProps) {
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t("sharing.title")}</h1><p>{t("label.suspended")}</p></div>
        <div class="row">
          <Link class="btn line" href={`/cases/${id}/requests`}>{t("sharing.requests")}</Link>
          <Link class="btn text" href={`/cases/${id}`}><Icon name="left" />{t("sharing.toCase")}</Link>
        </div>
      </div>
      <Note icon="info" kind="soft"><p>{t("sharing.suspendedHelp")}</p></Note>
      {!isOnline && <Note icon="cloud-off"><p role="status">{t("sharing.offline")}</p></Note>}
      <Done done={done} />
      <ToEnd caseId={id} bases={bases} now={now} onDone={onDone} />
    </div>
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
