import type { IconName } from "../../ui/Icon";

const icons: Record<string, IconName> = {
  met: "meet", voice_only: "voice", through_door: "door", letter_left: "letter", family_only: "family", absent: "away", not_visited_by_wish: "rest",
};

export function outcomeIcon(outcome: string): IconName {
  return icons[outcome] ?? "pen";
}
