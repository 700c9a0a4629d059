import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { changedText } from "./text";

beforeEach(() => vi.useFakeTimers({ now: new Date("2026-11-24T03:00:00Z") }));
afterEach(() => vi.useRealTimers());

const line = { unit: { id: "u", name: "支援係" }, successor: null, staff: { id: "s", name: "濱田 花" }, role: "coordinator", fromDate: null, until: null };

it("says whose assignment, from or until which day, and which unit goes over to which", () => {
  expect([
    { ...line, kind: "begins", fromDate: "2026-12-01" },
    { ...line, kind: "begins", fromDate: "2026-12-01", until: "2027-03-31" },
    { ...line, kind: "ends", until: "2026-11-23" },
    { ...line, kind: "closes", staff: null, role: null, successor: { id: "n", name: "相談係" }, fromDate: "2026-12-01" },
    { ...line, kind: "opens", staff: null, role: null },
  ].map(changedText)).toEqual([
    "濱田 花さんが 支援係 のコーディネーターになる　12月1日(火) から",
    "濱田 花さんが 支援係 のコーディネーターになる　12月1日(火) から　令和9年（2027年）3月31日(水) まで",
    "濱田 花さんの担当を終える(支援係 コーディネーター)　11月23日(月) まで",
    "支援係 を閉じ、相談係 が引き継ぐ　12月1日(火) から",
    "支援係 を作る",
  ]);
});
