// SPDX-License-Identifier: EUPL-1.2
// The alarm centre's opening key, certified by its signing key, which the owner's keyset names.
import type { Bytes } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, id, kind, ms, openPublicKey, record, suiteNumber, uint, version } from "./schema";
import { type SigningKey, openingFingerprint } from "./suite";

const FIELDS = record({ version, suite: suiteNumber, party: id, openKey: openPublicKey, number: uint(Number.MAX_SAFE_INTEGER, 1), issuedMs: ms, expiresMs: ms });

export type ArcKey = TypeOf<typeof FIELDS>;
export const ARC_KEY = kind("arckey", FIELDS, (key: ArcKey) => {
  openingFingerprint(key.suite, key.openKey);
  must(key.issuedMs < key.expiresMs, "field", "a key must expire after it is issued");
});

export function signArcKey(key: ArcKey, arc: SigningKey): Promise<Bytes> {
  return signObject(ARC_KEY, key, arc);
}

export function verifyArcKey(envelope: Uint8Array, arcSignKey: Uint8Array): Verified<ArcKey> {
  return verifyObject(ARC_KEY, envelope, arcSignKey);
}
