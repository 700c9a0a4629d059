import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";
import { shared } from "../vite.config.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A page without screens that queues as the app does, for tests that queue by the thousand. Never part of the app's build. */
export default defineConfig({
  root: here("."),
  publicDir: false,
  plugins: shared(),
  build: { target: "es2022", outDir: here("../../var/test/harness"), emptyOutDir: true, modulePreload: false, rolldownOptions: { input: here("queue.html") } },
});
