interface Waiting {
  urgency: string | null;
  answerDueAt: string;
}

/** What must be done today comes before the clock; then the one whose answer is due first. */
export function byUrgency(a: Waiting, b: Waiting): number {
  return Number(b.urgency === "today") - Number(a.urgency === "today") || a.answerDueAt.localeCompare(b.answerDueAt);
}
