import { useEffect, useRef, useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole } from "../../app/session";
import { tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { online } from "../../sync/live";
import { useAsked, useNow, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Note, Stale, Waiting } from "../../ui/parts";
import { Correct, Decide, Held, Lift, Receive } from "./Dialogs";
import { type PersonRequest, PersonRequests } from "./documents";
import { RequestLine } from "./RequestLine";
import { Retention } from "./Retention";

type Open = { what: "decide" | "held" | "correct" | "lift"; request: PersonRequest } | { what: "receive" } | null;

/** 本人からの請求: of one case, where one is received; else of all my cases, where a manager decides. */
export default function Requests({ id }: { id: string }) {
  useTitle("requests.title");
  const { data, failure, refresh } = useAsked(PersonRequests, {}, ["case"]);
  const isOnline = useStore(online);
  const today = tokyoDay(useNow());
  const [open, setOpen] = useState<Open>(null);
  const [done, setDone] = useState({ said: "" });
  if (!data) return <Waiting failure={failure} />;
  const close = () => setOpen(null);
  const after = (said: string) => (close(), setDone({ said }), refresh());
  const shown = data.personRequests.filter(({ caseId }) => !id || caseId === id);
  return (
    <div class="stack">
      <div class="split">
        <div class="head tight"><h1>{t("requests.title")}</h1><p>{t("requests.intro")}</p></div>
        {id && <Link class="btn text" href={`/cases/${id}`}><Icon name="left" />{t("sharing.toCase")}</Link>}
      </div>
      {!isOnline && <Note icon="cloud-off"><p role="status">{t("requests.offline")}</p></Note>}
      <Done done={done} />
      {id && <div class="row"><button class="btn" type="button" onClick={() => setOpen({ what: "receive" })}>{t("requests.receive")}</button></div>}
      {shown.length === 0 && <Empty title={t("requests.none")} />}
      {shown.length > 0 && (
        <section class="card card-flush" aria-label={t("requests.list")}>
          <ul class="list">
            {shown.map((request) => (
              <RequestLine key={request.id} request={request} today={today} isListed={!id} onDecide={() => setOpen({ what: "decide", request })} onLift={() => setOpen({ what: "lift", request })} onCorrect={() => setOpen({ what: "correct", request })} onHeld={() => setOpen({ what: "held", request })} />
            ))}
          </ul>
        </section>
      )}
      {!id && hasRole("manager") && <Retention onDone={() => after(t("requests.received"))} />}
      <Stale failure={failure} />
      {open?.what === "receive" && <Receive caseId={id} onClose={close} onDone={() => after(t("requests.received"))} />}
      {open?.what === "decide" && <Decide request={open.request} onClose={close} onDone={after} />}
      {open?.what === "correct" && <Correct request={open.request} onClose={close} onDone={() => after(t("requests.corrected"))} />}
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
