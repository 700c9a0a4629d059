import { expect, it } from "vitest";
import { byDay, grouped, type Line } from "./grouped";

const usual: Line = {
  id: "1", at: "2026-11-24T03:00:00Z", staff: { id: "s", name: "見本 花" }, staffUnit: null, caseId: "a", consultationId: null, receiptNumber: "保2026-0001",
  basis: ["member"], purpose: "support", screen: "Case", fieldGroups: ["timeline"], odd: [], reviewedAt: null, reviewedBy: null, note: "",
};
const read = (change: Partial<Line>): Line => ({ ...usual, ...change });

it("tells what one person read again on the same day as one, with how often and from when until when", () => {
  const told = grouped([read({ id: "3", at: "2026-11-24T05:00:00Z", fieldGroups: ["identity"] }), read({ id: "2" }), read({ id: "1", at: "2026-11-24T02:00:00Z" })]);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ times: 3, from: "2026-11-24T02:00:00Z", until: "2026-11-24T05:00:00Z", fieldGroups: ["identity", "timeline"], looked: ["3", "2", "1"].map((accessId) => ({ accessId, about: "a", type: "ReviewAccess" })) });
});

it("keeps apart what differs in anything that would be looked at", () => {
  const others: Partial<Line>[] = [
    { staff: { id: "t", name: "別の人" } }, { caseId: "b" }, { caseId: null, consultationId: "a-sheet" }, { at: "2026-11-24T15:00:00Z" }, { basis: ["emergency"] }, { purpose: "sharing" }, { screen: "Sharing" },
    { odd: ["night"] }, { reviewedBy: { id: "m", name: "係長" } }, { note: "確かめた" },
  ];
  for (const other of others) expect(grouped([usual, read({ id: "2", ...other })])).toHaveLength(2);
});

it("tells a list of many cases as one read, once", () => {
  const list = ["a", "b", "c"].map((caseId) => read({ caseId, screen: "Cases" }));
  const [told, ...rest] = grouped(list);
  expect(rest).toEqual([]);
  expect(told).toMatchObject({ times: 1, looked: ["a", "b", "c"].map((about) => ({ accessId: "1", about, type: "ReviewAccess" })) });
  expect(told?.cases.map(({ id }) => id)).toEqual(["a", "b", "c"]);
});

it("keeps the order it was given, day by day of Tokyo", () => {
  const told = grouped([read({ id: "1", at: "2026-11-24T15:30:00Z" }), read({ id: "2", at: "2026-11-24T14:30:00Z" }), read({ id: "3", caseId: "b" })]);
  expect(byDay(told).map(([day, of]) => [day, of.length])).toEqual([["2026-11-25", 1], ["2026-11-24", 2]]);
});

it("keeps three hundred lines of one busy day few", () => {
  const day = Array.from({ length: 300 }, (_, n) => read({ id: String(n), caseId: `c${n % 12}`, staff: { id: `s${n % 4}`, name: "" } }));
  expect(grouped(day)).toHaveLength(12);
});
