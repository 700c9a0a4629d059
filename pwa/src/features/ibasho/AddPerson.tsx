import { useEffect, useState } from "preact/hooks";
import { t } from "../../i18n/messages";
import { TextField } from "../../ui/forms";
import { Dialog } from "../../ui/parts";
import { NICKNAME, textProblem } from "../../ui/textLimits";
import { nicknameKey, type Tile } from "./board";
import { canReadCodes, Camera } from "./Camera";
import { findPerson, type Found } from "./findPerson";
import { venue } from "./venue";

interface Props {
  people: readonly Tile[];
  onFound: (found: Found) => void;
  onClose: () => void;
}

/** One field for all: a nickname is typed, a token is typed, scanned or seen by the camera. */
export function AddPerson({ people, onFound, onClose }: Props) {
  const [typed, setTyped] = useState("");
  const [problem, setProblem] = useState<string | undefined>();
  const [camera, setCamera] = useState(false);
  const [canSee, setCanSee] = useState(false);
  useEffect(() => void canReadCodes().then(setCanSee), []);
  const take = (text: string) => {
    if (textProblem(text, NICKNAME)) return;
    const found = findPerson(text, people);
    if (found === "mistyped") return setProblem(t("board.tokenMistyped"));
    if (!found) return setProblem(t("board.addRequired"));
    onFound(found);
  };
  const more = canSee && !camera && <button class="btn line" type="button" onClick={() => setCamera(true)}>{t("board.camera")}</button>;
  return (
    <Dialog title={t("board.addTitle")} submit={t("board.came")} onSubmit={() => take(typed)} onClose={onClose} more={more}>
      <TextField id="who-came" label={t("board.addField")} help={t("board.addHelp")} limit={NICKNAME} value={typed} onInput={(text) => (setTyped(text), setProblem(undefined))} error={problem} />
      <p class="sub" role="status">{hintOf(typed, people)}</p>
      {camera && <Camera onCode={take} onClose={() => setCamera(false)} />}
    </Dialog>
  );
}

/** What will happen, said before it does. One nickname is one person at one place: a second one of that name has to be told apart.
 *  Before visitors no nickname is answered with whether it ever came. */
function hintOf(typed: string, people: readonly Tile[]): string {
  const found = typed.trim() && !textProblem(typed, NICKNAME) ? findPerson(typed, people) : null;
  if (!found || found === "mistyped") return t("board.hintNone");
  const isHere = people.some((tile) => tile.state !== "away" && nicknameKey(tile.nickname) === nicknameKey(typed));
  const key = venue.get() ? "board.hintKnown" : isHere ? "board.hintToday" : found.isNew ? "board.hintNew" : "board.hintKnown";
  return t(key, { name: found.person.nickname });
}
