import { ask, GatewayFailure, sayWho, signOut, whenSignedOut, type SignInResult } from "../gateway/client";
import { Me } from "../gateway/documents";
import type { MeQuery } from "../gateway/generated";
import { fetchAll, online, startLive, stopLive } from "../sync/live";
import { Store } from "../sync/store";
import { saveAndLock } from "../vault/autoLock";
import { isVaultOpen, unlock, vault, type UnlockResult } from "../vault/vault";
import { barred, deviceCore, deviceRow, home, startDevice } from "./device";
import { outgoing } from "./outgoing";
import { navigate, place } from "./router";

export type Person = MeQuery["me"];
export type Role = "window_staff" | "coordinator" | "ibasho_staff" | "manager" | "auditor" | "partner";

/** `expired`: the person is known, the page keeps what it shows, and asks to sign in again. */
export type Session =
  | { state: "loading" }
  | { state: "unreachable" }
  | { state: "out" }
  | { state: "in"; me: Person; expired: boolean };

export const session = new Store<Session>({ state: "loading" });

/** Which way in is shown while the vault is locked. `forgotten`: by password, and the PIN is given up. */
export type Door = "pin" | "password" | "forgotten";
export const door = new Store<Door>("pin");

/** 「あとで」: goes on with what is on the device; what waits is sent after the next sign-in. */
const putOff = new Store<boolean>(false);

/** Somebody signed out and the gateway did not hear of it: where there is no PIN, the browser remembers that, and nothing else. */
const OWED = "signOutOwed";

/** False while a session that was left may live on. */
async function endOwed(): Promise<boolean> {
  if (localStorage[OWED] && !(await signOut())) return false;
  delete localStorage[OWED];
  return (await deviceCore()?.endOwed()) !== false;
}

/** The PIN opened the page and nobody answered: the session begins as soon as anything gets through. */
let owed = false;
online.subscribe(() => online.get() && owed && void openSession());

// The open vault's person, before and whatever the session is found to be: the page shows theirs.
sayWho(() => {
  const [here, now] = [vault.get(), session.get()];
  return { person: here.state === "open" ? here.staffId : now.state === "in" ? now.me.staff.id : null, device: deviceCore()?.deviceId() };
});

whenSignedOut((code) => {
  if (code === "device_revoked") void deviceCore()?.revoke().then(() => session.set({ state: "out" }));
  const now = session.get();
  if (now.state !== "in" || now.expired) return;
  stopLive();
  session.set({ ...now, expired: !(putOff.get() && isVaultOpen()) });
});

// Ten wrong tries or 72 hours: a session that is still alive must not be the way round.
barred.subscribe(() => void leave());

/** At the start of the page: a browser with a PIN asks for it, any other asks the gateway who is signed in. */
export async function startSession(): Promise<void> {
  try {
    await startDevice();
  } catch {
    // The vault's code cannot be fetched: nobody gets past a PIN by that.
    return session.set({ state: "unreachable" });
  }
  if (vault.get().state === "none" && barred.get() === 0) await openSession();
}

/** Ask who is signed in. `fresh`: somebody has just given their password. */
export async function openSession(fresh = false): Promise<void> {
  const late = owed;
  owed = false;
  try {
    if (!fresh && !(await endOwed())) throw new GatewayFailure("unreachable");
    const { me } = await ask(Me, {});
    await begin(me, fresh);
    if (late) fetchAll();
  } catch (failure) {
    const out = failure instanceof GatewayFailure && failure.kind === "signed_out";
    owed = !out && session.get().state === "in";
    if (session.get().state === "in") return;
    session.set({ state: out ? "out" : "unreachable" });
  }
}

async function begin(me: Person, fresh: boolean): Promise<void> {
  const here = vault.get();
  const before = session.get();
  // The cookie is another person's: whoever opened this vault, or whose page this is, signs in again.
  const whose = here.state === "open" ? here.staffId : before.state === "in" ? before.me.staff.id : me.staff.id;
  if (!fresh && whose !== me.staff.id) {
    if (before.state === "in") session.set({ ...before, expired: true });
    return;
  }
  if (door.get() === "forgotten") await deviceCore()?.forgetPin(me.staff.id);
  await deviceCore()?.signedIn(me.staff.id);
  door.set("pin");
  putOff.set(false);
  if (before.state === "in" && before.me.staff.id !== me.staff.id) navigate("/today", { replace: true });
  session.set({ state: "in", me, expired: false });
  outgoing.signedIn(me.staff.id);
  startLive((now) => {
    const here = session.get();
    if (here.state === "in" && !here.expired && here.me.staff.id === now.staff.id) session.set({ ...here, me: now });
  });
  if (["/", "/sign-in"].includes(place.get())) navigate("/today", { replace: true });
}

/** The PIN opens the page at once with what is on the device; the gateway is asked after that. */
export async function openWithPin(pin: string): Promise<UnlockResult> {
  const result = await unlock(pin);
  if (result !== "ok") return result;
  await deviceCore()?.vaultSettled();
  const taken = home.get();
  const now = session.get();
  if (taken && (now.state !== "in" || now.me.staff.id !== taken.me.staff.id)) {
    session.set({ state: "in", me: taken.me, expired: false });
    if (["/", "/sign-in"].includes(place.get())) navigate("/today", { replace: true });
  }
  void openSession();
  return result;
}

/** @param open How the person shows who they are, on this device (its id, when it has one). */
export async function enter(open: (device: string | null) => Promise<SignInResult>): Promise<SignInResult> {
  const result = await open((await deviceRow())?.id ?? null);
  if (result === "revoked") await deviceCore()?.revoke();
  if (result !== "ok") return result;
  delete localStorage[OWED];
  await deviceCore()?.changeDevice({ signOutOwed: false }).catch(() => undefined);
  await openSession(true);
  return result;
}

/** Go on without signing in again; only with an open vault. */
export function signInLater(): void {
  const now = session.get();
  putOff.set(true);
  if (now.state === "in") session.set({ ...now, expired: false });
}

/** Ask for the password again, after 「あとで」. */
export function signInNow(): void {
  const now = session.get();
  putOff.set(false);
  if (now.state === "in") session.set({ ...now, expired: true });
}

/** What is unsent stays: under the vault on the device, or in the page until its author signs in again. */
export async function leave(): Promise<void> {
  owed = false;
  await saveAndLock();
  stopLive();
  outgoing.signedOut();
  deviceCore()?.signedOut();
  door.set("password");
  session.set({ state: "out" });
  navigate("/sign-in", { replace: true });
  const core = deviceCore();
  // Whoever has no PIN here leaves; whoever has one may open it again.
  if (vault.get().state === "none") void core?.askNext();
  const out = signOut();
  if (!core) localStorage[OWED] = 1; // until it is answered
  if (await out) delete localStorage[OWED];
  else await core?.changeDevice({ signOutOwed: true }).catch(() => undefined);
}

/** The person at the screen; screens are drawn only while somebody is signed in. */
export function me(): Person {
  const now = session.get();
  if (now.state !== "in") throw new Error("signed out");
  return now.me;
}

export function hasRole(...roles: Role[]): boolean {
  return me().assignments.some((assignment) => roles.includes(assignment.role as Role));
}

export function hasRoleIn(unitId: string, ...roles: Role[]): boolean {
  return me().assignments.some(({ unit, role }) => unit.id === unitId && roles.includes(role as Role));
}
