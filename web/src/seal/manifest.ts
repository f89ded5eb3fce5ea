// SPDX-License-Identifier: EUPL-1.2
// What a unit says it recorded: the SHA-256 of every segment of up to 60 slots, empty ones too, chained across epochs.
import { sha256 } from "@noble/hashes/sha2.js";
import { type Bytes, equal } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, bool, hash, id, kind, list, ms, nullable, record, trackNumber, uint, version } from "./schema";
import type { SigningKey } from "./suite";
import { SLOTS } from "./tree";

export const MAX_SLOTS = 60;

const FIELDS = record({
  version,
  unit: id,
  camera: id,
  track: trackNumber,
  epoch: id,
  firstSlot: uint(SLOTS - 1),
  slots: uint(MAX_SLOTS, 1),
  previous: nullable(hash),
  segments: list(record({ slot: uint(SLOTS - 1), seq: uint(2 ** 32 - 1), hash }), 4096),
  releaseHead: nullable(hash),
  checkpoint: nullable(record({ size: uint(), root: hash })),
  madeMs: ms,
  closed: bool,
});

export type Manifest = TypeOf<typeof FIELDS>;

export const MANIFEST = kind("manifest", FIELDS, (manifest: Manifest) => {
  const end = manifest.firstSlot + manifest.slots;
  must(end <= SLOTS, "range", "a manifest past its epoch's end");
  for (const { slot } of manifest.segments) must(slot >= manifest.firstSlot && slot < end, "range", `segment of slot ${slot} outside its manifest`);
  must(manifest.segments.every(({ seq }, i) => i === 0 || manifest.segments[i - 1]!.seq < seq), "field", "segments must be in sequence, each once");
  must(manifest.segments.every(({ slot }, i) => i === 0 || manifest.segments[i - 1]!.slot <= slot), "field", "slots must ascend");
});

export function signManifest(manifest: Manifest, unit: SigningKey): Promise<Bytes> {
  return signObject(MANIFEST, manifest, unit);
}

export function verifyManifest(envelope: Uint8Array, unitKey: Uint8Array): Verified<Manifest> {
  return verifyObject(MANIFEST, envelope, unitKey);
}

/** Whether these bytes are the segment that the manifest lists at this sequence. */
export function manifestHolds(manifest: Manifest, slot: number, seq: number, segment: Uint8Array): boolean {
  const listed = manifest.segments.find((each) => each.seq === seq);
  return listed !== undefined && listed.slot === slot && equal(listed.hash, sha256(segment));
}
