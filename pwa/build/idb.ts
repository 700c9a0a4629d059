import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const BEGIN = "const readMethods = ";
const END = "export {";

/** idb without its shortcuts on the database and its async iterators; ours are transactions and stores only. */
export function trimmed(code: string): string {
  const [from, to] = [code.indexOf(BEGIN), code.lastIndexOf(END)];
  if (from < 0 || to < from) throw new Error("idb is built differently now: look at build/idb.ts");
  return code.slice(0, from) + code.slice(to);
}

export function smallIdb(): Plugin {
  return {
    name: "small-idb",
    apply: "build",
    load: (id) => (id.endsWith("/idb/build/index.js") ? { code: trimmed(readFileSync(id, "utf8")), moduleSideEffects: false } : null),
  };
}
