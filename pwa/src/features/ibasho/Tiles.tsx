import { clock } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import type { Reach, Tile } from "./board";

interface Props {
  tiles: readonly Tile[];
  onTap: (tile: Tile) => void;
  onAdd: () => void;
  /** 会場モード: the nickname and nothing else; who has gone home is not shown to those who stay. */
  venue?: boolean;
}

export function Tiles({ tiles, onTap, onAdd, venue = false }: Props) {
  const shown = venue ? tiles.filter((tile) => tile.state !== "left") : tiles;
  return (
    <ul class="tiles">
      {shown.map((tile) => (
        <li key={tile.id}>
          <button class={`tile ${tile.state}`} type="button" aria-pressed={tile.state === "in"} onClick={() => onTap(tile)}>
            <b>{tile.nickname}</b>
            {venue ? tile.state === "in" && <span>{t("board.isHere")}</span> : <When tile={tile} />}
          </button>
        </li>
      ))}
      <li>
        <button class="tile add" type="button" onClick={onAdd}><b><Icon name="plus" /></b><span>{t("board.add")}</span></button>
      </li>
    </ul>
  );
}

function When({ tile }: { tile: Tile }) {
  return (
    <>
      {tile.state === "away" && <span>{t("board.notYet")}</span>}
      {tile.state === "in" && tile.at && <span><Icon name="ok" />{t("board.since", { time: clock(tile.at) })}</span>}
      {tile.state === "left" && tile.at && <span><Icon name="right" />{t("board.leftAt", { time: clock(tile.at) })}</span>}
      <ReachLine reach={tile.reach} />
    </>
  );
}

/** Said only while it is not yet with its owner. */
export function ReachLine({ reach }: { reach: Reach }) {
  if (reach === "received") return null;
  return <span><Icon name="tablet" />{t(reach === "device" ? "code.reach.device" : "code.reach.sent")}</span>;
}
