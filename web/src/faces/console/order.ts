// SPDX-License-Identifier: EUPL-1.2
// Which alarm comes first, which are shown, and the rule that nothing moves under the cursor. Pure.
import type { Alarm } from "../types";

/** What an alarm looks and sounds like: one shape and one sound each. */
export type Kind = "fire" | "holdup" | "medical" | "burglary" | "tamper" | "technical" | "other";
export const kinds: readonly Kind[] = ["fire", "holdup", "medical", "burglary", "tamper", "technical", "other"];

const kindsOf: Readonly<Record<string, Kind>> = {
  fire: "fire", holdup_duress: "holdup", hold_up: "holdup", panic: "holdup", medical: "medical",
  burglary: "burglary", video: "burglary", person: "burglary", vehicle: "burglary", motion: "burglary", animal: "burglary", contact_entry: "burglary", input: "burglary",
  tamper: "tamper", view_lost: "tamper", technical: "technical",
};

export const kindOf = (alarm: Pick<Alarm, "class" | "cause" | "signal_class">): Kind =>
  kindsOf[alarm.signal_class] ?? kindsOf[alarm.class] ?? kindsOf[alarm.cause] ?? (alarm.signal_class === "unknown" || alarm.class === "unknown" ? "burglary" : "other");

/** Life before things: these are never hushed without a warning. */
export const vital = (kind: Kind): boolean => kind === "fire" || kind === "holdup" || kind === "medical";

/** What endangers people is never set aside. */
export const parkable = (alarm: Alarm): boolean => alarm.state !== "closed" && !vital(kindOf(alarm));

export const isWaiting = (alarm: Alarm): boolean => alarm.state === "new" || alarm.state === "queued";
export const isParked = (alarm: Alarm, nowMs: number): boolean => alarm.state !== "closed" && alarm.parked_until_ms !== null && alarm.parked_until_ms > nowMs;

/** The server's order; where it gave none, by priority, then age. */
export function compare(a: Alarm, b: Alarm): number {
  for (let i = 0; i < Math.min(a.order.length, b.order.length); i += 1) {
    const by = (a.order[i] ?? 0) - (b.order[i] ?? 0);
    if (by !== 0) return by;
  }
  return a.priority - b.priority || a.raised_ms - b.raised_ms || a.number - b.number || (a.id < b.id ? -1 : 1);
}

export const queue = (alarms: readonly Alarm[]): readonly Alarm[] => [...alarms].sort(compare);

export type Only = "all" | "mine" | "unconfirmed" | "parked";
export const onlys: readonly Only[] = ["all", "mine", "unconfirmed", "parked"];

export interface Filter {
  readonly text: string;
  readonly only: Only;
  readonly kind: Kind | null;
}

export const everything: Filter = { text: "", only: "all", kind: null };

export function passes(alarm: Alarm, filter: Filter, mine: string, nowMs: number, words: (alarm: Alarm) => string): boolean {
  if (filter.kind !== null && kindOf(alarm) !== filter.kind) return false;
  if (filter.only === "mine" && alarm.claimed_by?.id !== mine) return false;
  if (filter.only === "unconfirmed" && (alarm.confirmed !== "" || !isWaiting(alarm))) return false;
  if (filter.only === "parked" && !isParked(alarm, nowMs)) return false;
  const text = filter.text.trim().toLowerCase();
  return text === "" || text.split(/\s+/).every((word) => words(alarm).includes(word));
}

export interface Arranged {
  /** What the list shows, in its order. */
  readonly ids: readonly string[];
  /** What came meanwhile and would have moved the row under the cursor: said in a count, shown when the cursor goes. */
  readonly held: readonly string[];
}

/**
 * The new order `wanted` without moving the row `anchor` (under the pointer or in focus) from its place in `before`.
 * What left stays as it was (the list shows it as gone); what belongs below the anchor is put in its place; the rest is held.
 */
export function arrange(before: readonly string[], wanted: readonly string[], anchor: string | null): Arranged {
  const at = anchor === null ? -1 : before.indexOf(anchor);
  if (at < 0) return { ids: wanted, held: [] };
  const places = new Map(before.map((id, i) => [id, i]));
  const after = new Map<number, string[]>();
  const held: string[] = [];
  let last = -1;
  for (const id of wanted) {
    const place = places.get(id);
    if (place !== undefined) last = place;
    else if (last < at) held.push(id);
    else after.set(last, [...(after.get(last) ?? []), id]);
  }
  return { ids: after.size === 0 ? before : before.flatMap((id, i) => [id, ...(after.get(i) ?? [])]), held };
}

// --- the part of a long list that is in sight ------------------------------------------------------------------------

export interface Rolled {
  readonly top: number;
  readonly height: number;
}

/** Row numbers [from, to) to draw: what is in sight and a few more, so that a flick of the wheel shows no gap. */
export function inSight(roll: Rolled, row: number, count: number, spare = 6): { from: number; to: number } {
  const from = Math.max(0, Math.floor(roll.top / row) - spare);
  const to = Math.min(count, Math.ceil((roll.top + roll.height) / row) + spare);
  return { from: Math.min(from, Math.max(0, count - 1)), to };
}

/** Where to scroll so that row `at` is in sight: null when it already is. */
export function reveal(roll: Rolled, row: number, at: number): number | null {
  if (at * row < roll.top) return at * row;
  if ((at + 1) * row > roll.top + roll.height) return (at + 1) * row - roll.height;
  return null;
}
