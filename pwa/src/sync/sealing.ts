import type { CommandEnvelope } from "../gateway/generated";
import { fromBase64, toBase64 } from "./base64";

type Bytes = Uint8Array<ArrayBuffer>;

/** What the gateway gave this device and person; kept inside the vault only. */
export interface Registration {
  kid: string;
  /** The gateway's public key, base64 of the 65 raw bytes. */
  serverKey: string;
  /** base64; proves that the author's open vault made a command. */
  secret: string;
  /** The device it was given to. */
  device: string;
}

export interface SealedCommand {
  id: string;
  kid: string;
  blob: string;
}

const CURVE = { name: "ECDH", namedCurve: "P-256" } as const;
const INFO = "banso sealed command v1";
const utf8 = new TextEncoder();

/** Seal a command to the gateway's key: ephemeral public key (65) ‖ iv (12) ‖ ciphertext and tag. Nobody on the device can open it again. */
export async function sealForGateway(envelope: CommandEnvelope, registration: Registration): Promise<SealedCommand> {
  const own = (await crypto.subtle.generateKey(CURVE, false, ["deriveBits"])) as CryptoKeyPair;
  const point = new Uint8Array(await crypto.subtle.exportKey("raw", own.publicKey));
  const key = await sharedKey(own.privateKey, fromBase64(registration.serverKey), point);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = utf8.encode(await signedText(JSON.stringify({ device: registration.device, envelope }), registration.secret));
  const how = { name: "AES-GCM", iv, additionalData: utf8.encode(envelope.id) };
  const cipher = new Uint8Array(await crypto.subtle.encrypt(how, key, plain));
  const blob = new Uint8Array(point.length + iv.length + cipher.length);
  blob.set(point);
  blob.set(iv, point.length);
  blob.set(cipher, point.length + iv.length);
  return { id: envelope.id, kid: registration.kid, blob: toBase64(blob) };
}

async function sharedKey(own: CryptoKey, theirs: Bytes, salt: Bytes): Promise<CryptoKey> {
  const peer = await crypto.subtle.importKey("raw", theirs, CURVE, false, []);
  const bits = await crypto.subtle.deriveBits({ name: "ECDH", public: peer }, own, 256);
  const secret = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt, info: utf8.encode(INFO) };
  return crypto.subtle.deriveKey(how, secret, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
}

async function signedText(said: string, secret: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", fromBase64(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8.encode(said)));
  return JSON.stringify({ said, mac: toBase64(mac) });
}
