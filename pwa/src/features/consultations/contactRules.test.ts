import { describe, expect, it } from "vitest";
import { contactRules } from "../../gateway/codes";
import { ANY_WAY, toggledRule } from "./contactRules";

describe("連絡してよい方法", () => {
  it("lets 「どの方法でもよい」 stand alone, whichever was ticked first", () => {
    expect(toggledRule(["no_home_phone", "no_letter"], ANY_WAY)).toEqual([ANY_WAY]);
    expect(toggledRule([ANY_WAY], "no_visit")).toEqual(["no_visit"]);
    expect(toggledRule([ANY_WAY], ANY_WAY)).toEqual([]);
    expect(toggledRule(["no_visit", "no_letter"], "no_visit")).toEqual(["no_letter"]);
  });

  it("never contradicts itself after any two presses", () => {
    for (const first of contactRules) {
      for (const second of contactRules) {
        const rules = toggledRule(toggledRule([], first), second);
        expect(rules.includes(ANY_WAY) && rules.length > 1).toBe(false);
      }
    }
  });
});
