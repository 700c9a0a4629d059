import { describe, expect, it } from "vitest";
import { countText, LINE, TEXT, textProblem } from "./textLimits";

describe("texts that cannot be stored", () => {
  it("counts characters as the services do, not halves of them", () => {
    expect(textProblem("𠮷".repeat(LINE), LINE)).toBeNull();
    expect(textProblem("𠮷".repeat(LINE + 3), LINE)).toContain("200字までです。あと3字");
    expect(textProblem("あ".repeat(TEXT + 1), TEXT)).toContain("8000字");
  });

  it.each(["前\0後", "前\ud800後", "\udc00"])("names what PostgreSQL or JSON cannot hold", (text) => {
    expect(textProblem(text, TEXT)).toContain("保存できない文字");
  });

  it("shows the count only when the limit is near", () => {
    expect(countText("あ".repeat(180), LINE)).toBe("");
    expect(countText("あ".repeat(181), LINE)).toBe("181／200字");
    expect(countText("𠮷".repeat(201), LINE)).toBe("201／200字");
  });
});
