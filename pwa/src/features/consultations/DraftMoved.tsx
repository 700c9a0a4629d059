import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type { DraftControl, SavedDraft } from "../../app/useDraft";
import { momentText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { useStore } from "../../ui/hooks";
import { Icon } from "../../ui/Icon";
import { Note } from "../../ui/parts";

interface FoundProps {
  title: string;
  draft: SavedDraft;
  onResume: (draft: SavedDraft) => void;
  /** More buttons. */
  children?: ComponentChildren;
}

/** Something was begun earlier and not sent: to go on with it is offered, never done. */
export function DraftFound({ title, draft, onResume, children }: FoundProps) {
  return (
    <Note icon="pen">
      <div class="split">
        <p><b>{title}</b><br />{t("consult.draftFoundAt", { time: momentText(draft.savedAt) })}</p>
        <div class="row">
          <button class="btn line" type="button" onClick={() => onResume(draft)}>{t("consult.draftResume")}</button>
          {children}
        </div>
      </div>
    </Note>
  );
}

interface Props {
  control: DraftControl;
  onGo: (draft: SavedDraft) => void;
}

/** Another window went on with this draft. Whatever is pressed, both texts stay: this window's becomes a draft of its own. */
export function DraftMoved({ control, onGo }: Props) {
  const moved = useStore(control.moved);
  const [failed, setFailed] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (moved) box.current?.scrollIntoView({ block: "nearest" });
  }, [moved]);
  if (!moved) return null;
  const ended = Object.keys(moved.body).length === 0;
  const go = async (theirs: boolean) => {
    const mine = await control.part();
    if (!mine) return setFailed(true);
    void control.hold();
    onGo(theirs ? moved : mine);
  };
  return (
    <div class="note soft draft-moved" role="alert" ref={box}>
      <Icon name="split" />
      <div class="grow stack stack-s">
        <p><b>{t(ended ? "draft.ended" : "draft.moved")}</b><br />{t("draft.movedText")}</p>
        {failed && <p class="err">{t("draft.keepFailed")}</p>}
        <div class="row">
          {!ended && <button class="btn line" type="button" onClick={() => void go(true)}>{t("draft.takeOther")}</button>}
          <button class="btn line" type="button" onClick={() => void go(false)}>{t("draft.keepMine")}</button>
        </div>
      </div>
    </div>
  );
}
