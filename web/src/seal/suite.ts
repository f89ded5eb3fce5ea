// SPDX-License-Identifier: EUPL-1.2
// The two suites. 1: HPKE with X25519, HKDF-SHA256, AES-256-GCM. 2: the same with X-Wing (draft-ietf-hpke-pq, KEM 0x647a),
// whose private key is its 32-byte seed. Signatures are Ed25519 in both. A key belongs to one suite and is refused in the other.
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, random, sized, utf8, wipe } from "./bytes";
import { SealError, must } from "./errors";

export type Suite = 1 | 2;

interface Parameters {
  readonly hpke: CipherSuite;
  readonly publicSize: number;
  readonly encapsulatedSize: number;
}

const SUITES: Readonly<Record<Suite, Parameters>> = {
  1: { hpke: new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }), publicSize: 32, encapsulatedSize: 32 },
  2: { hpke: new CipherSuite({ kem: new XWing(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }), publicSize: 1216, encapsulatedSize: 1120 },
};

export function suiteOf(number: number): Suite {
  must(number === 1 || number === 2, "suite", `suite ${number} is unknown; this program knows 1 and 2`);
  return number;
}

/** SHA-256 over kind, suite and key. Kind 1 signs (its suite byte is always 1), kind 2 opens. */
export function signingFingerprint(publicKey: Uint8Array): Bytes {
  return fingerprint(1, 1, sized(publicKey, 32, "a signing key"));
}

export function openingFingerprint(suite: Suite, publicKey: Uint8Array): Bytes {
  return fingerprint(2, suite, sized(publicKey, SUITES[suite].publicSize, `an opening key of suite ${suite}`));
}

function fingerprint(kind: 1 | 2, suite: Suite, key: Uint8Array): Bytes {
  return copy(sha256(concat(utf8("zegel/key/v1"), Uint8Array.of(0, kind, suite), key)));
}

// --- opening -----------------------------------------------------------------------------------------------------

/** A private opening key. Suite 1 lives in WebCrypto, not extractable; suite 2 in memory until `wipe`. */
export interface OpeningKey {
  readonly suite: Suite;
  readonly publicKey: Bytes;
  readonly fingerprint: Bytes;
  /** HPKE base mode, single shot; `open` when it was sealed to another key, with other info, or changed. */
  open(sealed: Uint8Array, info: Uint8Array): Promise<Bytes>;
  wipe(): void;
}

/** From 32 private bytes, which stay the caller's to wipe. */
export async function openingKey(suite: Suite, privateKey: Uint8Array): Promise<OpeningKey> {
  sized(privateKey, 32, "a private opening key");
  const { hpke } = SUITES[suite];
  const publicKey = await openingPublicKey(suite, privateKey);
  const seed = copy(privateKey);
  const pair = {
    privateKey: suite === 1 ? await importX25519(seed) : await hpke.kem.deserializePrivateKey(seed),
    publicKey: await hpke.kem.deserializePublicKey(publicKey),
  };
  if (suite === 1) wipe(seed);
  return opener(suite, publicKey, pair, () => wipe(seed));
}

/** A pair of suite 1 that this browser makes and keeps: its private half is WebCrypto's, and no script can read it. */
export async function newHeldPair(): Promise<CryptoKeyPair> {
  try {
    return (await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"])) as CryptoKeyPair;
  } catch {
    throw new SealError("unsupported", "this browser has no X25519; a version of 2025 or later is needed");
  }
}

/** The opening key of such a pair. */
export async function heldKey({ privateKey, publicKey: shown }: CryptoKeyPair): Promise<OpeningKey> {
  const publicKey = sized(new Uint8Array(await crypto.subtle.exportKey("raw", shown)), 32, "an opening key of suite 1");
  return opener(1, publicKey, { privateKey, publicKey: await SUITES[1].hpke.kem.deserializePublicKey(copy(publicKey)) }, () => undefined);
}

function opener(suite: Suite, publicKey: Bytes, held: CryptoKeyPair, forget: () => void): OpeningKey {
  const { hpke, encapsulatedSize } = SUITES[suite];
  let pair: CryptoKeyPair | null = held;
  return {
    suite,
    publicKey,
    fingerprint: openingFingerprint(suite, publicKey),
    async open(sealed, info) {
      must(pair !== null, "open", "this key was wiped");
      must(sealed.length >= encapsulatedSize + 16, "open", "too short to be sealed");
      try {
        const recipient = await hpke.createRecipientContext({ recipientKey: pair, enc: copy(sealed.subarray(0, encapsulatedSize)), info: copy(info) });
        return new Uint8Array(await recipient.open(copy(sealed.subarray(encapsulatedSize))));
      } catch {
        throw new SealError("open", "sealed to another key, with another header, or changed");
      }
    },
    wipe() {
      forget();
      pair = null;
    },
  };
}

export async function openingPublicKey(suite: Suite, privateKey: Uint8Array): Promise<Bytes> {
  if (suite === 1) return copy(x25519.getPublicKey(privateKey));
  const { kem } = SUITES[suite].hpke;
  const pair = await (kem as XWing).generateKeyPairDerand(copy(privateKey));
  return new Uint8Array(await kem.serializePublicKey(pair.publicKey));
}

/** Seals to a public opening key: encapsulated key ‖ ciphertext and tag. Only ever to a key that is pinned. */
export async function seal(suite: Suite, recipient: Uint8Array, info: Uint8Array, plaintext: Uint8Array): Promise<Bytes> {
  const { hpke, publicSize } = SUITES[suite];
  sized(recipient, publicSize, `an opening key of suite ${suite}`);
  try {
    const recipientPublicKey = await hpke.kem.deserializePublicKey(copy(recipient));
    const sender = await hpke.createSenderContext({ recipientPublicKey, info: copy(info) });
    return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(copy(plaintext))));
  } catch {
    throw new SealError("suite", `not a usable opening key of suite ${suite}`);
  }
}

