// SPDX-License-Identifier: EUPL-1.2
// HKDF (RFC 5869). Our own few lines because an input key that is already uniform (a leaf, a C2SP input key) may be shorter
// than the hash, which libraries refuse as a pseudo-random key and the RFC's section 3.3 allows.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { type Bytes, copy, utf8, wipe } from "./bytes";

const HASHES = { sha256, sha512 } as const;

export function hkdfExpand(hash: keyof typeof HASHES, key: Uint8Array, info: Uint8Array, size: number): Bytes {
  const okm = new Uint8Array(size);
  const keyed = hmac.create(HASHES[hash], key);
  let block = new Uint8Array(0) as Uint8Array;
  for (let at = 0, counter = 1; at < size; at += block.length, counter++) {
    const next = keyed.clone().update(block).update(info).update(Uint8Array.of(counter)).digest();
    wipe(block);
    block = next;
    okm.set(block.subarray(0, size - at), at);
  }
  wipe(block);
  keyed.destroy();
  return okm;
}

/** Extract with an empty salt, then expand to 32 bytes: how every account key is derived from a secret. */
export function hkdf32(secret: Uint8Array, label: string): Bytes {
  const prk = hmac(sha256, new Uint8Array(32), secret);
  const key = copy(hkdfExpand("sha256", prk, utf8(label), 32));
  wipe(prk);
  return key;
}
