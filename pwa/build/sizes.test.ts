import type { Rolldown } from "vite";
import { expect, it } from "vitest";
import { bringsApart, firstRoute, sizes } from "./sizes.ts";

function chunk(fileName: string, moduleIds: string[], imports: string[]): Rolldown.OutputChunk {
  return { fileName, moduleIds, imports } as unknown as Rolldown.OutputChunk;
}

it("counts the entry, the first screens, and all that these import at once", () => {
  const chunks = [
    chunk("entry.js", ["/src/main.tsx"], ["shared.js"]),
    chunk("shared.js", [], []),
    chunk("today.js", ["/src/features/today/Today.tsx"], ["shared.js", "deep.js"]),
    chunk("deep.js", [], ["deeper.js"]),
    chunk("deeper.js", [], []),
    chunk("other.js", ["/src/features/cases/Case.tsx"], ["deep.js"]),
  ];
  const names = [...firstRoute(chunks, ["src/main.tsx", "today/Today.tsx"])].map((found) => found.fileName).sort();
  expect(names).toEqual(["deep.js", "deeper.js", "entry.js", "shared.js", "today.js"]);
});

it("a file that everybody fetches may not bring along one that lies apart", () => {
  const print = chunk("print.js", ["TokenSheet.tsx"], []);
  const files = [{ ...print, name: "print" }, chunk("screens.js", ["Board.tsx"], ["print.js"])] as Parameters<typeof bringsApart>[0];
  expect(bringsApart(files, { print: 1 })?.fileName).toBe("screens.js");
  expect(bringsApart(files.slice(0, 1), { print: 1 })).toBeUndefined();
});

it("the total has a limit of its own: what lies apart counts there, and not in the core", () => {
  const core = { ...chunk("print.js", [], []), type: "chunk", name: "print", code: "a".repeat(100) };
  const later = { ...chunk("account.js", [], []), type: "chunk", name: "account", code: "b".repeat(100) };
  const failures = (all: number, total: number) => {
    const found: string[] = [];
    const { generateBundle } = sizes({ all, total, first: 1, core: ["print"], apart: { print: 1000, account: 1000 }, modules: [] }) as unknown as { generateBundle: { handler: Function } };
    generateBundle.handler.call({ error: (text: string) => found.push(text) }, {}, { core, later });
    return found.length;
  };
  expect([failures(30, 60), failures(30, 30), failures(10, 60)]).toEqual([0, 1, 1]);
});
