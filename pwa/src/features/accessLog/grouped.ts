import type { AccessLogQuery } from "../../gateway/generated";
import { tokyoDay } from "../../i18n/dates";

export type Line = AccessLogQuery["accessLog"]["lines"][number];

/** A case, or a sheet, by the number both go by. */
export interface NamedCase {
  id: string;
  isCase: boolean;
  receiptNumber: string | null;
}

/** What is told as one: one person's reads of the same cases, in the same way, on the same day. */
export interface Told {
  key: string;
  day: string;
  /** The newest of them. */
  line: Line;
  /** When the first and the last of them were. */
  from: string;
  until: string;
  /** How many reads; a list of thirty cases is one. */
  times: number;
  cases: readonly NamedCase[];
  fieldGroups: readonly string[];
  /** What is looked at: each case or sheet of each row of the log, told to its owner. */
  looked: readonly { accessId: string; about: string; type: "ReviewAccess" | "ReviewSheetAccess" }[];
}

/** Lines of the log as they are told, in the order in which each first appears. */
export function grouped(lines: readonly Line[]): Told[] {
  const reads = gather(lines, (line) => `${line.id} ${line.odd}`);
  return [...gather([...reads.values()], wayOf).entries()].map(([key, same]) => {
    const all = same.flat() as [Line, ...Line[]];
    const moments = all.map(({ at }) => at).sort();
    return {
      key,
      day: tokyoDay(all[0].at),
      line: all[0],
      from: moments[0] ?? "",
      until: moments.at(-1) ?? "",
      times: same.length,
      cases: [...new Map(all.map((line) => [aboutOf(line), { id: aboutOf(line), isCase: Boolean(line.caseId), receiptNumber: line.receiptNumber }])).values()],
      fieldGroups: [...new Set(all.flatMap(({ fieldGroups }) => fieldGroups))],
      looked: all.map((line) => ({ accessId: line.id, about: aboutOf(line), type: line.caseId ? "ReviewAccess" : "ReviewSheetAccess" })),
    };
  });
}

export const aboutOf = ({ caseId, consultationId }: Line) => caseId ?? consultationId ?? "";

/** Everything that must be the same for two reads to be told as one. */
function wayOf(read: readonly Line[]): string {
  const [{ staff, at, purpose, basis, screen, odd, reviewedBy, note }] = read as [Line];
  const cases = read.map(aboutOf).sort();
  return JSON.stringify([staff.id, tokyoDay(at), cases, purpose, basis, screen, odd, reviewedBy?.id, note]);
}

function gather<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    found.set(key, [...(found.get(key) ?? []), item]);
  }
  return found;
}

/** Day by day, in the order given. */
export function byDay(told: readonly Told[]): [day: string, told: Told[]][] {
  return [...gather(told, ({ day }) => day).entries()];
}
