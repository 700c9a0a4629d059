import { describe, expect, it } from "vitest";
import { emptyForm, fromDraft, isUntouched, missingIn, payloadOf } from "./form";

describe("相談を開く", () => {
  it("does not ask 本人, who calls, whether 本人 knows", () => {
    const form = { ...emptyForm, callerKind: "person", channel: "phone", personKnows: "does_not_know" };
    expect(payloadOf(form, "hoya-window", "2026-11-24T03:50:00Z")).toMatchObject({ personKnows: "knows" });
  });

  it("needs only who and how", () => {
    expect(missingIn(emptyForm).map(({ field }) => field)).toEqual(["q-who", "q-how"]);
    expect(missingIn({ ...emptyForm, callerKind: "unnamed", channel: "phone" })).toEqual([]);
  });

  it("counts ◎ as ○ too, and sends no relation for somebody who is not family", () => {
    const form = { ...emptyForm, callerKind: "agency", channel: "mail", callerRelation: "mother", concerns: ["income"], mainConcern: "hikikomori" };
    expect(payloadOf(form, "hoya-window", "2026-11-24T03:50:00Z")).toMatchObject({
      concerns: ["income", "hikikomori"], mainConcern: "hikikomori", callerRelation: null, unitId: "hoya-window",
    });
  });

  it("takes from a draft what fits and nothing else", () => {
    const found = fromDraft(emptyForm, { memo: "途中", concerns: "income", channel: "phone", stranger: 1, contactRules: ["no_visit"] });
    expect(found).toEqual({ ...emptyForm, memo: "途中", channel: "phone", contactRules: ["no_visit"] });
    expect(isUntouched(found, emptyForm)).toBe(false);
  });
});
