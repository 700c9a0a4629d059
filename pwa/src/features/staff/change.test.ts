import { expect, it } from "vitest";
import { goesOn, lastOfMarch, type Line, nextApril, offeredDay, payloadOf, rolesIn, type Staffing } from "./change";

it("offers the coming 1st of April where it is near", () => {
  expect(["2027-01-31", "2027-02-01", "2027-03-31", "2027-04-01", "2026-11-03"].map(offeredDay)).toEqual(["2027-01-31", "2027-04-01", "2027-04-01", "2027-04-01", "2026-11-03"]);
});

it("knows the next first of April", () => {
  expect(["2026-03-31", "2026-04-01", "2026-11-24"].map(nextApril)).toEqual(["2026-04-01", "2027-04-01", "2027-04-01"]);
  expect(lastOfMarch("2026-11-24")).toBe("2027-03-31");
});

it("puts every line where the command wants it, with nothing for the screen in it", () => {
  const lines: Line[] = [
    { key: "1", kind: "ends", assignmentId: "a", who: "x", unit: "u", role: "manager", until: "2027-03-31" },
    { key: "2", kind: "begins", staffId: "s", who: "x", unitId: "new", unit: "u", role: "coordinator", fromDate: "2027-04-01" },
    { key: "3", kind: "closes", unitId: "old", unit: "u", successor: "new", successorName: "n", closedOn: "2027-04-01" },
    { key: "4", kind: "opens", unitId: "new", unit: "引き継ぐ係", answeredBy: null },
  ];
  expect(payloadOf(lines, "4月1日")).toEqual({
    note: "4月1日",
    opens: [{ unitId: "new", name: "引き継ぐ係", answeredBy: null }],
    closes: [{ unitId: "old", closedOn: "2027-04-01", successor: "new" }],
    ends: [{ assignmentId: "a", until: "2027-03-31" }],
    begins: [{ assignmentId: "2", staffId: "s", unitId: "new", role: "coordinator", fromDate: "2027-04-01" }],
  });
});

const unit = (id: string, audits = false) => ({ unit: { id, name: id }, closedOn: null, successor: null, isMine: true, audits, isAgency: false });
const held = (staffId: string, unitId: string, role: string, until: string | null = null) =>
  ({ id: `${staffId}-${role}`, staff: { id: staffId, name: "" }, unit: { id: unitId, name: "" }, role, fromDate: "2024-04-01", until });
const staffing: Staffing = {
  units: [unit("old"), unit("audit", true)],
  assignments: [held("me", "old", "manager"), held("me", "old", "coordinator", "2026-12-31"), held("other", "old", "coordinator")],
  directory: [],
  changes: [],
  casesWithoutOwner: null,
  casesWithFormer: null,
};
const closes = (unitId: string): Line => ({ key: "3", kind: "closes", unitId, unit: "", successor: "new", successorName: "", closedOn: "2027-04-01" });

it("offers nobody an assignment of their own, but the one they go on with in what succeeds their unit", () => {
  expect(goesOn(staffing, [], "me")).toEqual([]);
  expect(goesOn(staffing, [closes("old")], "me")).toEqual([{ unitId: "new", role: "manager" }]);
  expect(goesOn(staffing, [closes("audit")], "me")).toEqual([]);
});

it("offers an auditor where there was one, or in what succeeds such a unit", () => {
  const audits = (lines: readonly Line[], unitId: string) => rolesIn(staffing, lines, unitId).includes("auditor");
  expect([audits([], "audit"), audits([], "old"), audits([closes("old")], "new"), audits([closes("audit")], "new")]).toEqual([true, false, false, true]);
  expect(rolesIn(staffing, [], "old")).toContain("manager");
});

it("offers a partner in another agency's unit and nothing else, and a partner nowhere else", () => {
  const agency = { ...unit("agency"), isAgency: true };
  const opened: Line = { key: "4", kind: "opens", unitId: "new", unit: "", answeredBy: "old" };
  expect(rolesIn({ ...staffing, units: [...staffing.units, agency] }, [], "agency")).toEqual(["partner"]);
  expect(rolesIn(staffing, [opened], "new")).toEqual(["partner"]);
  expect(rolesIn(staffing, [{ ...opened, answeredBy: null }], "new")).not.toContain("partner");
});
