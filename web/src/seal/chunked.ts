// SPDX-License-Identifier: EUPL-1.2
// C2SP chunked-encryption, Cobblestone-256 (SHA-512, AES-256-GCM): 16 KiB chunks, the last one always shorter, key
// commitment checked first. Source: c2sp.org/chunked-encryption.
import { type Bytes, concat, equal, random, sized, utf8, wipe } from "./bytes";
import { SealError, must } from "./errors";
import { hkdfExpand } from "./kdf";

const CHUNK = 16384;
const TAG = 16;
const SALT = 24;
const PREFIX = SALT + 32;
const LABEL = utf8("c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0");

interface Derived {
  readonly key: CryptoKey;
  readonly baseNonce: Bytes;
  readonly commitment: Bytes;
}

async function derive(inputKey: Uint8Array, salt: Uint8Array, context: Uint8Array, use: "encrypt" | "decrypt"): Promise<Derived> {
  // WebCrypto and noble take keys of any length: the length is ours to check.
  sized(inputKey, 32, "a chunked-encryption key");
  const okm = hkdfExpand("sha512", inputKey, concat(LABEL, salt, context), 32 + 12 + 32);
  const key = await crypto.subtle.importKey("raw", okm.subarray(0, 32), "AES-GCM", false, [use]);
  const derived = { key, baseNonce: okm.slice(32, 44), commitment: okm.slice(44) };
  wipe(okm);
  return derived;
}

/** Base nonce XOR the chunk's number, big-endian. */
function nonceOf(base: Uint8Array, chunk: number): Bytes {
  const nonce = new Uint8Array(base);
  const view = new DataView(nonce.buffer);
  view.setUint32(8, (view.getUint32(8) ^ chunk) >>> 0);
  return nonce;
}

function chunkCount(size: number): number {
  return Math.floor(size / CHUNK) + 1;
}

export function encryptedSize(plainSize: number): number {
  return PREFIX + plainSize + TAG * chunkCount(plainSize);
}

/** Plaintext size of a ciphertext of this size, or `length` when no message has it. */
export function plainSize(cipherSize: number): number {
  const body = cipherSize - PREFIX;
  const last = body % (CHUNK + TAG);
  must(body >= TAG && last >= TAG, "length", "the ciphertext is cut off");
  return body - TAG * (Math.floor(body / (CHUNK + TAG)) + 1);
}

/** salt ‖ commitment ‖ chunks. The salt is random; only test vectors give one. */
export async function encryptChunked(key: Uint8Array, context: Uint8Array, plaintext: Uint8Array, salt: Uint8Array = random(SALT)): Promise<Bytes> {
  sized(salt, SALT, "a salt");
  const derived = await derive(key, salt, context, "encrypt");
  const count = chunkCount(plaintext.length);
  const chunks = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      crypto.subtle.encrypt({ name: "AES-GCM", iv: nonceOf(derived.baseNonce, i) }, derived.key, plaintext.subarray(i * CHUNK, (i + 1) * CHUNK) as Bytes),
    ),
  );
  return concat(salt, derived.commitment, ...chunks.map((chunk) => new Uint8Array(chunk)));
}

/** The plaintext, or `open` when key, context or any byte is another. Nothing is returned before everything holds. */
export async function decryptChunked(key: Uint8Array, context: Uint8Array, ciphertext: Uint8Array): Promise<Bytes> {
  const plaintext = new Uint8Array(plainSize(ciphertext.length));
  const derived = await derive(key, ciphertext.subarray(0, SALT), context, "decrypt");
  must(equal(derived.commitment, ciphertext.subarray(SALT, PREFIX)), "open", "this key or context does not belong to these bytes");
  const open = async (chunk: number): Promise<void> => {
    const at = PREFIX + chunk * (CHUNK + TAG);
    const sealed = ciphertext.subarray(at, at + CHUNK + TAG) as Bytes;
    plaintext.set(new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv: nonceOf(derived.baseNonce, chunk) }, derived.key, sealed)), chunk * CHUNK);
  };
  try {
    await Promise.all(Array.from({ length: chunkCount(plaintext.length) }, (_, chunk) => open(chunk)));
  } catch {
    wipe(plaintext);
    throw new SealError("open", "the ciphertext was changed");
  }
  return plaintext;
}
