import { basename } from "node:path";
import { minify, type MinifyOptions } from "terser";
import type { Plugin, Rolldown } from "vite";

/** As the bundler writes what one file takes from another: at once, and when it is needed. */
const AT_ONCE = /^(import|export) \{ (.*) \}( from "(?:.*\/)?([^"/]+)")?;$/gm;
const LATER = /import\("\.\/([^"]+)"\)(?:\.then\(\((\w+)\) => \2\.([\w$]+)\))?/g;

/** The letters of names, the frequent ones of minified code first. */
const LETTERS = "etnraiosclduphfmgvyb_wkxCSEITADPLOMRNjFqBUHzVGWKJQ$XYZ";
/** For the names that are said most often; the minifier keeps the frequent letters for what is inside of functions. */
const SINGLE = [...LETTERS].reverse().slice(0, 24);
const WORDS = new Set(["as", "do", "if", "in", "is", "of"]);

/** One or two letters for every name that one file gives another, by `file name`: the same at both ends. */
export function shortNames(chunks: readonly Pick<Rolldown.RenderedChunk, "fileName" | "exports">[]): Map<string, string> {
  const given = chunks.flatMap(({ fileName, exports }) => exports.map((name) => ({ name, key: `${basename(fileName)} ${name}` }))).sort((a, b) => (a.key < b.key ? -1 : 1));
  const often = given.toSorted((a, b) => a.name.length - b.name.length).slice(0, SINGLE.length); // short names are said often
  const double = [...LETTERS].flatMap((first) => [...LETTERS, ..."0123456789"].map((second) => first + second)).filter((name) => !WORDS.has(name));
  const names = new Map(given.map(({ key }, index) => [key, double[index] as string]));
  often.forEach(({ key }, index) => names.set(key, SINGLE[index] as string));
  return names;
}

/** The code with its lists renamed, and what each name is called in it. */
export function renamed(code: string, file: string, names: ReadonlyMap<string, string>): { code: string; called: Record<string, string> } {
  const called: Record<string, string> = {};
  const short = (from: string, name: string) => {
    const found = names.get(`${from} ${name}`);
    if (!found) throw new Error(`${from} does not give ${name}`);
    return found;
  };
  const list = (_: string, kind: string, all: string, source = "", from = file) => {
    const pairs = all.split(", ").map((each) => {
      const [first = "", second = first] = each.split(" as ");
      return kind === "import" ? { here: second, there: short(from, first) } : { here: first, there: short(from, second) };
    });
    for (const { here, there } of pairs) called[`$${here}`] = there;
    const said = pairs.toSorted((a, b) => (a.there < b.there ? -1 : 1)).map(({ here, there }) => (kind === "import" ? `${there} as ${here}` : `${here} as ${there}`));
    return `${kind} { ${said.join(", ")} }${source};`;
  };
  const later = (_: string, from: string, it: string, name: string) => `import("./${from}").then((${it}) => ${it}.${short(from, name)})`;
  return { code: code.replace(AT_ONCE, list).replace(LATER, later), called };
}

/** Minifies every file. What one takes from another has one name in both, so that their lists need say it only once: `import{ea,eb}`
 *  instead of `import{$ as e,$t as n}`. */
export function minified(options: MinifyOptions): Plugin {
  return {
    name: "minified",
    apply: "build",
    renderChunk: {
      order: "post",
      async handler(code, chunk, _, { chunks }) {
        const { code: prepared, called } = renamed(code, basename(chunk.fileName), shortNames(Object.values(chunks)));
        const { code: small } = await minify(prepared, { ...structuredClone(options), nameCache: { vars: { props: called } } });
        return { code: small as string, map: null };
      },
    },
  };
}
