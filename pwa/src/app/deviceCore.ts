import { deviceStore } from "../db/device";
import { hasPerson, openPerson } from "../db/person";
import { GatewayFailure } from "../gateway/client";
import { DeviceDrafts } from "../sync/deviceDrafts";
import { endOwedSession, SYNC_TAG } from "../sync/carry";
import { exclusive } from "../sync/drain";
import { endDevice, handInAll as handIn, handInOrphans, waitingHere } from "../sync/handIn";
import { onSignal, tell } from "../sync/live";
import { LocalAnswers } from "../sync/local";
import { isWhole, Manifest, type Home } from "../sync/manifest";
import { later } from "../sync/outgoing";
import { Pump } from "../sync/pump";
import { CommandQueue } from "../sync/commandQueue";
import { connectQueue, queue, queueCounts } from "../sync/queue";
import { t } from "../i18n/messages";
import { answerFromDevice } from "../sync/resources";
import { wire, type SyncAnswer } from "../sync/wire";
import { startAutoLock } from "../vault/autoLock";
import { KeyVault } from "../vault/keyVault";
import { connectVault, vault } from "../vault/vault";
import { barred, draining, home, paused, revoked, sealed } from "./device";

const MINUTE = 60_000;

const theVault = new KeyVault(deviceStore, { state: vault, barred: () => barred.set(barred.get() + 1) });
const theQueue = new CommandQueue(theVault, { deviceId: async () => (await deviceStore.device())?.id ?? null, entries: queue, counts: queueCounts });
export const deviceDrafts = new DeviceDrafts(theVault, () => theQueue.store);
const manifest = new Manifest(theVault, {
  store: () => theQueue.store,
  wire,
  now: Date.now,
  waiting: () => theQueue.counts.get().device + theQueue.counts.get().sent,
  about: async () => [...theQueue.keptCases(), ...(await deviceDrafts.cases())],
  contacted,
}, home);
const local = new LocalAnswers(manifest, theQueue, () => deviceDrafts.all());
const pump = new Pump({
  drain: carryOn,
  revoked: revoke,
  random: Math.random,
  paused,
  busy: draining,
  later,
});

/** Whose commands are sent: the session's person, told by the sign-in. */
let person: string | null = null;
let changing: Promise<void> = Promise.resolve();
const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(SYNC_TAG);

/** Once, before anything is shown. */
export async function start(): Promise<void> {
  connectVault(theVault);
  connectQueue(theQueue);
  answerFromDevice(local);
  vault.subscribe(() => {
    const { state } = vault.get();
    if (state !== "open") manifest.forget();
    if (state === "locked") sealed.set(true);
    void vaultSettled(vaultChanged);
  });
  await theVault.begin();
  await vaultSettled();
  if (channel) channel.onmessage = () => void theQueue.reload();
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && wake());
  setInterval(() => void theVault.checkTime().then(wake, wake), MINUTE);
  onSignal(() => wake());
  startAutoLock();
  // The queue is sent, and a revocation heard, behind the locked door too.
  if (vault.get().state === "locked") pump.nudge();
}

/** A session began, or was found alive. Turns the queue to this person, as far as this device knows them. */
export async function signedIn(staffId: string): Promise<void> {
  person = staffId;
  await theVault.choose(staffId);
  if (await hasPerson(staffId)) await theQueue.attach(staffId);
  else await theQueue.attach(null);
  pump.resume();
  void pull();
}

export function signedOut(): void {
  person = null;
}

/** Fetch what changed. What cannot be fetched now is fetched at the next signal or minute. */
export async function pull(): Promise<void> {
  if (!theVault.isOpen || paused.get()) return;
  await manifest.pull().catch((failure: unknown) => {
    if (failure instanceof GatewayFailure && failure.code === "device_revoked") return revoke();
    return undefined;
  });
}

/** Something was queued: send it now, and let the browser send it when this page is gone. */
export function wakeWorker(): void {
  pump.nudge();
  channel?.postMessage("");
  void registerBackgroundSync();
}

/** Where the browser has Background Sync; elsewhere start, online, visible and the timer do it. */
async function registerBackgroundSync(): Promise<void> {
  const worker = (await navigator.serviceWorker?.getRegistration().catch(() => undefined)) as SyncingWorker | undefined;
  await worker?.sync?.register(SYNC_TAG).catch(() => undefined);
}

interface SyncingWorker extends ServiceWorkerRegistration {
  sync?: { register: (tag: string) => Promise<void> };
}

function wake(): void {
  pump.nudge();
  void pull();
  // Nothing is sent while nobody is signed in, but that this device was revoked is heard then too.
  if (paused.get()) void wire.me().catch(() => undefined);
  void handInOrphans(deviceStore, wire).then(handInUnreadable).catch(() => undefined);
}

/** Its author is shown at once what can be decided with the gateway's words only. */
async function handInUnreadable(): Promise<void> {
  if (await theQueue.handInUnreadable(wire)) tell({ hint: "notices", about: null });
}

