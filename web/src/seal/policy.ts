// SPDX-License-Identifier: EUPL-1.2
// What the owner tells the unit: armed or not, hours, zones, masks, classes, window, caps, who may arm. The unit obeys nothing else.
import { type Bytes, equal, hex, utf8 } from "./bytes";
import { type Verified, signObject, verifyObject } from "./envelope";
import { must } from "./errors";
import { type Keyset, signKeys } from "./keyset";
import { type TypeOf, bool, hash, id, kind, list, ms, nullable, oneOf, publicKey, record, rising, text, uint, version, word } from "./schema";
import { type SigningKey, isSigningKey } from "./suite";

const MINUTES = 24 * 60;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

const span = record({ fromMin: uint(MINUTES), toMin: uint(MINUTES) });
const polygon = list(record({ x: uint(10_000), y: uint(10_000) }), 64, 3);
const classes = list(word, 32);

/** A panel on site by its DC-09 account (hex, upper case), or another kind of input by its name; its zones, what they mean, and who looks at them. */
const LOCAL = record({
  account: text(32),
  zones: list(record({ zone: text(64), class: word, cameras: list(id, 64) }), 256),
});
const ACCOUNT = /^([0-9A-F]{3,16}|[a-z][a-z0-9_]{0,31})$/;

/** Panels that report to the server and may open pictures all the same: by their own key, few times a day. */
const CENTRAL = record({ panels: list(record({ panel: id, signKey: publicKey }), 32), releases: uint(100, 1) });

const HOURS = record({
  zone: text(64),
  weekly: list(record({ weekday: uint(6), fromMin: uint(MINUTES), toMin: uint(MINUTES) }), 7 * 16),
  exceptions: list(record({ date: text(10, 10), spans: list(span, 16) }), 400),
});

const CAMERA = record({
  camera: id,
  zones: list(record({ name: text(64), polygon, classes }), 32),
  privacy: list(polygon, 32),
  ptz: nullable(record({ panMin: uint(10_000), panMax: uint(10_000), tiltMin: uint(10_000), tiltMax: uint(10_000) })),
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
  window: record({ preS: uint(60), postS: uint(3600), liveEnd: oneOf("guard_sent", "arrived", "closed"), maxS: uint(86_400, 1) }),
  caps: record({ releases: uint(100_000), seconds: uint(1_000_000) }),
  commanders: list(record({ person: id, signKey: publicKey }), 200),
  local: nullable(list(LOCAL, 32, 1)),
  central: nullable(CENTRAL),
});

export type Policy = TypeOf<typeof FIELDS>;
export type Hours = TypeOf<typeof HOURS>;
export type LocalAccount = TypeOf<typeof LOCAL>;

export const POLICY = kind("policy", FIELDS, (policy: Policy) => {
  must(policy.issuedMs < policy.expiresMs, "field", "a policy must expire after it is issued");
  for (const names of [policy.alarmClasses, policy.releaseClasses, ...policy.cameras.flatMap(({ zones }) => zones.map((zone) => zone.classes))]) rising(names, "classes");
  must(policy.releaseClasses.every((name) => policy.alarmClasses.includes(name)), "field", "only a class that alarms can release");
  rising(policy.cameras.map(({ camera }) => hex(camera)), "cameras");
  rising(policy.commanders.map(({ person }) => hex(person)), "commanders");
  rising(policy.hours.weekly.map(({ weekday, fromMin }) => weekday * MINUTES + fromMin), "working hours");
  rising(policy.hours.exceptions.map(({ date }) => date), "exceptions");
  for (const { account, zones } of policy.local ?? []) {
    must(ACCOUNT.test(account), "field", "an account is 3 to 16 digits of 0-9 and A-F, or a word");
    rising(zones.map(({ zone }) => hex(utf8(zone))), "zones"); // by code points, as Python sorts
    for (const { cameras } of zones) rising(cameras.map(hex), "cameras");
  }
  rising((policy.local ?? []).map(({ account }) => account), "local accounts");
  rising((policy.central?.panels ?? []).map(({ panel }) => hex(panel)), "panels");
  must((policy.central?.panels ?? []).every(({ signKey }) => isSigningKey(signKey)), "field", "a panel's key that is none");
  must(policy.commanders.every(({ signKey }) => isSigningKey(signKey)), "field", "a signing key that is none");
  for (const { ptz } of policy.cameras) must(ptz === null || (ptz.panMin <= ptz.panMax && ptz.tiltMin <= ptz.tiltMax), "field", "a least value above its greatest");
  must(isZone(policy.hours.zone), "field", `${policy.hours.zone} is no time zone`);
  for (let day = 0; day < 7; day++) apart(policy.hours.weekly.filter(({ weekday }) => weekday === day));
  for (const { date, spans } of policy.hours.exceptions) {
    must(isDate(date), "field", `${date} is not a date`);
    apart(spans);
  }
});

/** Spans of one day: each ends after it begins, none before the last one has ended. */
function apart(spans: readonly { readonly fromMin: number; readonly toMin: number }[]): void {
  must(spans.every(({ fromMin, toMin }, i) => fromMin < toMin && (i === 0 || spans[i - 1]!.toMin <= fromMin)), "field", "working hours overlap or end before they begin");
}

function isDate(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return DAY.test(text) && text >= "2000" && text < "2200" && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }) !== null;
  } catch {
    return false;
  }
}

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
