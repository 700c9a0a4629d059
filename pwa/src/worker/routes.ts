import { paths } from "../app/paths";

export const SHELL = "/index.html";

const screens = new Set(["", "sign-in", ...Object.values(paths).map(firstPart)]);

/** Which kept file answers a request. Null: the worker does not touch it, as everything that is not of the build. */
export function keptFor(request: { method: string; mode: string; url: string }, origin: string, files: readonly string[]): string | null {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== origin) return null;
  if (request.mode === "navigate") return screens.has(firstPart(url.pathname)) ? SHELL : null;
  return url.search === "" && files.includes(url.pathname) ? url.pathname : null;
}

function firstPart(path: string): string {
  return path.split("/")[1] ?? "";
}
