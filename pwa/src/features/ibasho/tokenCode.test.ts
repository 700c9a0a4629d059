import { describe, expect, it } from "vitest";
import { newTokenCode, readCode, spokenCode } from "./tokenCode";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

describe("the short code of a token", () => {
  it("reads back what it makes, in the shapes people write it", () => {
    for (let i = 0; i < 500; i++) {
      const code = newTokenCode();
      expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{6}$/);
      for (const typed of [code, code.toLowerCase(), spokenCode(code), ` ${code} `, code.replace(/0/g, "O").replace(/1/g, "l")]) {
        expect(readCode(typed)).toEqual({ kind: "code", code });
      }
    }
  });

  it("notices every single wrong character", () => {
    const code = newTokenCode();
    for (let at = 0; at < 6; at++) {
      for (const wrong of ALPHABET.replace(code[at] as string, "")) {
        expect(readCode(`${code.slice(0, at)}${wrong}${code.slice(at + 1)}`).kind).not.toBe("code");
      }
    }
  });

  it("takes full-width characters, and leaves nicknames alone", () => {
    const code = newTokenCode(() => new Uint8Array([7, 19, 3, 15, 2]));
    expect(code).toBe("7K3F2A");
    expect(readCode("７Ｋ３－Ｆ２Ａ")).toEqual({ kind: "code", code });
    expect(readCode("みどりさん").kind).toBe("other");
    expect(readCode("momiji").kind).toBe("other");
    expect(readCode("").kind).toBe("other");
  });
});
