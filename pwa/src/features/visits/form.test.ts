import { describe, expect, it } from "vitest";
import { emptyVisit, formOf, missingIn, payloadOf, type VisitForm } from "./form";

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

describe("a text its owner would refuse", () => {
  it("is a problem of the form before the visit is written down on the device", () => {
    expect(missingIn(written)).toEqual([]);
    const long = { ...written, personWords: "😀".repeat(8_001), nextNote: "あ".repeat(201) };
    expect(missingIn(long).map(({ field }) => field)).toEqual(["v-person", "next-note"]);
  });
});
