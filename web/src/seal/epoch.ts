// SPDX-License-Identifier: EUPL-1.2
// One key tree of one track: its root sealed to the tenant key, its place and start signed by the unit.
import { type Bytes, equal, sized, wipe } from "./bytes";
import { encode } from "./encoding";
import { type Verified, signObject, signedBytes, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, ms, record, sealedBytes, suiteNumber, trackNumber, uint, version } from "./schema";
import { type OpeningKey, type SigningKey, seal } from "./suite";

const HEADER_SHAPE = {
  version, suite: suiteNumber, unit: id, camera: id, track: trackNumber, epoch: id, number: uint(Number.MAX_SAFE_INTEGER, 1), startMs: ms, keyset: hash, policy: hash,
};
const HEADER = record(HEADER_SHAPE);
const FIELDS = record({ ...HEADER_SHAPE, sealed: sealedBytes });

export type EpochHeader = TypeOf<typeof HEADER>;
export type Epoch = TypeOf<typeof FIELDS>;
export const EPOCH = kind("epoch", FIELDS);

function info(header: EpochHeader): Bytes {
  return signedBytes("epoch", encode(HEADER.write(header)));
}

export async function sealEpoch(header: EpochHeader, root: Uint8Array, tenantKey: Uint8Array, unit: SigningKey): Promise<Bytes> {
  const sealed = await seal(header.suite, tenantKey, info(header), sized(root, 32, "an epoch's root"));
  return signObject(EPOCH, { ...header, sealed }, unit);
}

export function verifyEpoch(envelope: Uint8Array, unitKey: Uint8Array): Verified<Epoch> {
  return verifyObject(EPOCH, envelope, unitKey);
}

/** The root, for the tenant key's holder; the caller wipes it. */
export async function openEpoch(epoch: Epoch, tenant: OpeningKey): Promise<Bytes> {
  must(epoch.suite === tenant.suite, "suite", `an epoch of suite ${epoch.suite} and a key of suite ${tenant.suite}`);
  const root = await tenant.open(epoch.sealed, info(epoch));
  if (root.length !== 32) wipe(root);
  return sized(root, 32, "an epoch's root");
}

export function sameEpoch(a: Epoch, b: Uint8Array): boolean {
  return equal(a.epoch, b);
}
