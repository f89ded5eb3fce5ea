// SPDX-License-Identifier: EUPL-1.2
// What an owner kept of an epoch that he deleted, or of which he deleted a part: where it stands in time, as his client had verified it before the root
// was destroyed, and which slots are left. Their keys lie in the grant that is named here. What is not kept was deleted, by his word.
// Where no recording of the epoch is left no keys are kept, and no grant is named.
import { type Bytes, equal } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { RANGES, checkRanges } from "./ranges";
import { type TypeOf, hash, id, kind, ms, record, suiteNumber, trackNumber, uint, version } from "./schema";
import type { SigningKey } from "./suite";
import { SLOTS } from "./tree";

const FIELDS = record({
  version, owner: id, person: id, grant: id, suite: suiteNumber, unit: id, camera: id, track: trackNumber, epoch: id, number: uint(Number.MAX_SAFE_INTEGER, 1), startMs: ms,
  keyset: hash, policy: hash, ranges: RANGES, madeMs: ms,
});

/** Named where no keys are kept. */
export const NO_GRANT: Bytes = new Uint8Array(16);

export type Kept = TypeOf<typeof FIELDS>;
export const KEPT = kind("kept", FIELDS, ({ ranges, epoch, grant }: Kept) => {
  checkRanges(ranges, true);
  must(ranges.length > 0 || equal(grant, NO_GRANT), "field", "where nothing is kept there is no grant");
  must(ranges.every((range) => equal(range.epoch, epoch)), "range", "what is kept lies in the epoch that it is kept of");
});

/** The slots of an epoch, those to come too, that are in none of `gone`. */
export function complement(gone: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const left: (readonly [number, number])[] = [];
  let at = 0;
  for (const [from, to] of [...gone].sort((a, b) => a[0] - b[0] || a[1] - b[1])) {
    if (from > at) left.push([at, from]);
    at = Math.max(at, to);
  }
  return at < SLOTS ? [...left, [at, SLOTS]] : left;
}

export function signKept(kept: Kept, owner: SigningKey): Promise<Bytes> {
  return signObject(KEPT, kept, owner);
}

export function verifyKept(envelope: Uint8Array, ...owners: readonly Uint8Array[]): Verified<Kept> {
  return verifyObject(KEPT, envelope, ...owners);
}
