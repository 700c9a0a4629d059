import { describe, expect, it } from "vitest";
import { ScanBuffer } from "./scanner";

function type(buffer: ScanBuffer, text: string, gap: number, from = 1_000): string | null {
  let found: string | null = null;
  [...text, "Enter"].forEach((key, index) => (found = buffer.press(key, from + index * gap)));
  return found;
}

describe("a hardware scanner", () => {
  it("is told from a hand by its speed", () => {
    expect(type(new ScanBuffer(), "7K3F2A", 8)).toBe("7K3F2A");
    expect(type(new ScanBuffer(), "7K3F2A", 200)).toBeNull();
  });

  it("begins anew after a pause, and after each Enter", () => {
    const buffer = new ScanBuffer();
    buffer.press("x", 0);
    expect(type(buffer, "7K3-F2A", 8)).toBe("7K3F2A");
    expect(type(buffer, "7K3F2A", 8, 1_100)).toBe("7K3F2A");
  });

  it("gives nothing for a number that does not check, nor for a lone Enter", () => {
    expect(type(new ScanBuffer(), "7K3F2B", 8)).toBeNull();
    expect(type(new ScanBuffer(), "", 8)).toBeNull();
  });
});
