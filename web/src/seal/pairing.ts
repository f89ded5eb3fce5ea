// SPDX-License-Identifier: EUPL-1.2
// How owner and unit come to trust each other: the unit's QR code carries its fingerprint and a secret; the owner's client
// MACs what it wants pinned; the unit signs what it pinned. Nobody in between can do either.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, base32, concat, copy, equal, fromBase32, sized, utf8, wipe } from "./bytes";
import { type Verified, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { hkdfExpand } from "./kdf";
import { type TypeOf, hash, id, kind, ms, record, version } from "./schema";
import { signingFingerprint } from "./suite";

const SHAPE = { version, unit: id, pairing: id, keyset: hash, policy: hash };
const PAIRING_FIELDS = record(SHAPE);
const PAIRED_FIELDS = record({ ...SHAPE, atMs: ms });

export type Pairing = TypeOf<typeof PAIRING_FIELDS>;
export type Paired = TypeOf<typeof PAIRED_FIELDS>;
export const PAIRING = kind("pairing", PAIRING_FIELDS);
export const PAIRED = kind("paired", PAIRED_FIELDS);

export function pairingMac(secret: Uint8Array, pairing: Pairing): Bytes {
  const key = hkdfExpand("sha256", sized(secret, 32, "a pairing secret"), utf8("zegel/pairing/v1"), 32);
  const mac = copy(hmac(sha256, key, signedBytes("pairing", PAIRING.encode(pairing))));
  wipe(key);
  return mac;
}

/** The unit's answer: signed by the key whose fingerprint the QR code carried, over exactly what was asked. */
export function verifyPaired(envelope: Uint8Array, unitKey: Uint8Array, fingerprint: Uint8Array, asked: Pairing): Verified<Paired> {
  must(equal(signingFingerprint(unitKey), fingerprint), "signer", "this is not the unit whose code was scanned");
  const paired = verifyObject(PAIRED, envelope, unitKey);
  const { unit, pairing, keyset, policy } = paired.value;
  const same = equal(unit, asked.unit) && equal(pairing, asked.pairing) && equal(keyset, asked.keyset) && equal(policy, asked.policy);
  must(same, "chain", "the unit pinned something other than what was asked");
  return paired;
}

const PREFIX = "ZEGEL1:";

export interface PairingCode {
  readonly fingerprint: Bytes;
  readonly secret: Bytes;
}

export function formatPairingCode({ fingerprint, secret }: PairingCode): string {
  const payload = concat(sized(fingerprint, 32, "a fingerprint"), sized(secret, 32, "a pairing secret"));
  return PREFIX + base32(concat(payload, sha256(payload).subarray(0, 2)));
}

/** The text of the QR code, or its typed form in groups; `code` tells of a slip. */
export function parsePairingCode(typed: string): PairingCode {
  const text = typed.toUpperCase().replaceAll(/[\s-]/g, "");
  const bytes = fromBase32(text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text);
  must(bytes.length === 66, "code", "a pairing code has 106 characters after ZEGEL1:");
  const payload = bytes.subarray(0, 64);
  must(equal(sha256(payload).subarray(0, 2), bytes.subarray(64)), "code", "a character of the pairing code is wrong");
  return { fingerprint: bytes.slice(0, 32), secret: bytes.slice(32, 64) };
}
