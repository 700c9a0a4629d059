/** The short code of a paper token: five characters of Crockford's base 32 and a check character over the same alphabet.
 *  One wrong character is always noticed; 「O」 is read as 0, 「I」 and 「L」 as 1. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 5;

/** Odd weights: in arithmetic modulo 32 no change of one character can hide behind them. */
function checkOf(values: readonly number[]): string {
  const sum = values.reduce((total, value, index) => total + value * (2 * index + 1), 0);
  return ALPHABET[sum % 32] as string;
}

/** A new code, `7K3F2A`. It always carries a digit no letter is taken for, so that 「momiji」 is never read as one. */
export function newTokenCode(random: (count: number) => Uint8Array = (count) => crypto.getRandomValues(new Uint8Array(count))): string {
  for (;;) {
    const values = [...random(LENGTH)].map((byte) => byte % 32);
    if (values.some((value) => value > 1 && value < 10)) return values.map((value) => ALPHABET[value]).join("") + checkOf(values);
  }
}

/** As people read it: `7K3-F2A`. */
export function spokenCode(code: string): string {
  return code.length === LENGTH + 1 ? `${code.slice(0, 3)}-${code.slice(3)}` : code;
}

export type ReadCode = { kind: "code"; code: string } | { kind: "mistyped" } | { kind: "other" };

/** What somebody typed or scanned: a code, one that does not check, or something else, such as a nickname. */
export function readCode(typed: string): ReadCode {
  const plain = typed.normalize("NFKC");
  const text = plain.toUpperCase().replace(/[\s\-‐–ー−]/gu, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (!/\d/.test(plain) || text.length !== LENGTH + 1 || ![...text].every((each) => ALPHABET.includes(each))) return { kind: "other" };
  const values = [...text.slice(0, LENGTH)].map((each) => ALPHABET.indexOf(each));
  return checkOf(values) === text[LENGTH] ? { kind: "code", code: text } : { kind: "mistyped" };
}
