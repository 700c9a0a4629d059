import { expect, it } from "vitest";
import { byUrgency } from "./order";

it("puts 今日中 before the clock", () => {
  const cards = [
    { id: "soon", urgency: "days", answerDueAt: "2026-11-24T01:00:00Z" },
    { id: "today, later", urgency: "today", answerDueAt: "2026-11-26T02:00:00Z" },
    { id: "late", urgency: null, answerDueAt: "2026-11-27T01:00:00Z" },
    { id: "today", urgency: "today", answerDueAt: "2026-11-26T01:00:00Z" },
  ];
  expect(cards.sort(byUrgency).map(({ id }) => id)).toEqual(["today", "today, later", "soon", "late"]);
});
