// SPDX-License-Identifier: EUPL-1.2
// Accounts: from a password come two keys, one to show the server and one it never sees; the second (or the printed recovery
// code) unwraps the person's private keys. The costly step, Argon2id, is given in: a worker in the browser, plain code in Node.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, base32, concat, copy, equal, fromBase32, random, sized, utf8, wipe } from "./bytes";
import { decode, encode } from "./encoding";
import { SealError, must } from "./errors";
import { hkdf32 } from "./kdf";
import { type TypeOf, bytes, hash, id, list, ms, record, suiteNumber, text, version, word } from "./schema";
import type { Suite } from "./suite";

/** RFC 9106; the least that a client ever accepts, whatever a server says. */
export const ARGON2ID = { memoryKiB: 65_536, iterations: 3, parallelism: 1, size: 32 } as const;

export type Stretch = (password: Uint8Array, salt: Uint8Array) => Promise<Bytes>;

export interface AccountKeys {
  /** Shown to the server at sign-in; opens nothing. */
  readonly authKey: Bytes;
  /** Never leaves this device. */
  readonly wrapKey: Bytes;
}

export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFKC").toLowerCase();
}

export function accountSalt(origin: string, email: string): Bytes {
  return copy(sha256(concat(utf8("zegel/salt/v1"), utf8(origin), utf8(normalizeEmail(email)))));
}

export async function accountKeys(password: string, email: string, origin: string, stretch: Stretch): Promise<AccountKeys> {
  const secret = utf8(password.normalize("NFKC"));
  const stretched = await stretch(secret, accountSalt(origin, email));
  const keys = { authKey: hkdf32(stretched, "zegel/auth/v1"), wrapKey: hkdf32(stretched, "zegel/wrap/v1") };
  wipe(secret, stretched);
  return keys;
}

// --- the bundle ----------------------------------------------------------------------------------------------------

const BUNDLE = record({ version, suite: suiteNumber, person: id, signSeed: bytes(32), openPrivate: bytes(32) });
export type Bundle = TypeOf<typeof BUNDLE>;
export type Wrapper = "password" | "recovery" | "passkey";

function bundleContext(person: Uint8Array, wrapper: Wrapper, suite: Suite): Bytes {
  return concat(utf8("zegel/account/v1"), Uint8Array.of(0), encode([sized(person, 16, "a person's identifier"), wrapper, suite]));
}

export async function wrapBundle(bundle: Bundle, wrapper: Wrapper, wrapKey: Uint8Array): Promise<Bytes> {
  const plaintext = encode(BUNDLE.write(bundle));
  const wrapped = await encryptWith(wrapKey, plaintext, bundleContext(bundle.person, wrapper, bundle.suite));
  wipe(plaintext);
  return wrapped;
}

/** The person's private keys; `open` when the password or code is not the right one. */
export async function unwrapBundle(wrapped: Uint8Array, wrapper: Wrapper, wrapKey: Uint8Array, person: Uint8Array, suite: Suite): Promise<Bundle> {
  const plaintext = await decryptWith(wrapKey, wrapped, bundleContext(person, wrapper, suite), "this password or code does not open the account's keys");
  const bundle = BUNDLE.read(decode(plaintext), "bundle");
  wipe(plaintext);
  must(bundle.suite === suite && equal(bundle.person, person), "suite", "the account's keys are of another person or suite");
  return bundle;
}

// --- recovery code -------------------------------------------------------------------------------------------------

/** 160 random bits with a checksum, in nine groups of four letters and digits. */
export function newRecoveryCode(): string {
  return formatRecoveryCode(random(20));
}

export function formatRecoveryCode(secret: Uint8Array): string {
  sized(secret, 20, "a recovery secret");
  return base32(concat(secret, sha256(secret).subarray(0, 2))).match(/.{4}/g)!.join("-");
}

/** The secret of a typed code; `code` tells of a slip. */
export function parseRecoveryCode(typed: string): Bytes {
  const text = typed.toUpperCase().replaceAll(/[\s-]/g, "");
  must(text.length === 36, "code", `a recovery code has 36 letters and digits, this has ${text.length}`);
  const all = fromBase32(text);
  const secret = all.slice(0, 20);
  must(equal(sha256(secret).subarray(0, 2), all.subarray(20)), "code", "a character of the recovery code is wrong");
  return secret;
}

export function recoveryKey(typed: string): Bytes {
  const secret = parseRecoveryCode(typed);
  const key = hkdf32(secret, "zegel/recovery/v1");
  wipe(secret);
  return key;
}

// --- pins ----------------------------------------------------------------------------------------------------------

const PINS = list(record({ kind: word, id, fingerprint: hash, how: text(), atMs: ms }), 4096);
/** What a person compared and believes: kept by the server, readable by nobody else. */
export type Pin = TypeOf<typeof PINS>[number];

export function pinsKey(signSeed: Uint8Array): Bytes {
  return hkdf32(sized(signSeed, 32, "a signing seed"), "zegel/pins/v1");
}

export function sealPins(pins: readonly Pin[], key: Uint8Array, person: Uint8Array): Promise<Bytes> {
  return encryptWith(key, encode(PINS.write(pins)), sized(person, 16, "a person's identifier"));
}

export async function openPins(blob: Uint8Array, key: Uint8Array, person: Uint8Array): Promise<readonly Pin[]> {
  return PINS.read(decode(await decryptWith(key, blob, person, "the pinned keys were changed")), "pins");
}

// --- AES-256-GCM with the nonce in front -----------------------------------------------------------------------------

async function aesKey(key: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", copy(sized(key, 32, "a wrapping key")), "AES-GCM", false, [use]);
}

/** Nonce ‖ AES-256-GCM. */
export async function encryptWith(key: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Promise<Bytes> {
  const iv = random(12);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: copy(context) }, await aesKey(key, "encrypt"), copy(plaintext));
  return concat(iv, new Uint8Array(sealed));
}

export async function decryptWith(key: Uint8Array, sealed: Uint8Array, context: Uint8Array, refusal: string): Promise<Bytes> {
  must(sealed.length >= 28, "length", "too short to be wrapped");
  const held = await aesKey(key, "decrypt");
  try {
    const iv = copy(sealed.subarray(0, 12));
    return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: copy(context) }, held, copy(sealed.subarray(12))));
  } catch {
    throw new SealError("open", refusal);
  }
}
