// SPDX-License-Identifier: EUPL-1.2
// What a unit says it saw. Numbered and chained, so that none can be left out unnoticed.
import type { Bytes } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, ms, nullable, oneOf, record, text, uint, version, word } from "./schema";
import type { SigningKey } from "./suite";
import { SLOTS } from "./tree";

const FIELDS = record({
  version,
  unit: id,
  alarm: id,
  number: uint(Number.MAX_SAFE_INTEGER, 1),
  previous: nullable(hash),
  cause: oneOf("motion", "input", "tamper", "technical", "central"),
  class: word,
  camera: nullable(id),
  zone: text(64, 0),
  score: uint(1000),
  firstSeenMs: ms,
  raisedMs: ms,
  epoch: nullable(id),
  slot: nullable(uint(SLOTS - 1)),
  policy: nullable(hash),
  images: text(64),
});

export type Alarm = TypeOf<typeof FIELDS>;

export const ALARM = kind("alarm", FIELDS, (alarm: Alarm) => {
  const { images } = alarm;
  must((alarm.number === 1) === (alarm.previous === null), "chain", "only the first alarm has no predecessor");
  must(alarm.firstSeenMs <= alarm.raisedMs, "field", "seen after it was raised");
  must((alarm.epoch === null) === (alarm.slot === null), "field", "epoch and slot come together");
  must(/^(released|none:[a-z][a-z0-9_]{0,31})$/.test(images), "field", "images are released, or none for a reason");
  must(images !== "released" || (alarm.policy !== null && alarm.camera !== null), "field", "only a policy releases, and only a camera's pictures");
});

export function signAlarm(alarm: Alarm, unit: SigningKey): Promise<Bytes> {
  return signObject(ALARM, alarm, unit);
}

export function verifyAlarm(envelope: Uint8Array, unitKey: Uint8Array): Verified<Alarm> {
  return verifyObject(ALARM, envelope, unitKey);
}
