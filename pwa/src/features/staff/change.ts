import type { Role } from "../../app/session";
import type { StaffingQuery } from "../../gateway/generated";
import { addDays } from "../../i18n/dates";

export type Staffing = NonNullable<StaffingQuery["staffing"]>;
export type Assignment = Staffing["assignments"][number];
const ROLES: readonly Role[] = ["coordinator", "window_staff", "ibasho_staff", "manager", "auditor"];

/** One line of what will be changed, all at once or not at all (`ChangeAssignments`). */
export type Line =
  | { key: string; kind: "ends"; assignmentId: string; who: string; unit: string; role: string; until: string }
  | { key: string; kind: "begins"; staffId: string; who: string; unitId: string; unit: string; role: string; fromDate: string }
  | { key: string; kind: "closes"; unitId: string; unit: string; successor: string; successorName: string; closedOn: string }
  | { key: string; kind: "opens"; unitId: string; unit: string; answeredBy: string | null };

/** Where I go on myself: in the unit that succeeds mine in this very change, as what I am in the one it closes. */
export function goesOn(staffing: Staffing, lines: readonly Line[], staffId: string): { unitId: string; role: string }[] {
  return lines.flatMap((line) => line.kind !== "closes" ? [] : staffing.assignments
    .filter(({ staff, unit, until }) => staff.id === staffId && unit.id === line.unitId && (until === null || until >= line.closedOn))
    .map(({ role }) => ({ unitId: line.successor, role })));
}

/** What somebody can be in a unit: a partner in another agency's and nothing else there; an auditor where there was one, or in what succeeds such a unit by this very change. */
export function rolesIn(staffing: Staffing, lines: readonly Line[], unitId: string): readonly Role[] {
  const isAgency = staffing.units.some((each) => each.isAgency && each.unit.id === unitId)
    || lines.some((line) => line.kind === "opens" && line.unitId === unitId && line.answeredBy);
  if (isAgency) return ["partner"];
  const succeeded = lines.flatMap((line) => (line.kind === "closes" && line.successor === unitId ? [line.unitId] : []));
  const audits = staffing.units.some(({ unit, audits }) => audits && [unitId, ...succeeded].includes(unit.id));
  return ROLES.filter((role) => role !== "auditor" || audits);
}

/** The payload of the command; each new assignment has its id from its line, so that sending again is the same act. */
export function payloadOf(lines: readonly Line[], note: string): Record<string, unknown> {
  const of = <Kind extends Line["kind"]>(kind: Kind) => lines.filter((line): line is Extract<Line, { kind: Kind }> => line.kind === kind);
  return {
    note,
    opens: of("opens").map(({ unitId, unit, answeredBy }) => ({ unitId, name: unit, answeredBy })),
    closes: of("closes").map(({ unitId, closedOn, successor }) => ({ unitId, closedOn, successor })),
    ends: of("ends").map(({ assignmentId, until }) => ({ assignmentId, until })),
    begins: of("begins").map(({ key, staffId, unitId, role, fromDate }) => ({ assignmentId: key, staffId, unitId, role, fromDate })),
  };
}

/** The 1st of April that comes next: the day on which most assignments change. */
export function nextApril(today: string): string {
  const year = Number(today.slice(0, 4));
  return today < `${year}-04-01` ? `${year}-04-01` : `${year + 1}-04-01`;
}

/** The day a new assignment begins on, as offered: in February and March the coming 1st of April, else today. */
export function offeredDay(today: string): string {
  return /-0[23]-/.test(today) ? nextApril(today) : today;
}

/** The last day of an assignment that ends with this fiscal year. */
export function lastOfMarch(today: string): string {
  return addDays(nextApril(today), -1);
}

/** Assignments that hold today or will; those that are over come under history. */
export function isOver(assignment: Assignment, today: string): boolean {
  return assignment.until !== null && assignment.until < today;
}
