export {};
declare const self: ServiceWorkerGlobalScope;

/** The kill switch, served in the place of the worker: takes over at once, forgets everything kept, ends itself and loads its pages anew. */
async function end(): Promise<void> {
  for (const name of await caches.keys()) await caches.delete(name);
  const pages = await self.clients.matchAll({ type: "window" });
  await self.registration.unregister();
  // Not awaited: a page cannot arrive while its worker still begins.
  for (const page of pages) void page.navigate(page.url).catch(() => null);
}

self.addEventListener("install", (event) => event.waitUntil(self.skipWaiting()));
self.addEventListener("activate", (event) => event.waitUntil(end()));
