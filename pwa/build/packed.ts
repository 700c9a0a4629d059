import zopfli from "@gfx/zopfli";
import type { Plugin } from "vite";

/** The workers are completed by the gateway, which packs them then. */
const PACKED = /^(?!sw).*\.(js|css|html|json)$/;

/** Every text of the build a second time, in the smallest gzip there is: what the gateway serves (gateway/pages.py). */
export function packed(): Plugin {
  return {
    name: "packed",
    apply: "build",
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        for (const file of Object.values(bundle).filter(({ fileName }) => PACKED.test(fileName))) {
          const text = Buffer.from(file.type === "chunk" ? file.code : file.source);
          this.emitFile({ type: "asset", fileName: `${file.fileName}.gz`, source: await zopfli.gzipAsync(text, { numiterations: 15 }) });
        }
      },
    },
  };
}
