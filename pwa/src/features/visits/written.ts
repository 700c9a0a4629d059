const text = (value: unknown) => (typeof value === "string" ? value : "");

/** A visit as its command says it, whatever shape the command was written down in. */
export function visitOf(payload: Record<string, unknown>) {
  const { on = null, note = "" } = (payload.nextPromise ?? {}) as { on?: string | null; note?: string };
  return {
    at: text(payload.visitedAt),
    outcome: text(payload.outcome),
    withWhom: Array.isArray(payload.withWhom) ? payload.withWhom.map(String) : [],
    personWords: text(payload.personWords),
    familyWords: text(payload.familyWords),
    memo: text(payload.memo),
    nextPromise: { on, at: null, note },
  };
}
