// SPDX-License-Identifier: EUPL-1.2
// An owner's signature under an agreement: his personal key over the hash of the exact document (Art. 28(9) GDPR).
import type { Bytes } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { type TypeOf, hash, id, kind, ms, record, version } from "./schema";
import type { SigningKey } from "./suite";

const FIELDS = record({ version, owner: id, provider: id, person: id, document: hash, signedMs: ms });
export type Assent = TypeOf<typeof FIELDS>;
export const ASSENT = kind("assent", FIELDS);

export function signAssent(assent: Assent, person: SigningKey): Promise<Bytes> {
  return signObject(ASSENT, assent, person);
}

export function verifyAssent(envelope: Uint8Array, person: Uint8Array): Verified<Assent> {
  return verifyObject(ASSENT, envelope, person);
}
