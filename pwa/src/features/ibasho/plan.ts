import { tokyoInstant } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import type { Problem } from "../../ui/forms";

export const STYLES = ["free", "programme", "online"] as const;

/** A session being planned, as it is typed. */
export interface Plan {
  placeId: string;
  programmeId: string;
  day: string;
  from: string;
  to: string;
  style: string;
  capacity: string;
  staff: readonly string[];
}

export function missingInPlan(plan: Plan): Problem[] {
  const [from, to] = [tokyoInstant(plan.day, plan.from), tokyoInstant(plan.day, plan.to)];
  return [
    ...(plan.programmeId ? [] : [{ field: "p-programme", text: t("plan.programmeRequired") }]),
    ...(from ? [] : [{ field: "p-from", text: t("visit.timeInvalid") }]),
    ...(to ? [] : [{ field: "p-to", text: t("visit.timeInvalid") }]),
    ...(from && to && from >= to ? [{ field: "p-to", text: t("plan.endsBefore") }] : []),
    ...(plan.capacity.trim() === "" || capacityOf(plan.capacity) ? [] : [{ field: "p-capacity", text: t("plan.capacityInvalid") }]),
    ...(plan.staff.length > 0 ? [] : [{ field: "p-staff", text: t("plan.staffRequired") }]),
  ];
}

/** Null: no limit was said. */
function capacityOf(text: string): number | null {
  const count = Number(text.normalize("NFKC").trim());
  return Number.isInteger(count) && count > 0 ? count : null;
}

export function payloadOfPlan(plan: Plan): Record<string, unknown> {
  const { placeId, programmeId, day, from, to, style, capacity, staff } = plan;
  return { placeId, programmeId, startsAt: tokyoInstant(day, from), endsAt: tokyoInstant(day, to), style, capacity: capacityOf(capacity), staffIds: staff };
}
