import { useState } from "preact/hooks";
import { hasRoleIn } from "../../app/session";
import { momentText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Dialog } from "../../ui/parts";
import { Give } from "./Give";
import { type Basis, type Kind, openedBy, periodText, type SharedCase, type Shared, standingOf } from "./terms";
import { useAct } from "./useAct";

interface ToEndProps {
  caseId: string;
  bases: readonly Basis[];
  now: Date;
  onDone: (said: string) => void;
}

export interface SectionProps {
  record: SharedCase;
  sharing: Shared;
  now: Date;
  today: string;
  /** Says what has just been done, and asks again. */
  onDone: (said: string) => void;
}

/** Who reads this case now, by what, and what may be added to it. */
export function Readers({ record, sharing, now, today, onDone }: SectionProps) {
  const [giving, setGiving] = useState<Kind | null>(null);
  const { open, endButton, dialog } = useEnding({ caseId: record.id, bases: sharing.bases, now, onDone });
  const done = (said: string) => (setGiving(null), onDone(said));
  const kinds: Kind[] = ["consent", "conference", ...(hasRoleIn(record.unit.id, "manager") ? ["article_69_2" as const] : [])];
  return (
    <section class="card card-flush" aria-labelledby="readers">
      <div class="card-head"><h2 id="readers">{t("sharing.readers")}</h2></div>
      <ul class="list">
        <li><div class="grow"><p><b>{record.team.map(({ name }) => name).join("、")}</b></p><p class="sub">{t("sharing.everything")}</p></div><span class="chip quiet">{t("case.team")}</span></li>
        <li><div class="grow"><p><b>{t("sharing.leads", { unit: record.unit.name })}</b></p><p class="sub">{t("sharing.everything")}</p></div><span class="chip quiet">{codeText("role", "manager")}</span></li>
        {open.map((basis) => (
          <li key={basis.id}>
            <Terms basis={basis} later={standingOf(basis, now) === "later"} />
            {endButton(basis)}
          </li>
        ))}
      </ul>
      <div class="card-head">
        {kinds.map((kind) => <button class={kind === "consent" ? "btn" : "btn line"} type="button" key={kind} onClick={() => setGiving(kind)}>{t(`sharing.give.${kind}`)}</button>)}
      </div>
      {giving && <Give kind={giving} record={record} today={today} onClose={() => setGiving(null)} onDone={() => done(t(`sharing.given.${giving}`))} />}
      {dialog}
    </section>
  );
}

/** What is open of a suspended case: to whom and until when, and its end. */
export function ToEnd(props: ToEndProps) {
  const { open, endButton, dialog } = useEnding(props);
  return (
    <section class="card card-flush" aria-labelledby="readers">
      <div class="card-head"><h2 id="readers">{t("sharing.stillOpen")}</h2></div>
      <ul class="list">
        {open.length === 0 && <li>{t("sharing.nothingOpen")}</li>}
        {open.map((basis) => (
          <li key={basis.id}>
            <div class="grow">
              <p><b>{toText(basis)}</b></p>
              <p class="row chips"><span class="chip">{codeText("basis_kind", basis.kind)}</span><span class="sub">{periodText(basis)}</span></p>
            </div>
            {endButton(basis)}
          </li>
        ))}
      </ul>
      {dialog}
    </section>
  );
}

/** Those not over, the button that ends one, and the question before it. */
function useEnding({ caseId, bases, now, onDone }: ToEndProps) {
  const [ending, setEnding] = useState<Basis | null>(null);
  const done = (said: string) => (setEnding(null), onDone(said));
  return {
    open: bases.filter((basis) => standingOf(basis, now) !== "over"),
    endButton: (basis: Basis) => <button class="btn line" type="button" aria-label={t("sharing.endOf", { to: toText(basis), act: endText(basis) })} onClick={() => setEnding(basis)}><Icon name="x" />{endText(basis)}</button>,
    dialog: ending && <End basis={ending} caseId={caseId} onClose={() => setEnding(null)} onDone={() => done(t(ending.kind === "consent" ? "sharing.ended.consent" : "sharing.ended.other"))} />,
  };
}

/** What is over, and by whom: folded, never forgotten. */
export function Over({ sharing, now }: SectionProps) {
  const over = sharing.bases.filter((basis) => standingOf(basis, now) === "over");
  if (over.length === 0) return null;
  return (
    <details class="more card card-flush">
      <summary class="card-head">{t("sharing.over", { n: over.length })}</summary>
      <ul class="list">{over.map((basis) => <li key={basis.id}><Terms basis={basis} /></li>)}</ul>
    </details>
  );
}

function Terms({ basis, later = false }: { basis: Basis; later?: boolean }) {
  const kind = codeText("basis_kind", basis.kind);
  return (
    <div class="grow stack stack-s">
      <p><b>{toText(basis)}</b></p>
      <p class="row chips"><span class="chip">{kind}</span>{later && <span class="chip soon"><Icon name="clock" />{t("sharing.later")}</span>}</p>
      <dl class="kv">
        {basis.item && <><dt>{t("sharing.item")}</dt><dd>{codeText("article69_item", basis.item)}</dd></>}
        <dt>{t("sharing.seen")}</dt><dd>{openedBy(basis).map((group) => codeText("field_group", group)).join("、")}</dd>
        <dt>{t("sharing.when")}</dt><dd>{periodText(basis)}</dd>
        {basis.kind === "conference" && <><dt>{t("sharing.pledged")}</dt><dd>{pledgedText(basis)}</dd></>}
        {basis.reason && <><dt>{t(basis.kind === "consent" ? "sharing.noteShort" : "sharing.reason")}</dt><dd>{basis.reason}</dd></>}
        <dt>{t("sharing.by")}</dt><dd>{basis.givenBy?.name}</dd>
        {basis.endedAt && <><dt>{t(basis.kind === "consent" ? "sharing.withdrawn" : "sharing.endedAt")}</dt><dd>{momentText(basis.endedAt)}　{basis.endedBy?.name}</dd></>}
      </dl>
    </div>
  );
}

/** An emergency is given to nobody: whoever used it reads. */
function toText({ kind, givenTo, members, givenBy }: Basis): string {
  if (kind === "emergency") return givenBy?.name ?? "";
  return [...givenTo, ...members].map(({ name }) => name).join("、");
}

function pledgedText({ members, pledged }: Basis): string {
  const names = members.filter(({ id }) => pledged.some((each) => each.id === id)).map(({ name }) => name);
  return names.join("、") || t("sharing.nobodyPledged");
}

const endText = ({ kind }: Basis) => t(kind === "consent" ? "sharing.withdraw" : "sharing.end");

function End({ basis, caseId, onClose, onDone }: { basis: Basis; caseId: string; onClose: () => void; onDone: () => void }) {
  const { busy, run, failed } = useAct("EndBasis", caseId, onDone);
  return (
    <Dialog title={t(basis.kind === "consent" ? "sharing.withdrawTitle" : "sharing.endTitle")} submit={endText(basis)} busy={busy} onSubmit={() => void run(() => ({ basisId: basis.id }))} onClose={onClose}>
      <p>{toText(basis)}</p>
      <p><b>{t("sharing.atOnce")}</b></p>
      <p>{t(basis.kind === "consent" ? "sharing.withdrawHelp" : "sharing.endHelp")}</p>
      {failed}
    </Dialog>
  );
}
