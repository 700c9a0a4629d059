import { carry, SYNC_TAG } from "../sync/carry";
import { keptFor } from "./routes";

declare const self: ServiceWorkerGlobalScope;
/** Put in by the build: the addresses of the shell's files, and the SHA-256 of their bytes one after the other, in base64. */
declare const __FILES__: readonly string[];
declare const __HASH__: string;

const files = __FILES__;
const CACHE = `banso-shell-${__HASH__}`;

/** Keeps the shell of this build, whole or not at all. The hash turns away a captive portal's page and the file of another build. */
async function keepShell(): Promise<void> {
  const answers = await Promise.all(files.map((url) => fetch(url, { cache: "no-cache", redirect: "error" })));
  const bytes = new Blob(await Promise.all(answers.map((answer) => answer.clone().blob())));
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", await bytes.arrayBuffer()));
  if (CACHE !== `banso-shell-${btoa(String.fromCharCode(...hash))}`) throw new Error(); // not installed: tried again at the next visit
  const cache = await caches.open(CACHE);
  await Promise.all(answers.map((answer, index) => cache.put(files[index] as string, answer)));
}

/** From here on this version answers. Older ones are forgotten. */
async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function carryOn(): Promise<void> {
  if ((await carry()) === "later") throw new Error(); // the browser wakes us again
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
