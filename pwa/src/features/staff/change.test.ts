import { expect, it } from "vitest";
import { lastOfMarch, type Line, nextApril, payloadOf } from "./change";

it("knows the next first of April", () => {
  expect(["2026-03-31", "2026-04-01", "2026-11-24"].map(nextApril)).toEqual(["2026-04-01", "2027-04-01", "2027-04-01"]);
  expect(lastOfMarch("2026-11-24")).toBe("2027-03-31");
});

it("puts every line where the command wants it, with nothing for the screen in it", () => {
  const lines: Line[] = [
    { key: "1", kind: "ends", assignmentId: "a", who: "x", unit: "u", role: "manager", until: "2027-03-31" },
    { key: "2", kind: "begins", staffId: "s", who: "x", unitId: "new", unit: "u", role: "coordinator", fromDate: "2027-04-01" },
    { key: "3", kind: "closes", unitId: "old", unit: "u", successor: "new", successorName: "n", closedOn: "2027-04-01" },
    { key: "4", kind: "opens", unitId: "new", unit: "引き継ぐ係" },
  ];
  expect(payloadOf(lines, "4月1日")).toEqual({
    note: "4月1日",
    opens: [{ unitId: "new", name: "引き継ぐ係" }],
    closes: [{ unitId: "old", closedOn: "2027-04-01", successor: "new" }],
    ends: [{ assignmentId: "a", until: "2027-03-31" }],
    begins: [{ assignmentId: "2", staffId: "s", unitId: "new", role: "coordinator", fromDate: "2027-04-01" }],
  });
});
