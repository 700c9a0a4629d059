import type { TrayQuery } from "../../gateway/generated";
import { durationText } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import { Icon } from "../../ui/Icon";
import { Parts } from "../../ui/parts";

export type Card = TrayQuery["tray"]["received"][number];
type Timed = Pick<Card, "workingMinutesUsed" | "workingMinutesAllowed">;

/** 今日中 stands before the clock, in words and with a mark. */
export function Urgent({ urgency }: { urgency: string | null }) {
  return urgency === "today" ? <span class="chip urgent"><Icon name="flag" />{t("tray.urgentToday")}</span> : null;
}

/** The clock runs in working hours, on staff work only. */
export function minutesLeft({ workingMinutesUsed, workingMinutesAllowed }: Timed): number {
  return workingMinutesAllowed - workingMinutesUsed;
}

export function ClockText({ card }: { card: Timed }) {
  const left = minutesLeft(card);
  return <>{left >= 0 ? t("tray.left", { time: durationText(left) }) : t("tray.over")}</>;
}

/** The more it waits, the fuller the chip. */
export function ClockChip({ card }: { card: Timed & Pick<Card, "urgency"> }) {
  const left = minutesLeft(card);
  const kind = left < 0 ? "past" : left <= card.workingMinutesAllowed / 2 ? "soon" : "";
  return (
    <span class="row chips">
      <Urgent urgency={card.urgency} />
      <span class={`chip ${kind}`}><Icon name={left < 0 ? "clock-past" : "clock"} /><ClockText card={card} /></span>
    </span>
  );
}

/** Used and remaining time as a bar; the sentence beside it says the same. */
export function ClockBar({ card }: { card: Timed }) {
  const { workingMinutesUsed: used, workingMinutesAllowed: allowed } = card;
  const whole = Math.max(used, allowed, 1);
  const within = (Math.min(used, allowed) / whole) * 100;
  const over = (Math.max(0, used - allowed) / whole) * 100;
  const values = { used: durationText(used), allowed: durationText(allowed) };
  return (
    <div class="stack stack-s">
      <svg class="clock-bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        <rect class="track" width="100" height="8" />
        <rect class="used" width={within} height="8" />
        {over > 0 && <rect class="over" x={within + 0.6} width={over - 0.6} height="8" />}
      </svg>
      <p><Parts text={t(used > allowed ? "tray.elapsedOver" : "tray.elapsed", values)} /></p>
    </div>
  );
}
