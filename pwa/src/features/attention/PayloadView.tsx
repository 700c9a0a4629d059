import { momentText, nearDayText } from "../../i18n/dates";
import { codeText, t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import type { QueuedCommand, SessionRecord } from "../ibasho/board";
import { outcomeIcon } from "../visits/outcomes";
import { visitOf } from "../visits/written";
import { factText, unknownSession } from "./facts";

type Payload = Record<string, unknown>;

interface Props {
  type: string;
  payload: Payload;
  /** Of a fact of 居場所: its session and what else this device has of it. */
  record?: SessionRecord;
  queued?: readonly QueuedCommand[];
}

/** What a command says, for the person who decides about it. 本人 and 家族 stay in boxes of their own. */
export function PayloadView({ type, payload, record = unknownSession(""), queued = [{ type, subject: "", payload, state: "device" }] }: Props) {
  if (type === "RecordVisit") return <Visit payload={payload} />;
  if (type === "CloseSession") return <p class="said">{text(payload.line)}</p>;
  if (payload.attendanceId) return <><p>{factText(payload.attendanceId, record, queued)}</p>{text(payload.note) && <p class="said">{text(payload.note)}</p>}</>;
  return null;
}

function Visit({ payload }: { payload: Payload }) {
  const { at, outcome, withWhom, personWords, familyWords, memo, nextPromise: next } = visitOf(payload);
  return (
    <div class="stack stack-s">
      <p class="row">
        <time>{momentText(at)}</time>
        {outcome && <span class="chip"><Icon name={outcomeIcon(outcome)} />{codeText("visit_outcome", outcome)}</span>}
        {withWhom.length > 0 && <span class="sub">{t("case.visitWith", { who: withWhom.map((who) => codeText("with_whom", who)).join("、") })}</span>}
      </p>
      <Words text={personWords} />
      <Words text={familyWords} family />
      {memo && <p class="said">{memo}</p>}
      {(next.on || next.note) && <p>{t("case.entryNext", { next: [next.on && nearDayText(next.on), next.note].filter(Boolean).join("　") })}</p>}
    </div>
  );
}

/** `label`: what it is, where it is neither's own words as they were heard. */
export function Words({ text: said, family, label }: { text: string; family?: boolean; label?: string }) {
  if (!said) return null;
  return (
    <figure class={family ? "voice fam" : "voice"}>
      <figcaption>
        <Icon name={family ? "family" : "quote"} />{label ?? t(family ? "case.familyWords" : "case.personWords")}
        {family && <span class="sp row"><Icon name="lock" />{t("case.familyApart")}</span>}
      </figcaption>
      <blockquote class="said">{said}</blockquote>
    </figure>
  );
}

/** 訂正の付記 at a record; none in what a device took along before there were any. */
export const noted = ({ amendments }: { amendments?: readonly { at: string; words: string }[] }) =>
  amendments?.map(({ at, words }) => <Words text={words} label={t("case.amendment", { date: momentText(at) })} />);

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
