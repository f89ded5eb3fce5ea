// SPDX-License-Identifier: EUPL-1.2
// What the owner tells the unit: armed or not, hours, zones, masks, classes, window, caps, who may arm. The unit obeys nothing else.
import { type Bytes, equal, hex } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type Keyset, signKeys } from "./keyset";
import { type Field, type TypeOf, bool, hash, id, kind, list, ms, nullable, oneOf, publicKey, record, rising, text, uint, version, word } from "./schema";
import type { SigningKey } from "./suite";

const MINUTES = 24 * 60;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const span = record({ fromMin: uint(MINUTES), toMin: uint(MINUTES) });
const polygon = list(record({ x: uint(10_000), y: uint(10_000) }), 64, 3);
const classes = list(word, 32);
const nothing: Field<null> = nullable(oneOf<never>()) as Field<null>;

const HOURS = record({
  zone: text(64),
  weekly: list(record({ weekday: uint(6), fromMin: uint(MINUTES), toMin: uint(MINUTES) }), 64),
  exceptions: list(record({ date: text(10, 10), spans: list(span, 16) }), 400),
});

const CAMERA = record({
  camera: id,
  zones: list(record({ name: text(64), polygon, classes }), 32),
  privacy: list(polygon, 32),
  ptz: nullable(record({ panMin: uint(), panMax: uint(), tiltMin: uint(), tiltMax: uint() })),
});

const FIELDS = record({
  version,
  unit: id,
  pairing: id,
  counter: uint(Number.MAX_SAFE_INTEGER, 1),
  issuedMs: ms,
  expiresMs: ms,
  keyset: hash,
  armed: bool,
  mode: oneOf("activity", "continuous"),
  hours: HOURS,
  cameras: list(CAMERA, 64),
  alarmClasses: classes,
  releaseClasses: classes,
  window: record({ preS: uint(60), postS: uint(), liveEnd: oneOf("guard_sent", "arrived", "closed"), maxS: uint() }),
  caps: record({ releases: uint(), seconds: uint() }),
  commanders: list(record({ person: id, signKey: publicKey }), 256),
  central: nothing,
});

export type Policy = TypeOf<typeof FIELDS>;
export type Hours = TypeOf<typeof HOURS>;

export const POLICY = kind("policy", FIELDS, (policy: Policy) => {
  must(policy.issuedMs < policy.expiresMs, "field", "a policy must expire after it is issued");
  for (const names of [policy.alarmClasses, policy.releaseClasses, ...policy.cameras.flatMap(({ zones }) => zones.map((zone) => zone.classes))]) rising(names, "classes");
  must(policy.releaseClasses.every((name) => policy.alarmClasses.includes(name)), "field", "only a class that alarms can release");
  rising(policy.cameras.map(({ camera }) => hex(camera)), "cameras");
  rising(policy.commanders.map(({ person }) => hex(person)), "commanders");
  rising(policy.hours.weekly.map(({ weekday, fromMin }) => weekday * MINUTES + fromMin), "working hours");
  rising(policy.hours.exceptions.map(({ date }) => date), "exceptions");
  for (const { fromMin, toMin } of policy.hours.weekly) must(fromMin < toMin, "field", "working hours end before they begin");
  for (const { date, spans } of policy.hours.exceptions) {
    must(DAY.test(date), "field", `${date} is not a date`);
    for (const { fromMin, toMin } of spans) must(fromMin < toMin, "field", "working hours end before they begin");
  }
});

export function signPolicy(policy: Policy, owner: SigningKey): Promise<Bytes> {
  return signObject(POLICY, policy, owner);
}

/** Signed by an owner of this keyset, and for it. */
export function verifyPolicy(envelope: Uint8Array, keyset: Verified<Keyset>): Verified<Policy> {
  const policy = verifyObject(POLICY, envelope, ...signKeys(keyset.value));
  const { unit, pairing, keyset: named } = policy.value;
  must(equal(named, keyset.hash), "chain", "a policy for another keyset");
  must(equal(unit, keyset.value.unit) && equal(pairing, keyset.value.pairing), "chain", "a policy for another unit or pairing");
  return policy;
}

/** Whether surveillance is off because people work. An exception replaces its whole day; wall-clock time of the site's zone. */
export function inWorkingHours(hours: Hours, utcMs: number): boolean {
  const { date, weekday, minute } = localTime(hours.zone, utcMs);
  const exception = hours.exceptions.find((day) => day.date === date);
  const spans = exception ? exception.spans : hours.weekly.filter((day) => day.weekday === weekday);
  return spans.some(({ fromMin, toMin }) => minute >= fromMin && minute < toMin);
}

function localTime(zone: string, utcMs: number): { date: string; weekday: number; minute: number } {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).formatToParts(new Date(utcMs));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "0";
  const date = `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return { date, weekday, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}
