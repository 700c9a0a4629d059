import type { SharingQuery } from "../../gateway/generated";
import { momentText, tokyoInstant } from "../../i18n/dates";
import { t } from "../../i18n/messages";
import type { Problem } from "../../ui/forms";
import { LINE, TEXT, textProblem } from "../../ui/textLimits";

export type Shared = NonNullable<SharingQuery["sharing"]>;
export type Basis = Shared["bases"][number];
export type SharedCase = NonNullable<SharingQuery["case"]>;
export type Named = SharedCase["team"][number];

/** The bases that are given on this screen; an emergency is used, not given. */
export type Kind = "consent" | "conference" | "article_69_2";
export const COMMAND = { consent: "GiveConsent", conference: "ConveneConference", article_69_2: "ShareByLaw" } as const;
export const ITEMS = ["internal_use", "other_public_body", "special_reason"] as const;

const GROUPS = ["identity", "contact_safety", "timeline", "person_words", "family_words", "memo", "team", "promise"];
/** Beyond the most a basis can open (services/coordination/domain/who_may.py, `ceiling`): never offered. */
const CLOSED: Record<string, readonly string[]> = {
  consent: ["family_words", "memo"],
  conference: [],
  article_69_2: ["family_words", "person_words", "memo"],
  emergency: ["person_words", "family_words", "memo"],
};
/** What an emergency opens: enough to reach the person. */
export const TO_REACH_THEM = openable("emergency");
const SHORTEST_REASON = 5;

export function openable(kind: string): string[] {
  return GROUPS.filter((group) => !CLOSED[kind]?.includes(group));
}

/** What a basis shows: of what was written down, no more than its kind can open. */
export function openedBy({ kind, fieldGroups }: Pick<Basis, "kind" | "fieldGroups">): string[] {
  return openable(kind).filter((group) => fieldGroups.includes(group));
}

/** What somebody typed into the dialog of a basis. Days are Tokyo's; `until` is the last day. */
export interface Terms {
  groups: readonly string[];
  units: readonly string[];
  members: readonly Named[];
  item: string;
  from: string;
  until: string;
  reason: string;
}

export function missingIn(kind: Kind, terms: Terms): Problem[] {
  const to = kind === "conference" ? terms.members.length : terms.units.length;
  return [
    ...(kind === "article_69_2" && !terms.item ? [{ field: "item", text: t("sharing.itemMissing") }] : []),
    ...(to === 0 ? [{ field: "to", text: t("sharing.toMissing") }] : []),
    ...(terms.groups.length === 0 ? [{ field: "groups", text: t("sharing.groupsMissing") }] : []),
    ...(kind === "conference" && !terms.from ? [{ field: "from", text: t("sharing.dayMissing") }] : []),
    ...(terms.until ? [] : [{ field: "until", text: t("sharing.dayMissing") }]),
    ...(kind === "consent" ? [] : missingReason(terms.reason)),
    ...tooLong(kind, terms.reason),
  ];
}

/** As long as its field says, and no longer: the owner's own sentence speaks of all fields at once. */
function tooLong(kind: Kind, reason: string): Problem[] {
  const text = textProblem(reason, limitOf(kind));
  return text ? [{ field: "reason", text }] : [];
}

/** A line beside a consent, a text beside what nobody consented to. */
export const limitOf = (kind: Kind) => (kind === "consent" ? LINE : TEXT);

export function missingReason(reason: string): Problem[] {
  return reason.trim().length < SHORTEST_REASON ? [{ field: "reason", text: t("sharing.reasonShort") }] : [];
}

/** The payload of the command of this kind, with nothing in it that the kind does not know. */
export function payloadOf(kind: Kind, basisId: string, terms: Terms): Record<string, unknown> {
  const shared = { basisId, fieldGroups: terms.groups, until: tokyoInstant(terms.until, "23:59") };
  const reason = terms.reason.trim();
  if (kind === "consent") return { ...shared, unitIds: terms.units, note: reason };
  if (kind === "article_69_2") return { ...shared, unitIds: terms.units, item: terms.item, reason };
  return { ...shared, memberIds: terms.members.map(({ id }) => id), fromAt: tokyoInstant(terms.from, "0:00"), reason };
}

/** now: it opens something, which the owner knows and this device's clock does not. later: its days have not come. over: ended by
 *  somebody, or by its last day. */
export function standingOf({ endedAt, fromAt, inForce }: Pick<Basis, "endedAt" | "fromAt" | "inForce">, now: Date): "now" | "later" | "over" {
  if (inForce) return "now";
  return !endedAt && new Date(fromAt) > now ? "later" : "over";
}

/** From and until as people say them: with the time only where it is not the edge of a day. */
export function periodText({ fromAt, until }: Pick<Basis, "fromAt" | "until">): string {
  const edge = (moment: string) => momentText(moment).replace(/ (0:00|23:59)$/, "");
  return t("sharing.period", { from: edge(fromAt), until: edge(until) });
}

/** Who joins, who leaves, and (when it changes) whose case it is. Null: nothing changes. */
export function teamChange(before: readonly string[], after: readonly string[], ownerId: string): Record<string, unknown> | null {
  const join = after.filter((id) => !before.includes(id));
  const leave = before.filter((id) => !after.includes(id));
  const owner = ownerId === before[0] ? null : ownerId;
  return join.length + leave.length > 0 || owner ? { join, leave, ownerId: owner } : null;
}
