// SPDX-License-Identifier: EUPL-1.2
// The week that is edited: spans of a day in minutes, and what a coming day really looks like on its site's clock. Pure.
import type { Hours } from "../../../seal/policy";

export const DAY_MIN = 1440;
export const STEP_MIN = 15;
const DAY_MS = 86_400_000;
const MIN_MS = 60_000;

export interface Span {
  readonly fromMin: number;
  readonly toMin: number;
}

/** Monday first. */
export type Week = readonly (readonly Span[])[];

export interface ExceptionDay {
  readonly date: string;
  readonly spans: readonly Span[];
}

export const weekOf = (hours: Hours): Week =>
  Array.from({ length: 7 }, (_, day) => hours.weekly.filter(({ weekday }) => weekday === day).map(({ fromMin, toMin }) => ({ fromMin, toMin })));

export const weeklyOf = (week: Week): Hours["weekly"] =>
  week.flatMap((spans, weekday) => joined(spans).map(({ fromMin, toMin }) => ({ weekday, fromMin, toMin })));

/** Sorted, and what overlaps or touches is one. */
export function joined(spans: readonly Span[]): readonly Span[] {
  const all: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.fromMin - b.fromMin)) {
    const last = all.at(-1);
    if (last !== undefined && span.fromMin <= last.toMin) all[all.length - 1] = { fromMin: last.fromMin, toMin: Math.max(last.toMin, span.toMin) };
    else all.push(span);
  }
  return all;
}

export const snapped = (min: number): number => Math.min(DAY_MIN, Math.max(0, Math.round(min / STEP_MIN) * STEP_MIN));

/** A span put in place of the one at `index` (null: a new one); not joined, so that what is dragged keeps its place. */
export function withSpan(week: Week, day: number, index: number | null, span: Span): Week {
  return week.map((spans, at) => (at !== day ? spans : index === null ? [...spans, span] : spans.map((one, i) => (i === index ? span : one))));
}

export const withoutSpan = (week: Week, day: number, index: number): Week => week.map((spans, at) => (at === day ? spans.filter((_, i) => i !== index) : spans));

export const copied = (week: Week, from: number, to: readonly number[]): Week => week.map((spans, at) => (to.includes(at) ? week[from]! : spans));

export const settled = (week: Week): Week => week.map(joined);

/** One edge moved, or the whole (`edge` "both") by the same; never shorter than a step, never out of the day. */
export function moved(span: Span, edge: "from" | "to" | "both", byMin: number): Span {
  if (edge === "from") return { fromMin: Math.min(Math.max(0, span.fromMin + byMin), span.toMin - STEP_MIN), toMin: span.toMin };
  if (edge === "to") return { fromMin: span.fromMin, toMin: Math.max(Math.min(DAY_MIN, span.toMin + byMin), span.fromMin + STEP_MIN) };
  const by = Math.max(-span.fromMin, Math.min(DAY_MIN - span.toMin, byMin));
  return { fromMin: span.fromMin + by, toMin: span.toMin + by };
}

/** Where a new span fits on a day: working hours if free, else the first gap of at least an hour. */
export function gapOn(spans: readonly Span[]): Span | null {
  const free = (span: Span): boolean => joined(spans).every(({ fromMin, toMin }) => span.toMin <= fromMin || span.fromMin >= toMin);
  const usual = { fromMin: 420, toMin: 1020 };
  if (free(usual)) return usual;
  for (let fromMin = 0; fromMin + 60 <= DAY_MIN; fromMin += STEP_MIN) if (free({ fromMin, toMin: fromMin + 60 })) return { fromMin, toMin: fromMin + 60 };
  return null;
}

export const hhmm = (min: number): string => `${String(Math.floor(min / 60)).padStart(2, "0")}:${String(min % 60).padStart(2, "0")}`;

/** Minutes of "07:30"; null when it is none. 24:00 is the end of the day. */
export function minutesOf(text: string): number | null {
  const found = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (found === null) return null;
  const min = Number(found[1]) * 60 + Number(found[2]);
  return Number(found[2]) < 60 && min <= DAY_MIN ? min : null;
}

