import { describe, expect, it } from "vitest";
import { clock, tokyoDay } from "../../i18n/dates";
import { emptyVisit, formOf, missingIn, payloadOf, problemsOfKept, type VisitForm } from "./form";

const written: VisitForm = {
  ...emptyVisit("c1", new Date("2026-11-24T04:41:00Z")), outcome: "through_door", withWhom: ["person"], personWords: "「手紙、読んでます」", memo: "声は落ち着いていた。", next: "pick", nextDay: "2026-12-08", nextNote: "手紙",
};

describe("a visit that is put right", () => {
  it("comes back into the form as it was written", () => {
    expect(formOf("c1", payloadOf(written, "v1"))).toEqual(written);
    expect(payloadOf(formOf("c1", payloadOf(written, "v1")), "v1")).toEqual(payloadOf(written, "v1"));
  });

  it("stays undecided about the next promise when nothing was said", () => {
    const undecided = { ...written, next: null, nextDay: "", nextNote: "" };
    expect(formOf("c1", payloadOf(undecided, "v1"))).toEqual(undecided);
  });
});

describe("what was accepted at the door and refused later", () => {
  const fields = (change: Partial<VisitForm>) => missingIn({ ...written, ...change }).map(({ field }) => field);

  it("is a time ahead of now", () => {
    expect(fields({ day: tokyoDay(new Date(Date.now() + 2 * 86_400_000)) })).toEqual(["v-time"]);
    expect(fields({ day: tokyoDay(new Date()), time: clock(new Date()) })).toEqual([]);
  });

  it("is not a time that filled itself in before the clock was turned back", () => {
    expect(missingIn({ ...written, day: tokyoDay(new Date(Date.now() + 2 * 86_400_000)) }, true)).toEqual([]);
  });

  it("is the person together with nobody", () => {
    expect(fields({ withWhom: ["person", "nobody"] })).toEqual(["v-with"]);
    expect(fields({ withWhom: ["nobody"] })).toEqual([]);
  });

  it("is words that are only spaces", () => {
    expect(fields({ personWords: "　　　", familyWords: " ", memo: "\n" })).toEqual(["v-person", "v-family", "v-memo"]);
  });
});

describe("a refused visit that is put right", () => {
  it("came back without its reason, and nothing marked", () => {
    const outcome = { code: "visit_in_future", fields: [{ path: "visitedAt", code: "date_in_future" }] };
    expect(problemsOfKept(outcome)).toEqual([{ field: "v-time", text: expect.stringContaining("いまより先") }]);
    expect(problemsOfKept({ code: "promise_before_visit", fields: [{ path: "nextPromise.on", code: "before_visit" }] })[0]?.field).toBe("next-note");
    expect(problemsOfKept({ code: "visit_exists", fields: [] })).toEqual([{ field: "v-outcome", text: expect.stringContaining("すでに記録") }]);
  });
});

describe("a text its owner would refuse", () => {
  it("is a problem of the form before the visit is written down on the device", () => {
    expect(missingIn(written)).toEqual([]);
    const long = { ...written, personWords: "😀".repeat(8_001), nextNote: "あ".repeat(201) };
    expect(missingIn(long).map(({ field }) => field)).toEqual(["v-person", "next-note"]);
  });
});
