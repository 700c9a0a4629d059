import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Link } from "../../app/router";
import { hasRole, me, session } from "../../app/session";
import { Staffing as StaffingDocument } from "./documents";
import { momentText, nearDayText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Store } from "../../sync/store";
import { useAsked, useStore, useTitle, useToday } from "../../ui/hooks";
import { Note, Stale, Waiting } from "../../ui/parts";
import { SignIns } from "../account/SignIns";
import { NotFound } from "../problem/NotFound";
import { type Assignment, isOver, lastOfMarch, type Line, type Staffing } from "./change";
import { AddAssignment, CloseUnit, OpenUnit } from "./Dialogs";
import { Pending } from "./Pending";
import { changedText } from "./text";
import { People } from "./People";

/** What was gathered and is not made yet, and by whom: another screen and back loses nothing of it, leaving the page asks. */
const gathered = new Store<{ by: string; lines: readonly Line[] }>({ by: "", lines: [] });
const linesOf = ({ by, lines }: { by: string; lines: readonly Line[] }) => (by === me().staff.id ? lines : []);
addEventListener("beforeunload", (event) => session.get().state === "in" && linesOf(gathered.get()).length > 0 && event.preventDefault());

/** 職員と担当: who is what, from when until when; what changes is gathered and changed all at once. */
export default function Staff() {
  useTitle("staff.title");
  const { data, failure, refresh } = useAsked(StaffingDocument, {});
  const lines = linesOf(useStore(gathered));
  const setLines = (lines: readonly Line[]) => gathered.set({ by: me().staff.id, lines });
  if (!hasRole("manager")) return <NotFound />;
  const staffing = data?.staffing;
  if (!staffing) return <Waiting failure={failure} />;
  const add = (line: Line) => setLines([...lines.filter(({ key }) => key !== line.key), line]);
  return (
    <div class="stack">
      <div class="head tight"><h1>{t("staff.title")}</h1><p>{t("staff.help")}</p></div>
      <CasesWithoutOwner staffing={staffing} />
      <CasesWithFormer staffing={staffing} />
      <Units staffing={staffing} lines={lines} onAdd={add} />
      {lines.length > 0 && <Pending lines={lines} onLines={setLines} onDone={() => (setLines([]), refresh())} />}
      <People staffing={staffing} onChanged={refresh} />
      <SignIns />
      <Changes staffing={staffing} />
      <Stale failure={failure} />
    </div>
  );
}

function CasesWithoutOwner({ staffing }: { staffing: Staffing }) {
  const cases = staffing.casesWithoutOwner;
  if (!cases) return <Note icon="info"><p>{t("staff.casesUnknown")}</p></Note>;
  if (cases.length === 0) return null;
  return (
    <CasesToSee id="ownerless" title={t("staff.cases", { n: cases.length })} help={t("staff.casesHelp")}>
      {cases.map(({ card, ownerUntil }) => (
        <CaseLine key={card.id} card={card} who={card.owner?.name}>
          <span class="chip soon">{ownerUntil ? t("staff.until", { day: nearDayText(ownerUntil) }) : t("staff.ownerGone")}</span>
        </CaseLine>
      ))}
    </CasesToSee>
  );
}

function CasesWithFormer({ staffing }: { staffing: Staffing }) {
  const cases = staffing.casesWithFormer ?? [];
  if (cases.length === 0) return null;
  return (
    <CasesToSee id="former" title={t("staff.former", { n: cases.length })} help={t("staff.formerHelp")}>
      {cases.map(({ card, former }) => <CaseLine key={card.id} card={card} who={former.map(({ name }) => name).join("、")} />)}
    </CasesToSee>
  );
}

function CasesToSee({ id, title, help, children }: { id: string; title: string; help: string; children: ComponentChildren }) {
  return (
    <section class="card stack stack-s" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p class="sub">{help}</p>
      <ul class="list">{children}</ul>
    </section>
  );
}

