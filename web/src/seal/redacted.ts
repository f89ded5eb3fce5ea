// SPDX-License-Identifier: EUPL-1.2
// A person's signed statement about a redacted film: from which recordings, for whom, how many were left sharp, and that each frame was
// looked at before it left. Without the names of site and camera: what is published carries no more of them than random numbers.
import type { Bytes } from "./bytes";
import { equal } from "./bytes";
import { type Verified, parseEnvelope, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { LONGEST_MS, MAX_SEGMENTS } from "./exported";
import { checkNamedKey } from "./keyset";
import { Algorithm } from "./note";
import { type TypeOf, hash, id, kind, list, ms, publicKey, record, text, trackNumber, uint, version, word } from "./schema";
import { type SigningKey, isSigningKey, signingFingerprint } from "./suite";

export const MAX_FRAMES = 100_000;

const FIELDS = record({
  version, export: id, unit: id, camera: id, track: trackNumber, fromMs: ms, toMs: ms, person: id, signKey: publicKey, log: record({ origin: text(), vkey: text(500) }), purpose: word, recipient: text(), madeMs: ms,
  frames: uint(MAX_FRAMES, 1), reviewed: uint(MAX_FRAMES, 1), kept: uint(100), boxes: uint(), finders: list(hash, 8), segments: list(record({ epoch: id, seq: uint(2 ** 32 - 1), hash }), MAX_SEGMENTS, 1), film: hash,
});

export type Redacted = TypeOf<typeof FIELDS>;
export const REDACTED = kind("redacted", FIELDS, ({ fromMs, toMs, signKey, log, frames, reviewed, purpose, kept }: Redacted) => {
  must(isSigningKey(signKey), "field", "a signing key that is none");
  checkNamedKey(log.origin, log.vkey, Algorithm.ed25519);
  must(toMs > fromMs && toMs - fromMs <= LONGEST_MS, "field", "a film is of more than nothing and of an hour at most");
  must(reviewed === frames, "field", "each frame is looked at by a person before a film leaves");
  must(purpose !== "publication" || kept === 0, "field", "nobody is left sharp in what is published");
});

/** Signed by the key that it names; rejects with `signer` when that is another one. */
export async function signRedacted(redacted: Redacted, person: SigningKey): Promise<Bytes> {
  must(equal(signingFingerprint(redacted.signKey), person.fingerprint), "signer", "the statement names another key than the one that signs");
  return signObject(REDACTED, redacted, person);
}

/** By one of `signers`; without any, by the key that it names itself: who that is must be asked another way, by its eight words. */
export function verifyRedacted(data: Uint8Array, ...signers: readonly Uint8Array[]): Verified<Redacted> {
  const said = REDACTED.decode(parseEnvelope(data).body);
  const found = verifyObject(REDACTED, data, ...(signers.length > 0 ? signers : [said.signKey]));
  must(equal(signingFingerprint(said.signKey), found.signer), "signer", "the statement names another key than the one that signed it");
  return found;
}
