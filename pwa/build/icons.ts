import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

/** The shapes of all icons stand once in the page, out of sight; an icon on a screen points to its shape. */
export function icons(file: string): Plugin {
  const shapes = JSON.parse(readFileSync(file, "utf8")) as Record<string, string>;
  const symbols = Object.entries(shapes).map(([name, path]) => `<symbol id="i-${name}" viewBox="0 0 24 24"><path d="${path}"/></symbol>`);
  return {
    name: "icons",
    transformIndexHtml: () => [{ tag: "div", attrs: { hidden: true }, children: `<svg>${symbols.join("")}</svg>`, injectTo: "body" }],
  };
}
