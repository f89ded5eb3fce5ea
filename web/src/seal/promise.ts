// SPDX-License-Identifier: EUPL-1.2
// What the log signs at once, before its checkpoint: the promise to include an entry, and the time.
import { type Verified, verifyObject } from "./envelope";
import { must } from "./errors";
import { type TypeOf, hash, id, kind, ms, record, text, uint, version } from "./schema";

const PROMISE_FIELDS = record({ version, origin: text(), index: uint(), leaf: hash, atMs: ms });
const TIME_FIELDS = record({ version, nonce: id, atMs: ms });

export type InclusionPromise = TypeOf<typeof PROMISE_FIELDS>;
export type LogTime = TypeOf<typeof TIME_FIELDS>;
export const PROMISE = kind("promise", PROMISE_FIELDS);
export const TIME = kind("time", TIME_FIELDS);

export function verifyPromise(envelope: Uint8Array, logKey: Uint8Array, origin: string): Verified<InclusionPromise> {
  const promise = verifyObject(PROMISE, envelope, logKey);
  must(promise.value.origin === origin, "proof", `a promise of another log (${promise.value.origin})`);
  return promise;
}

export function verifyTime(envelope: Uint8Array, logKey: Uint8Array): Verified<LogTime> {
  return verifyObject(TIME, envelope, logKey);
}
