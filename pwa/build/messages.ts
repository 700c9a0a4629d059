import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseAst, type Plugin } from "vite";

export type Catalogue = Record<string, string>;

/** The client's own source, tests left out. */
export function readSources(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const ours = names.filter((name) => /\.tsx?$/.test(name) && !/\.(test|generated)\.|\.d\.ts$/.test(name));
  return ours.map((name) => readFileSync(join(folder, name), "utf8"));
}

/** What a command from a device can be refused with: its screen may be long gone, and the device keeps the code only. */
export const REFUSALS = [
  "attendance_exists", "attendance_in_future", "attendance_unknown", "body_too_large", "case_is_closed", "command_id_reused", "device_revoked", "malformed_envelope",
  "malformed_payload", "not_found", "participant_unknown", "promise_before_visit", "record_erased", "sealed_unreadable", "visit_before_case", "visit_exists", "visit_in_future", "with_whom_contradicts",
];

/** The sentences that are looked up while the page runs: `code.<list>.*` of every list the source names, `error.<code>` of every
 *  code it names (those the client itself raises; a server's refusal brings its sentence along, but for a device's), and whatever begins like a
 *  template (`statistics.measure.${…}`). Every other sentence is known by its number. */
export function lookedUp(all: Catalogue, sources: readonly string[]): Catalogue {
  const text = sources.join("\n");
  const named = new Set([...REFUSALS, ...Array.from(text.matchAll(/"([\w.]+)"/g), (found) => found[1])]);
  const begun = Array.from(text.matchAll(/`(\w[\w.]*\.)\$\{/g), (found) => found[1] ?? "");
  const isNeeded = (key: string) => {
    const [kind, next, ...rest] = key.split(".");
    if (kind === "code" && rest.length > 0) return named.has(next);
    if (kind === "error") return named.has([next, ...rest].join("."));
    return begun.some((start) => key.startsWith(start));
  };
  return Object.fromEntries(Object.entries(all).filter(([key]) => isNeeded(key)));
}

/** The keys the source names, in the order it names them; their place in this list is their number in the build, so that what is said
 *  together begins alike and packs well. */
export function namedKeys(all: Catalogue, sources: readonly string[]): string[] {
  const text = sources.join("\n");
  const first = new Map(Object.keys(all).map((key) => [key, text.indexOf(`"${key}"`)]));
  return [...first].filter(([, at]) => at >= 0).sort(([, a], [, b]) => a - b).map(([key]) => key);
}

/** `t("today.title")` becomes `t(417)`: every string of the code that is a key is replaced by its number. */
export function putNumbers(code: string, keys: readonly string[]): string {
  const numbers = new Map(keys.map((key, index) => [key, index]));
  const found: { start: number; end: number; number: number }[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== "object" || node === null) return;
    const { type, value, start, end } = node as { type?: string; value?: unknown; start: number; end: number };
    const number = type === "Literal" && typeof value === "string" ? numbers.get(value) : undefined;
    if (number !== undefined) found.push({ start, end, number });
    Object.values(node).forEach(visit);
  };
  visit(parseAst(code).body);
  for (const { start, end, number } of found.sort((a, b) => b.start - a.start)) code = code.slice(0, start) + number + code.slice(end);
  return code;
}

/** Read while the page starts; asked for again until it is there, for without it nothing can be said. */
const reader = (address: string) => `const catalogue = [];
const read = async () => {
  for (;;) {
    try {
      const answer = await fetch(${JSON.stringify(address)});
      if (answer.ok) return Object.assign(catalogue, ...(await answer.json()));
    } catch {}
    await new Promise((again) => setTimeout(again, 1000));
  }
};
catalogue.ready = read();
export default catalogue;`;

const VIRTUAL = "\0sentences";

/** The message file as the build uses it: text beside the code, not in it. One file of the sentences these screens speak,
 *  and nobody carries the server's; another language is another file. */
export function messages(file: string, source: string): Plugin {
  const all = JSON.parse(readFileSync(file, "utf8")) as Catalogue;
  const sources = readSources(source);
  const keys = namedKeys(all, sources);
  const spoken = JSON.stringify([keys.map((key) => all[key]), lookedUp(all, sources)]);
  const fileName = `assets/ja-${createHash("sha256").update(spoken).digest("hex").slice(0, 8)}.json`;
  return {
    name: "messages",
    apply: "build",
    enforce: "pre",
    resolveId: (id) => (id.endsWith("/contracts/ja.json") ? VIRTUAL : null),
    load: (id) => (id === VIRTUAL ? reader(`/${fileName}`) : null),
    transform: {
      order: "post",
      handler: (code, id) => (id.startsWith(source) && /\.tsx?$/.test(id) ? { code: putNumbers(code, keys), map: null } : null),
    },
    buildStart() {
      this.emitFile({ type: "asset", fileName, source: spoken });
    },
    transformIndexHtml: () => [{ tag: "link", attrs: { rel: "preload", as: "fetch", href: `/${fileName}`, crossorigin: "anonymous" }, injectTo: "head" }],
    writeBundle: () => console.log(`sentences, gzipped: ${(gzipSync(spoken, { level: 9 }).length / 1000).toFixed(1)} kB`),
  };
}
