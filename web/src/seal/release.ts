// SPDX-License-Identifier: EUPL-1.2
// The unit hands the alarm centre the keys of an alarm's window: exact slots, sealed to one recipient, signed, chained.
import { type Bytes, equal, wipe } from "./bytes";
import { encode } from "./encoding";
import { type Verified, signObject, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { RANGES, RangeKeys, checkRanges, decodeCovers, encodeCovers } from "./ranges";
import { type TypeOf, bool, hash, id, kind, ms, nullable, oneOf, record, sealedBytes, suiteNumber, text, uint, version } from "./schema";
import { type OpeningKey, type SigningKey, openingFingerprint, seal } from "./suite";

const HEADER_SHAPE = {
  version, suite: suiteNumber, unit: id, alarm: id, part: uint(Number.MAX_SAFE_INTEGER, 1), previous: nullable(hash), camera: id, track: oneOf(1), ranges: RANGES,
  arc: id, recipient: hash, reason: text(), policy: hash, issuedMs: ms, windowEndMs: ms, last: bool,
};
const HEADER = record(HEADER_SHAPE);
const FIELDS = record({ ...HEADER_SHAPE, sealed: sealedBytes });

export type ReleaseHeader = TypeOf<typeof HEADER>;
export type Release = TypeOf<typeof FIELDS>;
export const RELEASE = kind("release", FIELDS, ({ ranges, last }: Release) => checkRanges(ranges, last));

function info(header: ReleaseHeader): Bytes {
  return signedBytes("release", encode(HEADER.write(header)));
}

/** `covers`: for each range its cover's nodes. `recipientKey` is the alarm centre's certified opening key. */
export async function sealRelease(header: ReleaseHeader, covers: readonly (readonly Uint8Array[])[], recipientKey: Uint8Array, unit: SigningKey): Promise<Bytes> {
  must(equal(header.recipient, openingFingerprint(header.suite, recipientKey)), "signer", "the header names another recipient");
  checkRanges(header.ranges, header.last);
  const plaintext = encodeCovers(covers);
  wipe(...decodeCovers(plaintext, header.ranges).flat());
  const sealed = await seal(header.suite, recipientKey, info(header), plaintext);
  wipe(plaintext);
  return signObject(RELEASE, { ...header, sealed }, unit);
}

export function verifyRelease(envelope: Uint8Array, unitKey: Uint8Array): Verified<Release> {
  return verifyObject(RELEASE, envelope, unitKey);
}

/** The released ranges' keys, for the recipient. */
export async function openRelease(release: Release, recipient: OpeningKey): Promise<RangeKeys> {
  must(release.suite === recipient.suite, "suite", `a release of suite ${release.suite} and a key of suite ${recipient.suite}`);
  must(equal(release.recipient, recipient.fingerprint), "open", "released to somebody else");
  const plaintext = await recipient.open(release.sealed, info(release));
  try {
    return new RangeKeys(release.ranges, decodeCovers(plaintext, release.ranges));
  } finally {
    wipe(plaintext);
  }
}
