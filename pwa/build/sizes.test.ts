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

it("what every page fetches, what every browser keeps and everything have a limit each: of the packed bytes", () => {
  const files = Object.fromEntries(
    ["screens", "print", "account"].flatMap((name) => [
      [name, { ...chunk(`${name}.js`, [], []), type: "chunk", name, code: name.repeat(50) }],
      [`${name}.js.gz`, { fileName: `${name}.js.gz`, type: "asset", source: new Uint8Array(30) }],
    ]),
  );
  const failures = (all: number, kept: number, total: number) => {
    const found: string[] = [];
    const limits = { all, kept, total, first: 1, apart: { print: 1000, account: 1000 }, onDemand: ["account"], modules: [] };
    const { generateBundle } = sizes(limits) as unknown as { generateBundle: { handler: Function } };
    generateBundle.handler.call({ error: (text: string) => found.push(text) }, {}, files);
    return found.length;
  };
  expect([failures(40, 80, 120), failures(20, 80, 120), failures(40, 50, 120), failures(40, 80, 80)]).toEqual([0, 1, 1, 1]);
});