// --- days on a site's clock ---------------------------------------------------------------------------------------------

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMs(zone: string, ms: number): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat("sv", { timeZone: zone, dateStyle: "short", timeStyle: "medium" });
    formats.set(zone, format);
  }
  return Date.parse(`${format.format(ms).replace(" ", "T")}Z`) - Math.floor(ms / 1000) * 1000;
}

/** YYYY-MM-DD there. */
export const dateAt = (zone: string, ms: number): string => new Date(ms + offsetMs(zone, ms)).toISOString().slice(0, 10);

/** Minutes since midnight on the wall there. */
export function minuteAt(zone: string, ms: number): number {
  const wall = new Date(ms + offsetMs(zone, ms));
  return wall.getUTCHours() * 60 + wall.getUTCMinutes();
}

export const nextDate = (date: string, by = 1): string => new Date(Date.parse(`${date}T12:00:00Z`) + by * DAY_MS).toISOString().slice(0, 10);

export const weekdayOf = (date: string): number => (new Date(`${date}T12:00:00Z`).getUTCDay() + 6) % 7;

/** The instant at which the wall there shows this time: the first of two, and of a skipped one the moment of the skip. */
export function wallMs(zone: string, date: string, min: number): number {
  const wall = Date.parse(`${date}T00:00:00Z`) + min * MIN_MS;
  const offsets = [offsetMs(zone, wall - DAY_MS), offsetMs(zone, wall + DAY_MS)];
  const [first, second] = [wall - Math.max(...offsets), wall - Math.min(...offsets)];
  if (first + offsetMs(zone, first) === wall) return first;
  if (second + offsetMs(zone, second) === wall) return second;
  return jumpMs(zone, first, second);
}

/** Where the clocks change between two instants. */
function jumpMs(zone: string, from: number, to: number): number {
  let [low, high] = [from, to];
  const before = offsetMs(zone, low);
  if (offsetMs(zone, high) === before) return to;
  while (high - low > 1000) {
    const middle = low + Math.floor((high - low) / 2000) * 1000;
    if (offsetMs(zone, middle) === before) low = middle;
    else high = middle;
  }
  return high;
}

export interface Coming {
  readonly date: string;
  readonly weekday: number;
  readonly spans: readonly Span[];
  /** The date has hours of its own. */
  readonly exception: boolean;
  /** How much longer than 24 hours the day is, in minutes: +60 in autumn, −60 in spring. */
  readonly clocksMin: number;
}

/** What the coming days look like under a plan, beginning today. */
export function coming(zone: string, week: Week, exceptions: readonly ExceptionDay[], nowMs: number, days: number): readonly Coming[] {
  const today = dateAt(zone, nowMs);
  return Array.from({ length: days }, (_, i) => {
    const date = nextDate(today, i);
    const exception = exceptions.find((one) => one.date === date);
    const longMs = wallMs(zone, nextDate(date), 0) - wallMs(zone, date, 0) - DAY_MS;
    return { date, weekday: weekdayOf(date), spans: joined(exception?.spans ?? week[weekdayOf(date)]!), exception: exception !== undefined, clocksMin: Math.round(longMs / MIN_MS) };
  });
}

/** Exceptions sorted by date, one a date. */
export function withException(all: readonly ExceptionDay[], day: ExceptionDay): readonly ExceptionDay[] {
  return [...all.filter(({ date }) => date !== day.date), { date: day.date, spans: joined(day.spans) }].sort((a, b) => (a.date < b.date ? -1 : 1));
}

/** The next quarters of an hour, for "working until": at least ten minutes from now, to the last one that is allowed. */
export function quarters(nowMs: number, latestMs: number): readonly number[] {
  const step = STEP_MIN * MIN_MS;
  const first = Math.ceil((nowMs + 10 * MIN_MS) / step) * step;
  return Array.from({ length: 96 }, (_, i) => first + i * step).filter((ms) => ms <= latestMs);
}
