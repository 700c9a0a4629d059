import { contactRules } from "../../gateway/codes";
import { toggled } from "../../ui/toggled";

export const ANY_WAY = "any_way";

/** One rule ticked or unticked: 「どの方法でもよい」 stands alone, so it takes the others out, and they take it out. */
export function toggledRule(values: readonly string[], rule: string): string[] {
  const after = toggled(values, rule, contactRules);
  return after.includes(rule) ? after.filter((each) => (each === ANY_WAY) === (rule === ANY_WAY)) : after;
}