function CaseLine({ card, who, children }: { card: { id: string; label: string }; who?: string | undefined; children?: ComponentChildren }) {
  return (
    <li>
      <div class="grow"><Link href={`/cases/${card.id}`}>{card.label}</Link><p class="sub">{who}</p></div>
      {children}
    </li>
  );
}

type Open = "add" | "close" | "open" | null;

function Units({ staffing, lines, onAdd }: { staffing: Staffing; lines: readonly Line[]; onAdd: (line: Line) => void }) {
  const today = useToday();
  const [open, setOpen] = useState<Open>(null);
  const mine = staffing.units.filter(({ isMine, closedOn }) => isMine && !(closedOn && closedOn <= today));
  const nameOf = ({ unit, closedOn, successor }: (typeof mine)[number]) =>
    closedOn ? t("staff.closes", { unit: unit.name, date: nearDayText(closedOn), successor: successor?.name ?? "" }) : unit.name;
  const close = () => setOpen(null);
  const dialog = { staffing, lines, today, onClose: close, onAdd: (line: Line) => (onAdd(line), close()) };
  return (
    <section class="card stack" aria-labelledby="units">
      <h2 id="units">{t("staff.assignments")}</h2>
      {mine.map((one) => (
        <Table key={one.unit.id} name={nameOf(one)} isAgency={one.isAgency} today={today} lines={lines} onAdd={onAdd}
          held={staffing.assignments.filter((each) => each.unit.id === one.unit.id && !isOver(each, today))} />
      ))}
      <div class="row">
        <button class="btn line" type="button" onClick={() => setOpen("add")}>{t("staff.add")}</button>
        <button class="btn line" type="button" onClick={() => setOpen("open")}>{t("staff.open")}</button>
        <button class="btn line" type="button" onClick={() => setOpen("close")}>{t("staff.close")}</button>
      </div>
      {open === "add" && <AddAssignment {...dialog} />}
      {open === "open" && <OpenUnit {...dialog} />}
      {open === "close" && <CloseUnit {...dialog} />}
    </section>
  );
}

function Table({ name, isAgency, held, today, lines, onAdd }: { name: string; isAgency: boolean; held: Assignment[]; today: string; lines: readonly Line[]; onAdd: (line: Line) => void }) {
  const end = ({ id, staff, unit, role }: Assignment) =>
    onAdd({ key: id, kind: "ends", assignmentId: id, who: staff.name, unit: unit.name, role, until: lastOfMarch(today) });
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={name}>
      <table>
        <caption class="h2">{name}{isAgency && <> <span class="chip quiet">{t("staff.agency")}</span></>}</caption>
        <thead><tr><th scope="col">{t("staff.who")}</th><th scope="col">{t("staff.role")}</th><th scope="col">{t("staff.from")}</th><th scope="col">{t("staff.last")}</th><th scope="col"><span class="sr">{t("staff.end")}</span></th></tr></thead>
        <tbody>
          {held.map((each) => (
            <tr key={each.id}>
              <th scope="row">{each.staff.name}</th>
              <td>{codeText("role", each.role)}</td>
              <td>{nearDayText(each.fromDate)}</td>
              <td>{each.until ? nearDayText(each.until) : t("staff.unlimited")}</td>
              <td class="n"><button class="btn text" type="button" disabled={lines.some(({ key }) => key === each.id)} aria-label={t("staff.endOf", { name: each.staff.name, role: codeText("role", each.role) })} onClick={() => end(each)}>{t("staff.end")}</button></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Changes({ staffing }: { staffing: Staffing }) {
  if (staffing.changes.length === 0) return null;
  return (
    <section class="card stack stack-s" aria-labelledby="changes">
      <h2 id="changes">{t("staff.changes")}</h2>
      <ul class="list">
        {staffing.changes.map(({ id, by, at, note, lines }) => (
          <li key={id}>
            <div class="grow">
              {lines.map((line) => <p key={changedText(line)}>{changedText(line)}</p>)}
              <p class="sub">{note || t("staff.noNote")}</p>
              <p class="sub meta"><span>{momentText(at)}</span><span>{by.name}</span></p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
