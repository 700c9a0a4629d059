import type { Rolldown } from "vite";
import { expect, it } from "vitest";
import { bringsAtOnce, firstRoute, sizes } from "./sizes.ts";

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

it("a file that everybody fetches may not bring along one that is for later", () => {
  const network = chunk("network.js", ["Staff.tsx"], []);
  const files = [{ ...network, name: "network" }, chunk("screens.js", ["Board.tsx"], ["network.js"])] as Parameters<typeof bringsAtOnce>[0];
  expect(bringsAtOnce(files, { network: 1 })?.fileName).toBe("screens.js");
  expect(bringsAtOnce(files.slice(0, 1), { network: 1 })).toBeUndefined();
});

it("what every browser keeps, each file on demand and everything have a limit each: of the packed bytes", () => {
  const files = Object.fromEntries(
    ["first", "screens", "network"].flatMap((name) => [
      [name, { ...chunk(`${name}.js`, [], []), type: "chunk", name, code: name.repeat(50) }],
      [`${name}.js.gz`, { fileName: `${name}.js.gz`, type: "asset", source: new Uint8Array(30) }],
    ]),
  );
  const failures = (kept: number, network: number, total: number) => {
    const found: string[] = [];
    const { generateBundle } = sizes({ kept, onDemand: { network }, total, first: 1, modules: [] }) as unknown as { generateBundle: { handler: Function } };
    generateBundle.handler.call({ error: (text: string) => found.push(text) }, {}, files);
    return found.length;
  };
  expect([failures(60, 30, 90), failures(59, 30, 90), failures(60, 29, 90), failures(60, 30, 89)]).toEqual([0, 1, 1, 1]);
});
