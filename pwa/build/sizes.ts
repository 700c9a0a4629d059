import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

type Chunk = Rolldown.OutputChunk;

export interface Limits {
  /** Bytes of what every browser fetches and the worker keeps, each file gzipped, worker included. */
  kept: number;
  /** Bytes of a file that nobody fetches before it is needed, by the name of its group. */
  onDemand: Record<string, number>;
  /** Bytes of everything there is, for somebody who opens every screen. */
  total: number;
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

/** A file that everybody fetches and that fetches at once one of those on demand. */
export function bringsAtOnce(chunks: readonly Chunk[], onDemand: Record<string, number>): Chunk | undefined {
  const files = new Set(chunks.filter((chunk) => chunk.name in onDemand).map((chunk) => chunk.fileName));
  return chunks.find((chunk) => !(chunk.name in onDemand) && chunk.imports.some((file) => files.has(file)));
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
        const size = ({ fileName, code }: Pick<Chunk, "fileName" | "code">) => travels(bundle, fileName, code);
        const sum = (some: readonly Pick<Chunk, "fileName" | "code">[]) => some.reduce((bytes, file) => bytes + size(file), 0);
        const later = chunks.filter((chunk) => chunk.name in limits.onDemand).map((chunk) => ({ ...chunk, limit: limits.onDemand[chunk.name] ?? 0 }));
        const kept = sum(chunks.filter((chunk) => !(chunk.name in limits.onDemand))) + sum(loose.map(({ fileName, source }) => ({ fileName, code: String(source) })));
        const route = [...firstRoute(chunks, limits.modules)];
        const [first, total] = [sum(route), kept + sum(later)];
        console.log(`\nJavaScript, gzipped: kept by every browser ${kB(kept)} of ${kB(limits.kept)}, first route ${kB(first)} of ${kB(limits.first)}`);
        console.log(`first route: ${route.map((chunk) => chunk.fileName).join(", ")}`);
        for (const file of later) console.log(`on demand, ${file.name}: ${kB(size(file))} of ${kB(file.limit)}`);
        console.log(`everything: ${kB(total)} of ${kB(limits.total)}`);
        const bringing = bringsAtOnce(chunks, limits.onDemand);
        if (bringing) this.error(`${bringing.fileName} fetches at once what is for later`);
        if (kept > limits.kept || total > limits.total || first > limits.first || later.some((file) => size(file) > file.limit)) this.error("the JavaScript is larger than its limit");
      },
    },
  };
}
