import ja from "../../../services/contracts/ja.json";

/** Every sentence a person reads comes from the one message file; a key that does not exist does not compile. */
export type MessageKey = keyof typeof ja;
export type Values = Record<string, string | number>;

const catalogue: Record<string, string> = ja;

/** Resolves when every sentence can be said. The build reads them from a file beside the code; tests have them at once. */
export const sentencesReady: Promise<unknown> = Promise.resolve((ja as { ready?: Promise<unknown> }).ready);

export function t(key: MessageKey, values: Values = {}): string {
  return fill(catalogue[key] ?? key, values);
}

/** The sentence of a code that came from the server: `code.<list>.<code>`. An unknown code is shown as it is. */
export function codeText(list: string, code: string): string {
  return catalogue[`code.${list}.${code}`] ?? code;
}

/** The sentence of a refusal, should the answer carry a code without its message. */
export function errorText(code: string | null | undefined, unknown: MessageKey = "problem.unexpected"): string {
  return catalogue[`error.${code}`] ?? t(unknown);
}

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (hole, name: string) => String(values[name] ?? hole));
}
