import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { useAsked, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Note, Stale, Waiting } from "../../ui/parts";
import { AtIbasho } from "./AtIbasho";
import { type About, pageOf, paperOf, subjectOf } from "./about";
import { Correct, Decide, Held, Lift, Print, Receive } from "./Dialogs";
import { type PersonRequest, PersonRequests } from "./documents";
import { RequestLine } from "./RequestLine";
import { Retention } from "./Retention";

type Owner = "coordination" | "intake" | "ibasho";
type Open = { what: "decide" | "held" | "correct" | "print" | "lift"; request: PersonRequest } | { what: "receive" } | null;

/** 本人からの請求: of one case or sheet, where one is received; else of all of mine, where a manager decides. */
export default function Requests({ about }: { about?: About }) {
  useTitle("requests.title");
  const { data, failure, refresh } = useAsked(PersonRequests, {}, ["case"]);
  const isOnline = useStore(online);
  const [open, setOpen] = useState<Open>(null);
  const [done, setDone] = useState({ said: "" });
  if (!data) return <Waiting failure={failure} />;
  const close = () => setOpen(null);
  const after = (said: string) => (close(), setDone({ said }), refresh());
  const shown = data.personRequests.requests.filter((each) => !about || subjectOf(each) === subjectOf(about));
  const { unavailable } = data.personRequests;
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t("requests.title")}</h1><p>{t("requests.intro")}</p></div>
        {about && <Link class="btn text" href={pageOf(about)}><Icon name="left" />{t(about.caseId ? "sharing.toCase" : "requests.toSheet")}</Link>}
      </div>
      {!isOnline && <Note icon="cloud-off"><p role="status">{t("requests.offline")}</p></Note>}
      {unavailable.map((owner) => <Note key={owner} icon="cloud-off"><p role="status">{t(`requests.missing.${owner as Owner}`)}</p></Note>)}
      <Done done={done} />
      {!about && <AtIbasho onDone={() => after(t("requests.received"))} />}
      {about && (
        <div class="row">
          <button class="btn" type="button" onClick={() => setOpen({ what: "receive" })}>{t("requests.receive")}</button>
          {about.consultationId && hasRole("manager") && <a class="btn line" href={paperOf("whoSaw", about)} target="_blank" rel="noopener"><Icon name="print" />{t("log.paper")}</a>}
        </div>
      )}
      {!shown[0] && !unavailable[0] && <Empty title={t("requests.none")} />}
      {shown[0] && (
        <section class="card card-flush" aria-label={t("requests.list")}>
          <ul class="list">
            {shown.map((request) => (
              <RequestLine key={request.id} request={request} isListed={!about} onDecide={() => setOpen({ what: "decide", request })} onLift={() => setOpen({ what: "lift", request })} onCorrect={() => setOpen({ what: "correct", request })} onHeld={() => setOpen({ what: "held", request })} onPrint={() => setOpen({ what: "print", request })} />
            ))}
          </ul>
        </section>
      )}
      {!about && hasRole("manager") && <Retention onDone={() => after(t("requests.received"))} />}
      <Stale failure={failure} />
      {about && open?.what === "receive" && <Receive about={about} onClose={close} onDone={() => after(t("requests.received"))} />}
      {open?.what === "decide" && <Decide request={open.request} onClose={close} onDone={after} />}
      {open?.what === "correct" && <Correct request={open.request} onClose={close} onDone={() => after(t("requests.corrected"))} />}
      {open?.what === "print" && <Print request={open.request} onClose={close} />}
      {open?.what === "lift" && <Lift request={open.request} onClose={close} onDone={() => after(t("requests.liftedDone"))} />}
      {open?.what === "held" && <Held request={open.request} onClose={close} />}
    </div>
  );
}

/** What has just been done. It takes the focus: the button that did it is gone. */
function Done({ done }: { done: { said: string } }) {
  const line = useRef<HTMLParagraphElement>(null);
  useEffect(() => line.current?.focus(), [done]);
  return done.said ? <Note icon="ok-c" kind="ok"><p role="status" tabIndex={-1} ref={line}>{done.said}</p></Note> : null;
}
