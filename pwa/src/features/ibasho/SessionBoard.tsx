import { useEffect, useState } from "preact/hooks";
import { clock, dayText, tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { useNow, useStore, useTitle } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Alert, Dialog, Note, Stale, Waiting } from "../../ui/parts";
import { vault } from "../../vault/vault";
import { NotFound } from "../problem/NotFound";
import { AddPerson } from "./AddPerson";
import { endOf, hoursOf, type Board as BoardState, type FactKind, type Tile } from "./board";
import { Closing } from "./Closing";
import { Entries } from "./Entries";
import { findPerson, type Found } from "./findPerson";
import { OfflineNote } from "./OfflineNote";
import { useScanner } from "./scanner";
import { Tiles } from "./Tiles";
import { useBoard, type BoardControl, type LastDone, type SessionRecord } from "./useBoard";
import { VenueMode } from "./VenueMode";
import { venue } from "./venue";

/** One session at the table: a tap says 来た, another 帰りました. */
export default function SessionBoard({ id }: { id: string }) {
  useTitle("ibasho.title");
  const { record, board, missing, failure, control, last, refused } = useBoard(id);
  if (missing) return <NotFound />;
  if (!record || !board) return <Waiting failure={failure} />;
  return (
    <div class="board stack">
      <Page record={record} board={board} control={control} last={last} refused={refused} />
      <Stale failure={failure} />
    </div>
  );
}

interface PageProps {
  record: SessionRecord;
  board: BoardState;
  control: BoardControl;
  last: LastDone | null;
  refused: string | null;
}

function Page({ record, board, control, last, refused }: PageProps) {
  const [adding, setAdding] = useState(false);
  const isOpen = useStore(vault).state === "open";
  const inVenue = useStore(venue) === record.session.id && isOpen;
  const { hours, log, question } = useAskedOnce(record, board.entries, control.log);
  const arrive = (found: Found) => log("arrived", found.person);
  const onTap = (tile: Tile) => log(tile.state === "in" ? "left" : "arrived", tile);
  const onScan = (code: string) => {
    const found = findPerson(code, board.tiles);
    if (found && found !== "mistyped") arrive(found);
  };
  useScanner(onScan, !adding);
  const tiles = { tiles: board.tiles, onTap, onAdd: () => setAdding(true) };
  const add = adding && <AddPerson people={board.tiles} onFound={(found) => (setAdding(false), arrive(found))} onClose={() => setAdding(false)} />;
  // Nothing of the staff's page lies under it.
  if (inVenue) return <><VenueMode record={record} {...tiles} last={last} onUnnamed={() => log("plus_one")} />{add}{question}</>;
  return (
    <>
      <Head record={record} hasVault={isOpen} />
      <OfflineNote reach={board.reach} />
      <Alert text={refused} />
      {board.status === "closed" && <Note kind="ok" icon="ok-c"><p>{t("board.closedNote")}</p></Note>}
      <Figures counts={board.counts} isOver={hours === "over" || board.status === "closed"} />
      <section class="stack stack-s" aria-labelledby="who">
        <div class="split"><h2 id="who">{t("board.touch")}</h2><LastLine last={last} onUndo={(attendanceId) => control.correct(attendanceId, "")} /></div>
        <Tiles {...tiles} />
      </section>
      <div class="bigs">
        <button class="btn big" type="button" onClick={() => log("plus_one")}>{t("board.plusOne")}</button>
        <button class="btn line big" type="button" onClick={() => log("at_door")}><Icon name="door" large />{t("board.atDoor")}</button>
      </div>
      <Closing id={record.session.id} board={board} onClose={control.close} />
      <Entries entries={board.entries} onCorrect={control.correct} />
      {add}
      {question}
    </>
  );
}

/** Outside of its hours the session is named before a fact counts in it, once a day. What was tapped or scanned meanwhile waits for the answer. */
function useAskedOnce({ session }: SessionRecord, entries: BoardState["entries"], write: BoardControl["log"]) {
  const now = useNow(60_000);
  const hours = hoursOf(session, now.getTime());
  const moment = `${hours} ${tokyoDay(now)}`;
  const [meant, setMeant] = useState("");
  const [held, hold] = useState<readonly Parameters<BoardControl["log"]>[]>([]);
  const isSure = hours === "now" || meant === moment;
  const put: BoardControl["log"] = (kind, person) => write(kind, person, hours === "over" ? endOf(session, entries) : undefined);
  const log: BoardControl["log"] = (...fact) => (isSure ? put(...fact) : hold((before) => [...before, fact]));
  useEffect(() => {
    if (!isSure) return;
    for (const fact of held) put(...fact);
    hold([]);
  }, [isSure]);
  const question = held[0] && hours !== "now" && (
    <Dialog title={t(`board.ask.${hours}`, { day: dayText(tokyoDay(session.startsAt)) })} submit={t("board.askYes")} onSubmit={() => setMeant(moment)} onClose={() => hold([])}>
      <p>{t(`board.askHelp.${hours}`)}</p>
    </Dialog>
  );
  return { hours, log, question };
}

function Head({ record, hasVault }: { record: SessionRecord; hasVault: boolean }) {
  const { id, programme, place, startsAt, endsAt, staff } = record.session;
  return (
    <div class="board-head">
      <div>
        <h1>{programme}</h1>
        <p class="sub meta">
          <span><time>{dayText(tokyoDay(startsAt))} {clock(startsAt)}–{clock(endsAt)}</time></span>
          <span>{place}</span>
          <span>{t("board.staff", { names: staff.map(({ name }) => name).join("・") })}</span>
        </p>
      </div>
      {hasVault && (
        <div class="seg" role="group" aria-label={t("board.view")}>
          <button type="button" aria-pressed="true"><Icon name="lock" />{t("board.viewStaff")}</button>
          <button type="button" aria-pressed="false" onClick={() => venue.set(id)}><Icon name="screen" />{t("board.viewVenue")}</button>
        </div>
      )}
    </div>
  );
}

/** Nobody is いま in a session that is over. */
function Figures({ counts, isOver }: { counts: BoardState["counts"]; isOver: boolean }) {
  const figures = [
    [t("board.now"), counts.now], [t("board.today"), counts.today], [t("board.unnamed"), counts.unnamed], [t("board.cameToDoor"), counts.atDoor],
  ] as const;
  return (
    <dl class="figs card">
      {figures.slice(+isOver).map(([name, count]) => <div class="fig" key={name}><dt>{name}</dt><dd>{count}<small>{t("board.peopleUnit")}</small></dd></div>)}
    </dl>
  );
}

/** What was just done, with the way back; before that, how it works. */
function LastLine({ last, onUndo }: { last: LastDone | null; onUndo: (attendanceId: string) => void }) {
  if (!last) return <p class="sub" role="status">{t("board.touchAgain")}</p>;
  const said = t(`board.done.${last.kind as FactKind}`, { name: last.nickname ?? "", time: clock(last.at) });
  return (
    <div class="row">
      <p role="status">{said}</p>
      <button class="btn text" type="button" onClick={() => onUndo(last.attendanceId)}><Icon name="undo" />{t("board.undo")}</button>
    </div>
  );
}
