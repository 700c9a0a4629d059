import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { me } from "../../app/session";
import { nearDayText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/parts";
import type { NamedCase, Told } from "./grouped";
import { basisText, Cases, screenText, timeText, What } from "./parts";
import { Review } from "./Review";

/** The heaviest first, as services/contracts/access_log.py. */
const MARKS = ["no_relation", "own_street", "own_surname", "closed_case", "many", "night", "refused"] as const;

interface Props {
  told: readonly Told[];
  onCase: (chosen: NamedCase) => void;
  onReviewed: () => void;
}

/** What somebody should ask about first: each mark is a question. */
export function Odd({ told, onCase, onReviewed }: Props) {
  const [looking, setLooking] = useState<Told | null>(null);
  const [done, setDone] = useState(0);
  const said = useRef<HTMLParagraphElement>(null);
  useEffect(() => void (done && said.current?.focus()), [done]);
  const reviewed = () => (setLooking(null), setDone(done + 1), onReviewed());
  return (
    <>
      {done > 0 && <Note icon="ok-c" kind="ok"><p role="status" tabIndex={-1} ref={said}>{t("log.done")}</p></Note>}
      {told.length === 0 && <Note icon="ok"><p>{t("log.oddNone")}</p></Note>}
      {told.length > 0 && (
        <section class="card card-flush asks" aria-labelledby="odd">
          <div class="card-head"><h2 id="odd"><Icon name="flag" /> {t("log.odd")}</h2><span class="sp sub">{t("app.count", { n: told.length })}</span></div>
          <div class="card-lead"><Meanings /></div>
          <ul class="list">{told.map((each) => <Item key={each.key} told={each} onCase={onCase} onLook={() => setLooking(each)} />)}</ul>
        </section>
      )}
      {looking && <Review told={looking} onClose={() => setLooking(null)} onDone={reviewed} />}
    </>
  );
}

function Meanings() {
  return (
    <details class="more">
      <summary>{t("log.marks")}</summary>
      <p>{t("log.oddHelp")}</p>
      <dl class="kv">{MARKS.map((mark) => <Fragment key={mark}><dt>{codeText("odd", mark)}</dt><dd>{codeText("odd_help", mark)}</dd></Fragment>)}</dl>
    </details>
  );
}

function Item({ told, onCase, onLook }: { told: Told; onCase: (chosen: NamedCase) => void; onLook: () => void }) {
  const { line, day, times } = told;
  return (
    <li>
      <div class="grow stack stack-s">
        <p class="meta"><b>{line.staff.name}</b><span class="sub">{line.staffUnit?.name ?? t("log.noUnit")}</span><time>{nearDayText(day)} {timeText(told)}{times > 1 && `　${t("log.times", { n: times })}`}</time></p>
        <p class="row chips">{line.odd.map((mark) => <span class="chip soon" key={mark}><Icon name="flag" />{markText(mark, line.basis)}</span>)}</p>
        <Facts told={told} onCase={onCase} />
      </div>
      {line.staff.id === me().staff.id
        ? <p class="sub">{t("log.own")}</p>
        : <button class="btn" type="button" aria-label={t("log.reviewOf", { name: line.staff.name })} onClick={onLook}>{t("log.review")}</button>}
    </li>
  );
}

/** What was read, and why. */
export function Facts({ told, onCase, children }: { told: Told; onCase: (chosen: NamedCase) => void; children?: ComponentChildren }) {
  return (
    <dl class="kv">
      <dt>{t("log.case")}</dt><dd><Cases told={told} onCase={onCase} />　<span class="sub">{t("log.onScreen", { screen: screenText(told) })}</span></dd>
      <dt>{t("log.what")}</dt><dd><What told={told} /></dd>
      <dt>{t("log.why")}</dt><dd>{codeText("read_purpose", told.line.purpose)}　{basisText(told)}</dd>
      {children}
    </dl>
  );
}

function markText(mark: string, basis: readonly string[]): string {
  return mark === "no_relation" && basis.includes("emergency") ? t("log.byEmergency") : codeText("odd", mark);
}
