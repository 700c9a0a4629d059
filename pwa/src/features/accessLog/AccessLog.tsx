import { useRef, useState } from "preact/hooks";
import { rememberInAddress } from "../../app/router";
import { hasRole } from "../../app/session";
import { t } from "../../i18n/messages";
import { useAsked } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Empty, Note, ScreenHead, Stale, Waiting } from "../../ui/parts";
import { NotFound } from "../problem/NotFound";
import { AccessLog as AccessLogDocument } from "./documents";
import { addressOf, askedBy, type Filter, filterOfAddress } from "./filter";
import { Filters } from "./Filters";
import { grouped, type NamedCase } from "./grouped";
import { Odd } from "./Odd";
import { Rest, Reviewed } from "./Rest";

/** How many lines that nobody looked at are answered with at most (services/contracts/access_log.py). */
const MOST = 300;

/** 記録の閲覧: who read what, and why. The log and never the record; to look at it is itself logged. */
export default function AccessLog() {
  const [filter, setFilter] = useState(filterOfAddress);
  const found = useRef<HTMLDivElement>(null);
  if (!hasRole("manager", "auditor")) return <NotFound />;
  const change = (next: Partial<Filter>) => {
    const all = { ...filter, ...next };
    rememberInAddress(addressOf(all));
    setFilter(all);
  };
  // The button that was pressed goes with the old list: the keyboard goes on where the new one begins.
  const leap = (next: Partial<Filter>) => (change(next), found.current?.focus());
  return (
    <div class="stack">
      <ScreenHead title="log.title">{t("log.help")}</ScreenHead>
      <Note icon="lock"><p>{t("log.logged")}</p></Note>
      <Filters filter={filter} onChange={change} />
      <div class="stack no-ring" ref={found} tabIndex={-1}><Found key={addressOf(filter)} filter={filter} onChange={leap} /></div>
    </div>
  );
}

function Found({ filter, onChange }: { filter: Filter; onChange: (next: Partial<Filter>) => void }) {
  const { data, failure, refresh } = useAsked(AccessLogDocument, askedBy(filter));
  const { lines, unavailable } = data?.accessLog ?? { lines: [], unavailable: [] };
  const waiting = lines.filter(({ reviewedAt }) => !reviewedAt);
  const onCase = ({ id, isCase, receiptNumber }: NamedCase) => onChange(isCase ? { caseId: id, receipt: "" } : { caseId: "", receipt: receiptNumber ?? "" });
  const ofOne = filter.caseId || filter.receipt ? lines : [];
  const caseId = filter.caseId || ofOne.find((line) => line.caseId)?.caseId;
  const sheetId = ofOne.find((line) => line.consultationId)?.consultationId;
  // The paper of a case tells of its sheet too. Who looks after the sheet alone has the sheet's.
  const paper = caseId ? `/print/who-saw/${caseId}` : sheetId && `/print/sheet-who-saw/${sheetId}`;
  return (
    <>
      {(filter.caseId || filter.receipt) && <OneCase paper={paper} receipt={filter.receipt || lines[0]?.receiptNumber || ""} onAll={() => onChange({ caseId: "", receipt: "" })} />}
      {!data && <Waiting failure={failure} />}
      {unavailable.map((owner) => <Note key={owner} icon="cloud-off"><p role="status">{t(`log.missing.${owner as "coordination" | "intake"}`)}</p></Note>)}
      {data && lines.length === 0 && unavailable.length === 0 && <Empty title={t("log.empty")}>{t(filter.caseId ? "log.emptyCase" : "log.emptyHelp")}</Empty>}
      {waiting.length >= MOST && <Note><p>{t("log.most", { n: MOST })}</p></Note>}
      {lines.length > 0 && (
        <>
          <Odd told={grouped(waiting.filter(({ odd }) => odd.length > 0))} onCase={onCase} onReviewed={refresh} />
          <Rest told={grouped(waiting.filter(({ odd }) => odd.length === 0))} onCase={onCase} />
          <Reviewed told={grouped(lines.filter(({ reviewedAt }) => reviewedAt))} onCase={onCase} />
        </>
      )}
      {data && <Stale failure={failure} />}
    </>
  );
}

/** The case or sheet that is asked about: known by its number alone, and the answer for its person. */
function OneCase({ paper, receipt, onAll }: { paper: string | null | undefined; receipt: string; onAll: () => void }) {
  return (
    <section class="stack stack-s" aria-labelledby="one-case">
      <div class="split">
        <h2 id="one-case">{receipt ? t("log.ofCase", { receipt }) : t("log.ofThisCase")}</h2>
        <div class="row">
          {paper && <a class="btn line" href={paper} target="_blank" rel="noopener"><Icon name="print" />{t("log.paper")}</a>}
          <button class="btn text" type="button" onClick={onAll}><Icon name="x" />{t("log.allCases")}</button>
        </div>
      </div>
      {paper && <p class="sub">{t("log.paperHelp")}</p>}
    </section>
  );
}
