// SPDX-License-Identifier: EUPL-1.2
// The owner hands somebody the keys of a range, for a purpose, until a day.
import { type Bytes, equal, wipe } from "./bytes";
import { encode } from "./encoding";
import { type Verified, signObject, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { type Keyset, signKeys } from "./keyset";
import { RANGES, RangeKeys, checkRanges, decodeCovers, encodeCovers } from "./ranges";
import { type TypeOf, hash, id, kind, ms, record, sealedBytes, suiteNumber, text, trackNumber, version } from "./schema";
import { type OpeningKey, type SigningKey, openingFingerprint, seal } from "./suite";

const HEADER_SHAPE = {
  version, suite: suiteNumber, grant: id, owner: id, granter: id, party: id, recipient: hash, camera: id, track: trackNumber,
  ranges: RANGES, purpose: text(), issuedMs: ms, expiresMs: ms,
};
const HEADER = record(HEADER_SHAPE);
const FIELDS = record({ ...HEADER_SHAPE, sealed: sealedBytes });

export type GrantHeader = TypeOf<typeof HEADER>;
export type Grant = TypeOf<typeof FIELDS>;
/** A live track is granted for its first seconds at most: the only future keys ever granted. */
export const LIVE_SLOTS = 900;
const LIVE_TRACK = 4;
export const GRANT = kind("grant", FIELDS, ({ ranges, track }: Grant) => {
  checkRanges(ranges);
  must(track !== LIVE_TRACK || ranges.every(({ to }) => to <= LIVE_SLOTS), "range", `a live track is granted for its first ${LIVE_SLOTS} slots at most`);
});

function info(header: GrantHeader): Bytes {
  return signedBytes("grant", encode(HEADER.write(header)));
}

export async function sealGrant(header: GrantHeader, covers: readonly (readonly Uint8Array[])[], recipientKey: Uint8Array, granter: SigningKey): Promise<Bytes> {
  must(equal(header.recipient, openingFingerprint(header.suite, recipientKey)), "signer", "the header names another recipient");
  checkRanges(header.ranges);
  const plaintext = encodeCovers(covers);
  wipe(...decodeCovers(plaintext, header.ranges).flat());
  const sealed = await seal(header.suite, recipientKey, info(header), plaintext);
  wipe(plaintext);
  return signObject(GRANT, { ...header, sealed }, granter);
}

/** Signed by an owner of the keyset, who is the granter it names. */
export function verifyGrant(envelope: Uint8Array, keyset: Keyset): Verified<Grant> {
  const grant = verifyObject(GRANT, envelope, ...signKeys(keyset));
  const granter = keyset.owners.find(({ person }) => equal(person, grant.value.granter));
  must(granter !== undefined, "signer", "the granter is no owner in the keyset");
  verifyObject(GRANT, envelope, granter.signKey);
  return grant;
}

export async function openGrant(grant: Grant, recipient: OpeningKey): Promise<RangeKeys> {
  must(grant.suite === recipient.suite, "suite", `a grant of suite ${grant.suite} and a key of suite ${recipient.suite}`);
  must(equal(grant.recipient, recipient.fingerprint), "open", "granted to somebody else");
  const plaintext = await recipient.open(grant.sealed, info(grant));
  try {
    return new RangeKeys(grant.ranges, decodeCovers(plaintext, grant.ranges));
  } finally {
    wipe(plaintext);
  }
}