/** Resolves when the screens may be drawn: the queue is read and, after unlocking, the home list is open. */
export function vaultSettled(next: () => Promise<void> = async () => undefined): Promise<void> {
  changing = changing.catch(() => undefined).then(next);
  return changing;
}

async function vaultChanged(): Promise<void> {
  const now = vault.get();
  try {
    if (now.state === "none") return manifest.forget();
    const attached = (await hasPerson(now.staffId)) && theQueue.attach(now.staffId);
    if (now.state === "locked") manifest.forget();
    else await manifest.restore();
    await attached;
  } finally {
    if (vault.get() === now) sealed.set(now.state === "locked");
  }
  if (now.state === "open") wake();
}

/** One round of sending. The cookie's owner is asked first, so that nobody's commands go under another's session. */
async function carryOn() {
  const here = await deviceStore.device();
  if (here === null) return "done" as const;
  if (here.signOutOwed) return (await endOwedSession(deviceStore)) ? ("signed_out" as const) : ("later" as const);
  try {
    person ??= await whoIsIn();
  } catch (failure) {
    if (failure instanceof GatewayFailure) return failure.code === "device_revoked" ? ("revoked" as const) : ("later" as const);
    throw failure;
  }
  if (person === null) return "signed_out" as const;
  if (theQueue.staff !== person) return "done" as const;
  const end = await theQueue.drain({ send: wire.submitSealed, now: Date.now, exclusive });
  channel?.postMessage(person);
  void handInUnreadable().catch(() => undefined);
  if (end === "done" && (await theQueue.sealAgain(async () => register()))) return "later" as const;
  return end;
}

async function whoIsIn(): Promise<string | null> {
  try {
    return (await wire.me()).staff.id;
  } catch (failure) {
    if (failure instanceof GatewayFailure && failure.kind === "signed_out" && failure.code !== "device_revoked") return null;
    throw failure;
  }
}

async function contacted(answer: SyncAnswer, home: Home): Promise<void> {
  if (isWhole(answer)) await theVault.contacted(home.me.staff.id, answer.readableHours);
  const isComplete = answer.unavailable.length === 0;
  // Null: nothing is known of what waits. What is no longer 確認中 on the device never is again.
  if (answer.confirming) await theQueue.confirmed(answer.confirming);
  await deviceDrafts.forget(answer.erased);
  if (await theQueue.afterContact(isComplete ? answer.incarnations : [], Date.parse(answer.serverTime), answer.erased)) pump.nudge();
}

async function register(name = "") {
  const device = await deviceStore.ensureDevice(name);
  const { readableHours, ...registration } = await wire.register({ id: device.id, name: device.name });
  return { ...registration, readableHours, device: device.id };
}

/** A PIN for the person signed in. @throws GatewayFailure when the gateway cannot be reached: nothing was set up. */
export async function setUpPin(staffId: string, pin: string, deviceName: string): Promise<void> {
  const { readableHours, ...registration } = await register(deviceName || t("device.noName"));
  const store = openPerson(staffId);
  await theVault.setUp(staffId, pin, readableHours, async (seal) => {
    const sealed = await seal("kept/registration", registration);
    await store.write(["records", "drafts", "kept"], async (tx) => {
      await tx.objectStore("records").clear();
      await tx.objectStore("drafts").clear();
      await tx.objectStore("kept").put({ id: "registration", sealed });
    });
  });
  await store.close();
}

export const endOwed = () => endOwedSession(deviceStore);
export const device = () => deviceStore.device();
export const deviceId = () => deviceStore.id;
export const changeDevice = deviceStore.changeDevice.bind(deviceStore);

/** Whose PINs open something here, in an order that stays; and which of them is asked now, from 1, or 0. */
export async function asked(): Promise<{ ids: string[]; at: number }> {
  const ids = (await deviceStore.everybody()).filter((row) => row.wrapped).map((row) => row.staffId);
  const now = vault.get();
  return { ids, at: now.state === "none" ? 0 : ids.indexOf(now.staffId) + 1 };
}

/** At a tablet of several: the next one is asked for theirs. */
export async function askNext(): Promise<void> {
  const { ids, at } = await asked();
  await theVault.choose(ids[at % ids.length] ?? null);
}

/** The PIN is forgotten: its key is deleted. The queue stays and is sent after the sign-in with the password. */
export function forgetPin(staffId: string): Promise<void> {
  return theVault.forget(staffId);
}

/** The gateway says this device is revoked. */
export async function revoke(): Promise<void> {
  const now = vault.get();
  if (now.state !== "none") await theVault.forget(now.staffId);
  // Nothing can be read here now: at least one may wait.
  const left = await endDevice(deviceStore, wire).catch(() => 1);
  revoked.set({ left });
  await theQueue.attach(null);
}

/** How many commands wait on this device, whoever's they are. */
export async function waitingOnDevice(): Promise<number> {
  return (await waitingHere(deviceStore)).reduce((sum, each) => sum + each.count, 0);
}

/** Hand in whatever waits here: a colleague's, or one's own when there is no way in. Answers how many are still here. */
export async function handInAll(): Promise<number> {
  const left = await handIn(deviceStore, wire);
  await theQueue.reload();
  return left;
}
