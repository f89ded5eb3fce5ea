// SPDX-License-Identifier: EUPL-1.2
// Words, times and numbers in the page's language. English is the key; the catalogues are generated from web.po.
import { catalogue } from "./catalogue";

export const language: string = globalThis.document?.documentElement.lang.slice(0, 2) || "en";
/** English here is European: day before month, 24 hours. */
const locale = language === "en" ? "en-GB" : language;

export type Values = Readonly<Record<string, string | number>>;

function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

/** One sentence; `{name}` is filled from values. */
export function t(text: string, values: Values = {}): string {
  const found = catalogue[text];
  return fill(typeof found === "string" && found !== "" ? found : text, values);
}

/** One sentence with a number: `tn(one, many, 3)`. All four languages have two forms, split at one. */
export function tn(one: string, many: string, n: number, values: Values = {}): string {
  const found = catalogue[one];
  const forms = Array.isArray(found) ? (found as readonly string[]) : [one, many];
  return fill((n === 1 ? forms[0] : forms[1]) ?? many, { n: number(n), ...values });
}

const made = new Map<string, unknown>();

/** A formatter costs fifty times what it formats: each is made once. */
function once<F>(name: string, make: () => F): F {
  if (!made.has(name)) made.set(name, make());
  return made.get(name) as F;
}

export const number = (n: number, digits = 0): string =>
  once(`number ${digits}`, () => new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })).format(n);

type Zone = string | undefined;
const zoned = (name: string, options: Intl.DateTimeFormatOptions, tz: Zone, language = locale): Intl.DateTimeFormat =>
  once(`${name} ${tz ?? ""}`, () => new Intl.DateTimeFormat(language, tz === undefined ? options : { ...options, timeZone: tz }));

/** 02:31 */
export const clock = (ms: number, tz?: Zone): string =>
  zoned("clock", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, tz).format(ms);
/** 02:31:07 */
export const clockSeconds = (ms: number, tz?: Zone): string =>
  zoned("seconds", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }, tz).format(ms);
/** 22 November */
export const day = (ms: number, tz?: Zone): string =>
  zoned("day", { day: "numeric", month: "long" }, tz).format(ms);
/** 22 November 2026: what may lie in another year */
export const date = (ms: number, tz?: Zone): string =>
  zoned("date", { day: "numeric", month: "long", year: "numeric" }, tz).format(ms);
/** Sunday 22 November */
export const weekday = (ms: number, tz?: Zone): string =>
  zoned("weekday", { weekday: "long", day: "numeric", month: "long" }, tz).format(ms);
/** 2026-11-22 in the zone, to compare and to choose days by */
export const isoDay = (ms: number, tz?: Zone): string =>
  zoned("iso", { year: "numeric", month: "2-digit", day: "2-digit" }, tz, "sv").format(ms);

/** Today, yesterday, or the day. */
export function dayWord(ms: number, now: number, tz?: Zone): string {
  if (isoDay(ms, tz) === isoDay(now, tz)) return t("Today");
  if (isoDay(ms, tz) === isoDay(now - 86_400_000, tz)) return t("Yesterday");
  return weekday(ms, tz);
}

/** 02:31 when today, else 22 November 02:31. */
export function when(ms: number, now: number, tz?: Zone): string {
  return isoDay(ms, tz) === isoDay(now, tz) ? clock(ms, tz) : `${day(ms, tz)} ${clock(ms, tz)}`;
}

/** 00:14, 12:05, 1:02:03: how old an alarm is. */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, "0");
  const rest = `${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return s < 3600 ? rest : `${Math.floor(s / 3600)}:${rest}`;
}

/** 14 s, 3 min, 2 h 5 min: how long something took. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return t("{n} s", { n: s });
  if (s < 3600) return s % 60 === 0 || s >= 600 ? t("{n} min", { n: Math.floor(s / 60) }) : t("{m} min {s} s", { m: Math.floor(s / 60), s: s % 60 });
  return t("{h} h {m} min", { h: Math.floor(s / 3600), m: Math.floor(s / 60) % 60 });
}

/** just now, 3 minutes ago, in 2 hours */
export function relative(ms: number, now: number): string {
  const s = Math.round((ms - now) / 1000);
  if (Math.abs(s) < 5) return t("just now");
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  if (Math.abs(s) < 60) return format.format(s, "second");
  if (Math.abs(s) < 3600) return format.format(Math.round(s / 60), "minute");
  if (Math.abs(s) < 86_400) return format.format(Math.round(s / 3600), "hour");
  return format.format(Math.round(s / 86_400), "day");
}

/** 3.1 MB */
export function bytes(n: number): string {
  if (n < 1000) return t("{n} bytes", { n: number(n) });
  if (n < 1_000_000) return t("{n} kB", { n: number(n / 1000) });
  return t("{n} MB", { n: number(n / 1_000_000, 1) });
}
