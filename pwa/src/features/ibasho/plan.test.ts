import { expect, it } from "vitest";
import { missingInPlan, payloadOfPlan, type Plan } from "./plan";

const plan: Plan = { placeId: "pl", programmeId: "pr", day: "2026-11-26", from: "13:00", to: "17:00", style: "free", capacity: "", staff: ["m1"] };

it("takes the usual session as it stands, and full-width figures", () => {
  expect(missingInPlan(plan)).toEqual([]);
  expect(payloadOfPlan({ ...plan, from: "９:３０", capacity: "１２" })).toMatchObject({ startsAt: "2026-11-26T00:30:00.000Z", endsAt: "2026-11-26T08:00:00.000Z", capacity: 12 });
  expect(payloadOfPlan(plan).capacity).toBeNull();
});

it.each([
  ["p-programme", { programmeId: "" }], ["p-from", { from: "25:00" }], ["p-to", { to: "" }], ["p-to", { to: "13:00" }],
  ["p-capacity", { capacity: "たくさん" }], ["p-capacity", { capacity: "0" }], ["p-staff", { staff: [] }],
])("says what is wrong at %s", (field, change) => expect(missingInPlan({ ...plan, ...change }).map((problem) => problem.field)).toEqual([field]));
