import { afterEach, describe, expect, it, vi } from "vitest";
import { missingIn, openable, openedBy, payloadOf, periodText, standingOf, teamChange, type Terms } from "./terms";

const TERMS: Terms = {
  groups: ["identity"], units: ["wakamono-station"], members: [{ id: "s", name: "森 あかり" }],
  item: "special_reason", from: "2026-11-30", until: "2026-12-10", reason: " 家計の相談のため ",
};
const NOTHING: Terms = { groups: [], units: [], members: [], item: "internal_use", from: "", until: "", reason: "四文字 " };

afterEach(() => void vi.useRealTimers());

describe("what a basis can open", () => {
  it("never offers the family's words for the person's consent, nor anybody's words by law", () => {
    expect(openable("consent")).toEqual(["identity", "contact_safety", "timeline", "person_words", "team", "promise"]);
    expect(openable("article_69_2")).toEqual(["identity", "contact_safety", "timeline", "team", "promise"]);
    expect(openable("conference")).toHaveLength(8);
    expect(openedBy({ kind: "consent", fieldGroups: ["memo", "promise", "identity"] })).toEqual(["identity", "promise"]);
  });
});

describe("the payload of a kind", () => {
  const shared = { basisId: "b", fieldGroups: ["identity"], until: "2026-12-10T14:59:00.000Z" };

  it("holds what its command knows and nothing else; the last day lasts until its end in Tokyo", () => {
    expect(payloadOf("consent", "b", TERMS)).toEqual({ ...shared, unitIds: ["wakamono-station"], note: "家計の相談のため" });
    expect(payloadOf("article_69_2", "b", TERMS)).toEqual({ ...shared, unitIds: ["wakamono-station"], item: "special_reason", reason: "家計の相談のため" });
    expect(payloadOf("conference", "b", TERMS)).toEqual({ ...shared, memberIds: ["s"], fromAt: "2026-11-29T15:00:00.000Z", reason: "家計の相談のため" });
  });

  it("is not made before everything it needs is there", () => {
    const fields = (kind: Parameters<typeof missingIn>[0]) => missingIn(kind, NOTHING).map(({ field }) => field);
    expect(fields("consent")).toEqual(["to", "groups", "until"]);
    expect(fields("article_69_2")).toEqual(["to", "groups", "until", "reason"]);
    expect(fields("conference")).toEqual(["to", "groups", "from", "until", "reason"]);
    expect(missingIn("conference", { ...TERMS, units: [] })).toEqual([]);
  });

  it("took a line of 5000 characters to its owner, whose answer spoke of another limit than the field", () => {
    const long = { ...TERMS, reason: "あ".repeat(201) };
    expect(missingIn("consent", long)).toEqual([{ field: "reason", text: "200字までです。あと1字、短くしてください。" }]);
    expect(missingIn("article_69_2", long)).toEqual([]);
  });

  it("began with an item of the law that nobody had chosen", () => {
    expect(missingIn("article_69_2", { ...TERMS, item: "" }).map(({ field }) => field)).toEqual(["item"]);
  });
});

describe("how a basis stands", () => {
  const basis = { fromAt: "2026-11-29T15:00:00Z", until: "2026-12-10T14:59:00Z", endedAt: null, inForce: false };
  const at = (moment: string, change = {}) => standingOf({ ...basis, ...change }, new Date(moment));

  it("is in force when its owner says so, whatever the clock of the device", () => {
    expect(at("2026-11-01T00:00:00Z", { inForce: true })).toBe("now");
    expect([at("2026-11-29T14:59:59Z"), at("2026-12-10T14:59:00Z")]).toEqual(["later", "over"]);
    expect(at("2026-11-01T00:00:00Z", { endedAt: "2026-11-01T00:00:00Z" })).toBe("over");
  });

  it("says days where days were meant, and the time of an emergency", () => {
    vi.setSystemTime("2026-11-28T03:00:00Z");
    expect(periodText(basis)).toBe("11月30日(月) から 12月10日(木) まで");
    expect(periodText({ fromAt: "2026-11-28T01:05:00Z", until: "2026-11-28T05:05:00Z" })).toBe("11月28日(土) 10:05 から 11月28日(土) 14:05 まで");
  });
});

it("tells who joins and leaves a team, and whose case it is only when that changes", () => {
  expect(teamChange(["a", "b"], ["a", "b"], "a")).toBeNull();
  expect(teamChange(["a", "b"], ["b", "c"], "b")).toEqual({ join: ["c"], leave: ["a"], ownerId: "b" });
  expect(teamChange(["a", "b"], ["a", "b"], "b")).toEqual({ join: [], leave: [], ownerId: "b" });
});
