// SPDX-License-Identifier: EUPL-1.2
// What is known of incidents and what they keep, as the server tells it; and moments of a place's own clock.
export interface Site {
  readonly id: string;
  readonly name: string;
  readonly tz: string;
  /** Whether evidence is kept here past its term; else only a package is made. */
  readonly kept: boolean;
  readonly cameras: readonly { readonly id: string; readonly name: string }[];
}

export interface Incident {
  readonly id: string;
  readonly site: { readonly id: string; readonly name: string; readonly tz: string };
  readonly title: string;
  readonly reason: string;
  readonly opened_ms: number;
  readonly opened_by: string;
  readonly closed_ms: number | null;
  readonly closed_by: string;
  readonly outcome: string;
  readonly owner_id: string;
}

export interface Hold {
  readonly id: string;
  readonly camera_id: string;
  readonly camera: string;
  readonly track: number;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly asked_ms: number;
  readonly asked_by: string;
  readonly mine: boolean;
  readonly signed_ms: number | null;
  readonly signed_by: string;
  readonly released_ms: number | null;
  /** When it would be gone without the hold. */
  readonly over_ms: number | null;
  readonly epochs: number;
  readonly sealed: number;
}

export interface Listed {
  readonly now_ms: number;
  readonly sites: readonly Site[];
  readonly incidents: readonly Incident[];
  /** Incidents in which somebody must still sign. */
  readonly waiting: readonly string[];
}

export type One = Incident & { readonly now_ms: number; readonly holds: readonly Hold[] };

export interface State {
  readonly nowMs: number;
  readonly list: Listed | null;
  readonly one: One | null;
  readonly id: string | null;
  readonly busy: boolean;
  /** The keys of what is kept are being sealed by this device. */
  readonly sealing: boolean;
  /** What a page of the house adds to an incident (a package, an order). */
  readonly role: string;
}

export type HoldState = "waiting" | "held" | "released" | "gone";

export function stateOf(hold: Hold, nowMs: number): HoldState {
  if (hold.released_ms !== null) return "released";
  if (hold.signed_ms !== null) return "held";
  return hold.over_ms !== null && hold.over_ms <= nowMs ? "gone" : "waiting";
}

/** The moment at which a place's clock says this date (2026-11-22) and time (14:05); null for no such words. */
export function momentOf(date: string, time: string, tz: string): number | null {
  const wanted = Date.parse(`${date}T${time}:00Z`);
  if (Number.isNaN(wanted)) return null;
  const first = wanted - offsetOf(wanted, tz);
  return wanted - offsetOf(first, tz);
}

/** How far a place's clock is ahead of UTC then, in milliseconds. */
function offsetOf(ms: number, tz: string): number {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZone: tz, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" }).formatToParts(ms);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second")) - Math.floor(ms / 1000) * 1000;
}
