import { Store } from "../sync/store";
import { draining } from "./device";
import { openDrafts } from "./draftLine";
import { standing } from "./standing";

/** A new version waits, and nothing unfinished would be disturbed by it, in this page or in another. */
export const updateReady = new Store<boolean>(false);

interface ScriptPolicy {
  createScriptURL(url: string): string;
}

const WORKER = "/sw.js";
const UNFINISHED = "banso-unfinished";
const LOOK_AGAIN_MS = 5_000;
const CHECK_MS = 60 * 60_000;

let registration: ServiceWorkerRegistration | null = null;
let letGo: (() => void) | null = null;

/** Register the worker; from then on look for new versions. The page works without one, so no failure is shown. */
export async function watchUpdates(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  reloadOnTakeOver();
  for (const store of unfinished) store.subscribe(weigh);
  try {
    registration = await navigator.serviceWorker.register(workerAddress(), { type: "module" });
  } catch {
    return;
  }
  registration.addEventListener("updatefound", () => registration?.installing?.addEventListener("statechange", weigh));
  const check = () => document.visibilityState === "visible" && lookForUpdate();
  setInterval(check, CHECK_MS);
  document.addEventListener("visibilitychange", check);
  setInterval(() => registration?.waiting && weigh(), LOOK_AGAIN_MS);
  weigh();
}

/** Ask the server whether there is a newer version. */
export function lookForUpdate(): void {
  void registration?.update().catch(() => undefined);
}

/** The press of the button. What a page began just before it, most often a round of sending, is waited for, but not long;
 *  has another page begun something meanwhile, nothing happens. */
export async function takeUpdate(): Promise<void> {
  const pressed = Date.now();
  await navigator.locks.request(UNFINISHED, async () => {
    const { pending } = await navigator.locks.query();
    if (Date.now() - pressed < LOOK_AGAIN_MS && !isUnfinished() && !namesUnfinished(pending)) registration?.waiting?.postMessage("take-over");
  });
}

const namesUnfinished = (locks: LockInfo[] = []) => locks.some(({ name }) => name === UNFINISHED);

const unfinished = [openDrafts, standing, draining];

/** A draft is open, something is not yet received, a round of sending is on its way, or something is typed that is no draft. */
function isUnfinished(): boolean {
  const { deviceOnly, sent } = standing.get();
  const typed = document.querySelectorAll<HTMLInputElement>("textarea,input[type=text]:not(#login)");
  return openDrafts.get() > 0 || deviceOnly + sent > 0 || draining.get() || [...typed].some(({ value }) => value);
}

function hold(): void {
  const held = new Promise<void>((done) => (letGo = done));
  void navigator.locks.request(UNFINISHED, { mode: "shared" }, () => held);
}

/** While this page has something unfinished it holds a lock that the others see. */
function weigh(): void {
  const isBusy = isUnfinished();
  if (isBusy && !letGo) hold();
  if (!isBusy) {
    letGo?.();
    letGo = null;
  }
  if (isBusy || !registration?.waiting || !navigator.serviceWorker.controller) return updateReady.set(false);
  void navigator.locks.query().then(({ held }) => updateReady.set(!isUnfinished() && !namesUnfinished(held)));
}

/** Once, and not for the worker of a first visit, which replaces nothing. A page that is in the middle of something finishes it first. */
function reloadOnTakeOver(): void {
  let isFirst = !navigator.serviceWorker.controller;
  let isOver = false;
  const reload = () => {
    if (!isOver || isUnfinished()) return;
    isOver = false;
    location.reload();
  };
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    isOver = !isFirst;
    isFirst = false;
    reload();
  });
  for (const store of unfinished) store.subscribe(reload);
  setInterval(reload, LOOK_AGAIN_MS);
}

/** Trusted Types: this policy of one address is the only one the page may make. */
function workerAddress(): string {
  const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy(name: string, rules: ScriptPolicy): ScriptPolicy } };
  return trustedTypes?.createPolicy("banso-worker", { createScriptURL: () => WORKER }).createScriptURL(WORKER) ?? WORKER;
}