const PKCS8 = { Ed25519: 0x70, X25519: 0x6e } as const;

/** RFC 8410's PrivateKeyInfo around 32 raw bytes: the only way to hand WebCrypto a raw private key. */
function pkcs8(algorithm: keyof typeof PKCS8, key: Uint8Array): Bytes {
  return concat(Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, PKCS8[algorithm], 4, 0x22, 4, 0x20), key);
}

async function importX25519(privateKey: Uint8Array): Promise<CryptoKey> {
  const wrapped = pkcs8("X25519", privateKey);
  try {
    return await crypto.subtle.importKey("pkcs8", wrapped, { name: "X25519" }, false, ["deriveBits"]);
  } catch {
    throw new SealError("unsupported", "this browser has no X25519; a version of 2025 or later is needed");
  } finally {
    wipe(wrapped);
  }
}

// --- signing -----------------------------------------------------------------------------------------------------

/** A private signing key, held by WebCrypto and not extractable where it knows Ed25519. */
export interface SigningKey {
  readonly publicKey: Bytes;
  readonly fingerprint: Bytes;
  sign(message: Uint8Array): Promise<Bytes>;
  wipe(): void;
}

/** From a 32-byte seed, which stays the caller's to wipe. */
export async function signingKey(seed: Uint8Array): Promise<SigningKey> {
  sized(seed, 32, "a signing seed");
  const publicKey = copy(ed25519.getPublicKey(seed));
  const own = copy(seed);
  const held = await importEd25519(own);
  if (held) wipe(own);
  let usable = true;
  return {
    publicKey,
    fingerprint: signingFingerprint(publicKey),
    async sign(message) {
      must(usable, "signer", "this key was wiped");
      return held ? new Uint8Array(await crypto.subtle.sign("Ed25519", held, copy(message))) : copy(ed25519.sign(message, own));
    },
    wipe() {
      usable = false;
      wipe(own);
    },
  };
}

async function importEd25519(seed: Uint8Array): Promise<CryptoKey | null> {
  const wrapped = pkcs8("Ed25519", seed);
  try {
    return await crypto.subtle.importKey("pkcs8", wrapped, { name: "Ed25519" }, false, ["sign"]);
  } catch {
    return null;
  } finally {
    wipe(wrapped);
  }
}

/** RFC 8032, strict: canonical encodings, and a key that `isSigningKey`. */
export function verifySignature(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    return signature.length === 64 && isSigningKey(publicKey) && ed25519.verify(signature, message, publicKey, { zip215: false });
  } catch {
    return false;
  }
}

/** Whether a public key is a point at all, canonically written, and not of small order: such a key would verify forged signatures. */
export function isSigningKey(publicKey: Uint8Array): boolean {
  try {
    return publicKey.length === 32 && !ed25519.Point.fromBytes(publicKey).isSmallOrder();
  } catch {
    return false;
  }
}

/** A fresh personal key pair: what an account holds. */
export async function newKeys(suite: Suite): Promise<{ signSeed: Bytes; openPrivate: Bytes; signPublic: Bytes; openPublic: Bytes }> {
  const signSeed = random(32);
  const openPrivate = random(32);
  return { signSeed, openPrivate, signPublic: copy(ed25519.getPublicKey(signSeed)), openPublic: await openingPublicKey(suite, openPrivate) };
}
