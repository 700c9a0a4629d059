import type { Rolldown } from "vite";
import { expect, it } from "vitest";
import { strangers } from "./worker.ts";

function chunk(fileName: string, moduleIds: string[], imports: string[] = []): Rolldown.OutputChunk {
  return { type: "chunk", fileName, moduleIds, imports } as unknown as Rolldown.OutputChunk;
}

it("finds what the worker would run of the page, however far away", () => {
  const worker = chunk("sw.js", ["/src/worker/sw.ts"], ["carry.js"]);
  const carry = chunk("carry.js", ["/src/sync/carry.ts", "/src/app/paths.ts"], ["first.js", "sw.js"]);
  const first = chunk("first.js", ["/src/sync/store.ts", "/src/main.tsx"]);
  const clean = { "sw.js": worker, "carry.js": { ...carry, imports: ["sw.js"] } } as unknown as Rolldown.OutputBundle;
  const dirty = { "sw.js": worker, "carry.js": carry, "first.js": first } as unknown as Rolldown.OutputBundle;
  expect(strangers(worker, clean)).toEqual([]);
  expect(strangers(worker, dirty)).toEqual(["/src/main.tsx"]);
});
