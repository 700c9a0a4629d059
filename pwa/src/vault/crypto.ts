type Bytes = Uint8Array<ArrayBuffer>;

const IV_BYTES = 12;
const utf8 = new TextEncoder();

export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

/** The key a PIN gives. Slow on purpose. */
async function pinKey(pin: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", utf8.encode(pin), "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export interface Wrapped {
  salt: Bytes;
  iterations: number;
  iv: Bytes;
  wrapped: Bytes;
}

/** Wrap the raw vault key under a PIN, bound to its owner. */
export async function wrap(raw: Bytes, pin: string, owner: string, iterations: number): Promise<Wrapped> {
  const [salt, iv] = [randomBytes(16), randomBytes(IV_BYTES)];
  const under = await pinKey(pin, salt, iterations);
  const wrapped = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8.encode(owner) }, under, raw);
  return { salt, iterations, iv, wrapped: new Uint8Array(wrapped) };
}

/** The vault key in memory, or null when the PIN is another. */
export async function unwrap(from: Wrapped, pin: string, owner: string): Promise<CryptoKey | null> {
  const under = await pinKey(pin, from.salt, from.iterations);
  let raw: ArrayBuffer;
  try {
    raw = await crypto.subtle.decrypt({ name: "AES-GCM", iv: from.iv, additionalData: utf8.encode(owner) }, under, from.wrapped);
  } catch (failure) {
    if (failure instanceof Error && failure.name === "OperationError") return null;
    throw failure;
  }
  return keepInMemory(new Uint8Array(raw));
}

/** Never stored anywhere: Chromium would write even a non-extractable key to its profile in clear. Clears `raw`. */
export async function keepInMemory(raw: Bytes): Promise<CryptoKey> {
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  raw.fill(0);
  return key;
}

/** iv ‖ ciphertext of a JSON value; `id` is bound to it, so that no record can stand in for another. */
export async function sealJson(key: CryptoKey, id: string, value: unknown): Promise<Bytes> {
  const iv = randomBytes(IV_BYTES);
  const how = { name: "AES-GCM", iv, additionalData: utf8.encode(id) };
  const cipher = new Uint8Array(await crypto.subtle.encrypt(how, key, utf8.encode(JSON.stringify(value))));
  const sealed = new Uint8Array(IV_BYTES + cipher.length);
  sealed.set(iv);
  sealed.set(cipher, IV_BYTES);
  return sealed;
}

/** Rejects with OperationError when the key, the id or a byte is another. */
export async function openJson(key: CryptoKey, id: string, sealed: Bytes): Promise<unknown> {
  const how = { name: "AES-GCM", iv: sealed.subarray(0, IV_BYTES), additionalData: utf8.encode(id) };
  const plain = await crypto.subtle.decrypt(how, key, sealed.subarray(IV_BYTES));
  return JSON.parse(new TextDecoder().decode(plain));
}
