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

const WEEKLY = list(record({ weekday: uint(6), fromMin: uint(MINUTES), toMin: uint(MINUTES) }), 7 * 16);

const HOURS = record({
  zone: text(64),
  weekly: WEEKLY,
  exceptions: list(record({ date: text(10, 10), spans: list(span, 16) }), 400),
});

const CAMERA = record({
  camera: id,
  zones: list(record({ name: text(64), polygon, classes }), 32),
  privacy: list(polygon, 32),
  ptz: nullable(record({ panMin: uint(10_000), panMax: uint(10_000), tiltMin: uint(10_000), tiltMax: uint(10_000) })),
});

/** What stays guarded when this part is armed. */
const PART = record({ name: text(32), cameras: list(id, 64), accounts: list(text(32), 32) });

export const ACTIONS = ["arm", "disarm", "part"] as const;

/** Somebody who may command a little: these actions, between these dates, in these hours of the week (none: at all hours). */
const DELEGATE = record({
  id,
  signKey: publicKey,
  name: text(64),
  actions: list(oneOf(...ACTIONS), 3, 1),
  fromMs: ms,
  expiresMs: ms,
  maxS: nullable(uint(31 * 86_400, 60)),
  weekly: WEEKLY,
});

const OVERVIEW = record({
  camera: id,
  intervalS: uint(86_400, 60),
  geometry: record({ heightCm: uint(20_000, 10), nearestCm: uint(100_000, 1), hfovCdeg: uint(36_000, 100), tiltCdeg: uint(9_000) }),
});

const LIVE = record({ blocked: WEEKLY, maxS: uint(3600, 30), notice: text(500, 0) });
const BUDGET = record({ mbPerMonth: uint(10_000_000, 1), over: oneOf("alarms", "stop") });
const STORAGE = record({ days: uint(60, 1), mode: oneOf("copy", "only") });

/** What came after release 0.1.0, when nothing of it is used. */
export const NOTHING_LATER = { parts: [], delegates: [], overview: [], live: null, budget: null, storage: null } as const;

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
}, {
  shape: {
    parts: list(PART, 16), delegates: list(DELEGATE, 100), overview: list(OVERVIEW, 64), live: nullable(LIVE), budget: nullable(BUDGET), storage: nullable(STORAGE),
  },
  empty: NOTHING_LATER,
});

export type Policy = TypeOf<typeof FIELDS>;
export type Hours = TypeOf<typeof HOURS>;
export type Weekly = TypeOf<typeof WEEKLY>;
export type LocalAccount = TypeOf<typeof LOCAL>;
export type Part = TypeOf<typeof PART>;
export type Delegate = TypeOf<typeof DELEGATE>;
export type OverviewRules = TypeOf<typeof OVERVIEW>;
export type LiveRules = TypeOf<typeof LIVE>;

export const POLICY = kind("policy", FIELDS, (policy: Policy) => {
  must(policy.issuedMs < policy.expiresMs, "field", "a policy must expire after it is issued");
  for (const names of [policy.alarmClasses, policy.releaseClasses, ...policy.cameras.flatMap(({ zones }) => zones.map((zone) => zone.classes))]) rising(names, "classes");
  must(policy.releaseClasses.every((name) => policy.alarmClasses.includes(name)), "field", "only a class that alarms can release");
  rising(policy.cameras.map(({ camera }) => hex(camera)), "cameras");
  rising(policy.commanders.map(({ person }) => hex(person)), "commanders");
  week(policy.hours.weekly);
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
  for (const { date, spans } of policy.hours.exceptions) {
    must(isDate(date), "field", `${date} is not a date`);
    apart(spans);
  }
  checkLater(policy);
});

function checkLater(policy: Policy): void {
  for (const { cameras, accounts } of policy.parts) {
    rising(cameras.map(hex), "cameras");
    rising(accounts, "accounts");
    must(accounts.every((account) => ACCOUNT.test(account)), "field", "an account is 3 to 16 digits of 0-9 and A-F, or a word");
    must(cameras.length + accounts.length > 0, "field", "a part guards at least one camera or account");
  }
  rising(policy.parts.map(({ name }) => hex(utf8(name))), "parts");
  for (const { actions, fromMs, expiresMs, weekly, signKey } of policy.delegates) {
    rising(actions, "actions");
    week(weekly);
    must(fromMs < expiresMs, "field", "what a delegate may do ends after it begins");
    must(isSigningKey(signKey), "field", "a delegate's key that is none");
  }
  rising(policy.delegates.map((delegate) => hex(delegate.id)), "delegates");
  const commanders = new Set(policy.commanders.flatMap(({ person, signKey }) => [hex(person), hex(signKey)]));
  const keys = new Set(policy.delegates.map(({ signKey }) => hex(signKey)));
  const apartOnes = policy.delegates.every((delegate) => !commanders.has(hex(delegate.id)) && !commanders.has(hex(delegate.signKey)));
  must(keys.size === policy.delegates.length && apartOnes, "field", "each delegate has a key of his own, and nobody is commander and delegate at once");
  rising(policy.overview.map(({ camera }) => hex(camera)), "overview cameras");
  week(policy.live?.blocked ?? []);
}

/** A week's spans: sorted, none over another. */
function week(weekly: Weekly): void {
  rising(weekly.map(({ weekday, fromMin }) => weekday * MINUTES + fromMin), "hours of the week");
  for (let day = 0; day < 7; day++) apart(weekly.filter(({ weekday }) => weekday === day));
}

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

/** Whether the wall clock of `zone` stands in one of the week's spans. */
export function inWeek(weekly: Weekly, zone: string, utcMs: number): boolean {
  const { weekday, minute } = localTime(zone, utcMs);
  return weekly.some((span) => span.weekday === weekday && minute >= span.fromMin && minute < span.toMin);
}

export function localTime(zone: string, utcMs: number): { date: string; weekday: number; minute: number } {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
  }).formatToParts(new Date(utcMs));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? "0";
  const date = `${part("year").padStart(4, "0")}-${part("month")}-${part("day")}`;
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return { date, weekday, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}
