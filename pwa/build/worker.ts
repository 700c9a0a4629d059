import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

/** Everything the shell consists of: what the build made and what lies in `public/`. Not the workers, not the pictures, which
 *  only the installing browser asks for, and not the files fetched when they are asked for. */
function shellFiles(bundle: Rolldown.OutputBundle, publicDir: string, onDemand: readonly string[]): [url: string, bytes: string | Uint8Array][] {
  const kept = Object.values(bundle).filter(({ name }) => !onDemand.includes(name as string));
  const made = kept.map((file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const);
  const laid = readdirSync(publicDir).map((name) => [name, readFileSync(join(publicDir, name))] as const);
  const ours = [...made, ...laid].filter(([name]) => !/^sw.*\.js$|\.png$/.test(name));
  return ours.map(([name, bytes]): [string, string | Uint8Array] => [`/${name}`, bytes]).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Modules of the page that the worker would run: whole files are loaded, so one wrong neighbour is enough. */
export function strangers(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle, seen = new Set<string>()): string[] {
  seen.add(chunk.fileName);
  const own = chunk.moduleIds.filter((id) => /\/preact\/|\/src\/(main|ui\/|features\/|app\/(?!paths))/.test(id));
  const next = chunk.imports.filter((name) => !seen.has(name)).map((name) => bundle[name]);
  return own.concat(...next.map((file) => (file?.type === "chunk" ? strangers(file, bundle, seen) : [])));
}

/** Tells the worker the files of this build that it keeps, and the hash of their bytes: all but those of the groups `onDemand`, whose
 *  screens are nothing without the network. Its kill switch stands alone. */
export function worker(fileName: string, killSwitch: string, onDemand: readonly string[]): Plugin {
  let publicDir = "";
  return {
    name: "worker",
    apply: "build",
    configResolved(config) {
      publicDir = config.publicDir;
    },
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const chunk = bundle[fileName];
        if (chunk?.type !== "chunk") return this.error(`${fileName} is not in the build`);
        const [stranger] = strangers(chunk, bundle);
        const off = bundle[killSwitch];
        if (off?.type !== "chunk" || off.imports.length > 0) return this.error(`${killSwitch} must stand alone`);
        if (stranger) return this.error(`the worker would run ${stranger}`);
        const shell = shellFiles(bundle, publicDir, onDemand);
        const hash = shell.reduce((all, [, bytes]) => all.update(bytes), createHash("sha256")).digest("base64");
        chunk.code = chunk.code.replace("__FILES__", () => JSON.stringify(shell.map(([url]) => url))).replace("__HASH__", JSON.stringify(hash));
      },
    },
  };
}
