import { useEffect, useState } from "preact/hooks";
import { SyncLine } from "../../app/SyncLine";
import { held, place } from "../../app/router";
import { veiled } from "../../app/Veil";
import { clock, dayText, tokyoDay } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Modal } from "../../ui/parts";
import { stayOpen } from "../../vault/autoLock";
import { AskPin } from "./AskPin";
import type { Tile } from "./board";
import { Tiles } from "./Tiles";
import type { LastDone, SessionRecord } from "./useBoard";
import { venue } from "./venue";

interface Props {
  record: SessionRecord;
  tiles: readonly Tile[];
  onTap: (tile: Tile) => void;
  onAdd: () => void;
  onUnnamed: () => void;
  last: LastDone | null;
}

/** The tablet lies open on the table: nicknames only. It covers every other screen, and only the PIN gives them back. */
export function VenueMode({ record, tiles, onTap, onAdd, onUnnamed, last }: Props) {
  const [leaving, setLeaving] = useState(false);
  const { programme, place: where, startsAt, endsAt } = record.session;
  useEffect(() => {
    held.set(place.get());
    const mayClose = stayOpen();
    return () => {
      held.set(null);
      mayClose();
    };
  }, []);
  return (
    <Modal label={t("board.viewVenue")} class="venue">
      <div class="bar"><SyncLine /><button class="btn text sp" type="button" onClick={() => veiled.set(true)}><Icon name="hide" />{t("nav.veil")}</button></div>
      <div class="venue-body">
        <div class="board-head">
          <div>
            <h1>{programme}</h1>
            <p class="sub meta"><span><time>{dayText(tokyoDay(startsAt))} {clock(startsAt)}–{clock(endsAt)}</time></span><span>{where}</span></p>
          </div>
          <div class="seg" role="group" aria-label={t("board.view")}>
            <button type="button" aria-pressed="false" onClick={() => setLeaving(true)}><Icon name="lock" />{t("board.viewStaff")}</button>
            <button type="button" aria-pressed="true"><Icon name="screen" />{t("board.viewVenue")}</button>
          </div>
        </div>
        <h2>{t("board.touch")}</h2>
        <Tiles tiles={tiles} onTap={onTap} onAdd={onAdd} venue />
        <button class="btn line big" type="button" onClick={onUnnamed}><Icon name="plus" large />{t("board.joinUnnamed")}</button>
        {last?.kind === "plus_one" && <p role="status">{t("board.done.plus_one", { time: clock(last.at) })}</p>}
      </div>
      {leaving && <AskPin title={t("board.leaveVenue")} onOpen={() => venue.set(null)} onClose={() => setLeaving(false)} />}
    </Modal>
  );
}
