import { carry, SYNC_TAG } from "../sync/carry";
import { keptFor, type ShellFile } from "./routes";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the shell's files, and the hash of that list. */
declare const __FILES__: readonly ShellFile[];
declare const __VERSION__: string;

const files = __FILES__;
const CACHE = `banso-shell-${__VERSION__}`;

/** Keeps the shell of this build, whole or not at all. `integrity` turns away a captive portal's page and the file of another build. */
async function keepShell(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all(
    files.map(async ({ url, integrity }) => {
      const response = await fetch(url, { integrity, cache: "no-cache", redirect: "error" });
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      await cache.put(url, response);
    }),
  );
}

/** From here on this version answers. Older ones are forgotten. */
async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function carryOn(): Promise<void> {
  if ((await carry()) === "later") throw new Error("later");
}

async function answer(file: string, request: Request): Promise<Response> {
  return (await caches.match(file, { cacheName: CACHE })) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
// A new version waits until a person agrees: only then the page sends this word.
self.addEventListener("message", (event) => event.data === "take-over" && event.waitUntil(self.skipWaiting()));
// Background Sync: the browser wakes the worker when there is a network, also with no page open. "later" asks to be woken again.
self.addEventListener("sync", (event) => event.tag === SYNC_TAG && event.waitUntil(carryOn()));
self.addEventListener("fetch", (event) => {
  const file = keptFor(event.request, self.location.origin, files);
  if (file) event.respondWith(answer(file, event.request));
});
