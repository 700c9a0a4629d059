import { GatewayFailure, isRecord } from "../gateway/client";
import type { CommandEnvelope } from "../gateway/generated";
import { fromBase64, toBase64 } from "../sync/base64";
import type { Registration, SealedCommand } from "../sync/sealing";

type Bytes = Uint8Array<ArrayBuffer>;
export type Fault = "cut_before" | "cut_after" | "portal" | "wrong_body" | "401" | "409" | "413" | "429" | "500" | "revoked";

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const utf8 = new TextEncoder();

/** A gateway and its owners in memory, written from the description of the sealed command alone: what they took is in `log`. */
export class Owner {
  incarnation = "one";
  /** Who is signed in, as the cookie says. */
  signedIn: string | null;
  /** False while the tablet is offline: nothing gets here, and no fault is used up. */
  isReachable = true;
  faults: Fault[] = [];
  readonly refuses = new Set<string>();
  /** Why. */
  refusal = "not_found";
  readonly retries = new Set<string>();
  /** Subjects that a restore took back and that nobody has sent again yet. */
  readonly absent = new Set<string>();
  /** What it takes waits for a manager. */
  confirms = false;
  /** Effects in their order. */
  log: CommandEnvelope[] = [];
  readonly handedIn = new Map<string, CommandEnvelope>();
  deliveries = 0;

  private constructor(private readonly pair: CryptoKeyPair, readonly registration: Registration, staff: string) {
    this.signedIn = staff;
  }

  static async make(staff: string, device: string): Promise<Owner> {
    const pair = (await crypto.subtle.generateKey(CURVE, true, ["deriveBits"])) as CryptoKeyPair;
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const secret = toBase64(crypto.getRandomValues(new Uint8Array(32)));
    return new Owner(pair, { kid: "k1", serverKey: toBase64(point), secret, device }, staff);
  }

  submitSealed = async (commands: SealedCommand[]): Promise<unknown> => {
    if (!this.isReachable) throw new GatewayFailure("unreachable");
    const fault = this.faults.shift();
    if (fault === "cut_before") throw new GatewayFailure("unreachable");
    if (fault === "portal" || fault === "500" || fault === "429") throw new GatewayFailure("not_an_answer", fault === "portal" ? null : fault);
    if (fault === "409") throw new GatewayFailure("refused", "conflict");
    if (fault === "413") throw new GatewayFailure("refused", "body_too_large");
    if (fault === "revoked") throw new GatewayFailure("signed_out", "device_revoked");
    if (fault === "wrong_body") return { ok: true, submitSealed: [{ id: commands[0]?.id, status: "OK" }] };
    if (fault === "401" || this.signedIn === null) throw new GatewayFailure("signed_out", "signed_out");
    const submitSealed = [];
    // A request carries the cookie it left with.
    const { signedIn } = this;
    for (const command of commands) submitSealed.push(await this.decide(command, signedIn));
    if (fault === "cut_after") throw new GatewayFailure("unreachable");
    return { submitSealed };
  };

  handIn = async (commands: SealedCommand[]): Promise<unknown> => {
    if (!this.isReachable) throw new GatewayFailure("unreachable");
    const fault = this.faults.shift();
    if (fault === "413") throw new GatewayFailure("refused", "body_too_large");
    if (fault && fault !== "cut_after") throw new GatewayFailure("unreachable");
    const kept = [];
    for (const command of commands) {
      const envelope = await this.open(command);
      if (envelope) this.handedIn.set(command.id, envelope);
      if (envelope) kept.push(command.id);
    }
    if (fault) throw new GatewayFailure("unreachable");
    return { kept, refused: [], incarnation: this.incarnation };
  };

  private async decide(command: SealedCommand, signedIn: string) {
    this.deliveries += 1;
    const envelope = await this.open(command);
    if (!envelope) return outcome(command.id, "REFUSED", "sealed_unreadable");
    if (envelope.author !== signedIn) return outcome(command.id, "REFUSED", "not_the_author");
    if (this.retries.has(envelope.subject)) return outcome(command.id, "RETRY", "service_unavailable");
    if (this.absent.has(envelope.subject)) return outcome(command.id, "REFUSED", "not_found");
    if (this.refuses.has(command.id)) return outcome(command.id, "REFUSED", this.refusal);
    if (!this.has(command.id)) this.log.push(envelope);
    return { ...outcome(command.id, "ACCEPTED", null), incarnation: this.incarnation, refs: this.confirms ? { confirming: true } : {} };
  }

  has(id: string): boolean {
    return this.log.some((each) => each.id === id);
  }

  /** The tests number what a person does (`payload.mark`), whatever ids it travels under: the numbers that had an effect more than once. */
  doubled(): unknown[] {
    const marks = this.log.map(({ payload }) => payload.mark);
    return marks.filter((mark, at) => mark === undefined || marks.indexOf(mark) !== at);
  }

  private async open({ id, blob }: SealedCommand): Promise<CommandEnvelope | null> {
    const bytes = fromBase64(blob);
    const [point, iv, cipher] = [bytes.slice(0, 65), bytes.slice(65, 77), bytes.slice(77)];
    const key = await this.sharedKey(point);
    const how = { name: "AES-GCM", iv, additionalData: utf8.encode(id) };
    const plain = await crypto.subtle.decrypt(how, key, cipher).catch(() => null);
    const inner: unknown = plain && JSON.parse(new TextDecoder().decode(plain));
    if (!isRecord(inner) || !(await this.isProof(String(inner.said), String(inner.mac)))) return null;
    const { envelope } = JSON.parse(String(inner.said)) as { envelope: CommandEnvelope };
    return envelope.id === id ? envelope : null;
  }

  private async sharedKey(point: Bytes): Promise<CryptoKey> {
    const peer = await crypto.subtle.importKey("raw", point, CURVE, false, []);
    const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: peer }, this.pair.privateKey, 256);
    const shared = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: point, info: utf8.encode("banso sealed command v1") };
    return crypto.subtle.deriveKey(how, shared, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  }

  private async isProof(said: string, mac: string): Promise<boolean> {
    const key = await crypto.subtle.importKey("raw", fromBase64(this.registration.secret), { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    return crypto.subtle.verify("HMAC", key, fromBase64(mac), utf8.encode(said));
  }
}

function outcome(id: string, status: "ACCEPTED" | "REFUSED" | "RETRY", code: string | null) {
  return { id, status, code, message: null, reason: null, fields: [], refs: {}, incarnation: null as string | null };
}
