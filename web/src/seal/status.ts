// SPDX-License-Identifier: EUPL-1.2
// The unit's signed echo: what it obeys and how it is. A screen shows a state only on this.
import { type Bytes, hex } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, list, ms, nullable, oneOf, record, rising, text, uint, version } from "./schema";
import type { SigningKey } from "./suite";

const FIELDS = record({
  version,
  unit: id,
  pairing: nullable(id),
  atMs: ms,
  state: oneOf("off", "armed", "disarmed", "working_hours", "unpaired"),
  untilMs: nullable(ms),
  keyset: nullable(hash),
  policy: nullable(hash),
  policyCounter: uint(),
  software: text(64),
  cameras: list(record({ camera: id, state: oneOf("ok", "lost", "degraded", "tamper") }), 64),
  releaseHead: nullable(hash),
}, {
  shape: { part: nullable(text(32)), commandedBy: nullable(id), guardsFromMs: nullable(uint(Number.MAX_SAFE_INTEGER, 1)) },
  empty: { part: null, commandedBy: null, guardsFromMs: null },
});

export type Status = TypeOf<typeof FIELDS>;
export const STATUS = kind("status", FIELDS, (status: Status) => {
  must((status.pairing === null) === (status.state === "unpaired"), "field", "a unit is unpaired exactly when it has no pairing");
  must(status.part === null || status.state === "armed", "field", "only what is armed can be armed in part");
  must(status.guardsFromMs === null || (status.state !== "armed" && status.state !== "unpaired"), "field", "it guards already, or has no owner to guard for");
  rising(status.cameras.map(({ camera }) => hex(camera)), "cameras");
});

export function signStatus(status: Status, unit: SigningKey): Promise<Bytes> {
  return signObject(STATUS, status, unit);
}

export function verifyStatus(envelope: Uint8Array, unitKey: Uint8Array): Verified<Status> {
  return verifyObject(STATUS, envelope, unitKey);
}
