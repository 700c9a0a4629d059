import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

type Chunk = Rolldown.OutputChunk;

export interface Limits {
  /** Bytes of what every page fetches, each file gzipped, worker included; what lies `apart` is not counted. */
  all: number;
  /** Bytes of what every browser fetches and the worker keeps: `all`, and what lies apart but is not `onDemand`. */
  kept: number;
  /** Bytes of everything there is, for somebody who opens every screen. */
  total: number;
  /** Bytes of a file that few screens need, by the name of its group. */
  apart: Record<string, number>;
  /** Those of the files apart that nobody fetches before one of their screens is opened. */
  onDemand: readonly string[];
  /** Bytes of what the first screen needs. */
  first: number;
  /** The start of the page and the screens somebody may see first, by the end of their module's path. */
  modules: readonly string[];
}

/** The chunks loaded before the first screen stands: those of the given modules, and whatever these import at once. */
export function firstRoute(chunks: readonly Chunk[], modules: readonly string[]): Set<Chunk> {
  const waiting = chunks.filter((chunk) => chunk.moduleIds.some((id) => modules.some((module) => id.endsWith(module))));
  const found = new Set<Chunk>();
  for (let chunk = waiting.pop(); chunk; chunk = waiting.pop()) {
    if (found.has(chunk)) continue;
    found.add(chunk);
    waiting.push(...chunks.filter((other) => chunk?.imports.includes(other.fileName)));
  }
  return found;
}

/** A file that everybody fetches and that fetches one of those that lie apart, which would then lie apart no longer. */
export function bringsApart(chunks: readonly Chunk[], apart: Record<string, number>): Chunk | undefined {
  const files = new Set(chunks.filter((chunk) => chunk.name in apart).map((chunk) => chunk.fileName));
  return chunks.find((chunk) => !(chunk.name in apart) && chunk.imports.some((file) => files.has(file)));
}

/** As the gateway ends a worker (gateway/pages.py) before it packs it. */
const HEADERS = "\n// headers 9f2c81d07ab3\n";

/** The bytes that travel: of a file as it was packed (`packed.ts`), of a worker as the gateway packs it. */
const travels = (bundle: Rolldown.OutputBundle, name: string, code: string) => {
  const packed = bundle[`${name}.gz`];
  return packed?.type === "asset" ? packed.source.length : gzipSync(code + HEADERS, { level: 9 }).length;
};
const kB = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

/** Says the sizes at every build, and fails it beyond the limits. */
export function sizes(limits: Limits): Plugin {
  return {
    name: "sizes",
    apply: "build",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const files = Object.values(bundle);
        const chunks = files.filter((file): file is Chunk => file.type === "chunk");
        const loose = files.filter((file) => file.type === "asset" && file.fileName.endsWith(".js")) as Rolldown.OutputAsset[];
        const everybody = chunks.filter((chunk) => !(chunk.name in limits.apart));
        const size = ({ fileName, code }: Pick<Chunk, "fileName" | "code">) => travels(bundle, fileName, code);
        const loaded = loose.map(({ fileName, source }) => ({ fileName, code: String(source) }));
        const all = [...everybody, ...loaded].reduce((sum, file) => sum + size(file), 0);
        const route = [...firstRoute(chunks, limits.modules)];
        const first = route.reduce((sum, chunk) => sum + size(chunk), 0);
        console.log(`\nJavaScript, gzipped: all ${kB(all)} of ${kB(limits.all)}, first route ${kB(first)} of ${kB(limits.first)}`);
        console.log(`first route: ${route.map((chunk) => chunk.fileName).join(", ")}`);
        const apart = chunks.filter((chunk) => chunk.name in limits.apart).map((chunk) => ({ name: chunk.name, size: size(chunk), limit: limits.apart[chunk.name] ?? 0 }));
        const withAll = (found: typeof apart) => found.reduce((sum, { size }) => sum + size, all);
        const kept = withAll(apart.filter(({ name }) => !limits.onDemand.includes(name)));
        const total = withAll(apart);
        for (const { name, size, limit } of apart) console.log(`apart, ${name}: ${kB(size)} of ${kB(limit)}`);
        console.log(`kept by every browser: ${kB(kept)} of ${kB(limits.kept)}`);
        console.log(`with what is fetched on demand (${limits.onDemand.join(", ")}): ${kB(total)} of ${kB(limits.total)}`);
        const bringing = bringsApart(chunks, limits.apart);
        if (bringing) this.error(`${bringing.fileName} fetches at once what lies apart`);
        if (all > limits.all || kept > limits.kept || total > limits.total || first > limits.first || apart.some(({ size, limit }) => size > limit)) this.error("the JavaScript is larger than its limit");
      },
    },
  };
}
