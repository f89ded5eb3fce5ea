// SPDX-License-Identifier: EUPL-1.2
// What travels and is stored: [object, body, signer's fingerprint, signature] in deterministic CBOR. The signature covers
// "zegel/<object>/v1" ‖ 0x00 ‖ body, so a body signed as one object never passes as another.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concat, copy, equal, utf8 } from "./bytes";
import { decode, encode } from "./encoding";
import { must } from "./errors";
import { type Kind, bytes, hash, record, text } from "./schema";
import { type SigningKey, signingFingerprint, verifySignature } from "./suite";

export function signedBytes(object: string, body: Uint8Array): Bytes {
  return concat(utf8(`zegel/${object}/v1`), Uint8Array.of(0), body);
}

export function objectHash(object: string, body: Uint8Array): Bytes {
  return copy(sha256(signedBytes(object, body)));
}

const MAX_ENVELOPE = (1 << 20) + 512;
const ENVELOPE = record({ object: text(32), body: bytes({ min: 1, max: 1 << 20 }), signer: hash, signature: bytes(64) });

export interface Envelope {
  readonly object: string;
  readonly body: Bytes;
  readonly signer: Bytes;
  readonly signature: Bytes;
}

export function parseEnvelope(envelope: Uint8Array): Envelope {
  return ENVELOPE.read(decode(envelope, MAX_ENVELOPE), "envelope");
}

/** A verified object: its value, and the hash by which others name it. */
export interface Verified<T> {
  readonly value: T;
  readonly hash: Bytes;
  readonly signer: Bytes;
  readonly envelope: Bytes;
}

export async function signObject<T>(kind: Kind<T>, value: T, key: SigningKey): Promise<Bytes> {
  const body = kind.encode(value);
  const signature = await key.sign(signedBytes(kind.object, body));
  return encode(ENVELOPE.write({ object: kind.object, body, signer: key.fingerprint, signature }), MAX_ENVELOPE);
}

/** The object, if one of `trusted` (raw public keys) signed it; else `signer`, `signature`, `object`, `encoding` or `field`. */
export function verifyObject<T>(kind: Kind<T>, envelope: Uint8Array, ...trusted: readonly Uint8Array[]): Verified<T> {
  const { object, body, signer, signature } = parseEnvelope(envelope);
  must(object === kind.object, "object", `a ${kind.object} was expected, this is a ${object}`);
  const key = trusted.find((candidate) => equal(signingFingerprint(candidate), signer));
  must(key !== undefined, "signer", `this ${object} is signed by a key that may not sign it`);
  must(verifySignature(key, signedBytes(object, body), signature), "signature", `the signature under this ${object} does not hold`);
  return { value: kind.decode(body), hash: objectHash(object, body), signer, envelope: copy(envelope) };
}
