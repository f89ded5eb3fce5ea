// SPDX-License-Identifier: EUPL-1.2
// What the customer's page knows. The view draws it; the controller changes it. Pure.
import type { Alarm, Camera, Look, Unit } from "../types";
import type { Sight } from "./seeing";
import { pageOf } from "./pages";

/** A page of pages.ts. */
export type View = string;
export interface Route {
  readonly view: View;
  readonly id: string | null;
}

/** What the unit signed about itself; nothing is shown as true on anyone else's word. */
export interface Confirmed {
  readonly state: "off" | "armed" | "disarmed" | "working_hours" | "unpaired";
  readonly untilMs: number | null;
  readonly atMs: number;
  readonly part?: string | null;
  readonly guardsFromMs?: number | null;
}

export type Arming = { readonly phase: "signing" | "sent"; readonly target: "arm" | "disarm" } | { readonly phase: "failed"; readonly target: "arm" | "disarm"; readonly message: string } | null;

export interface UnitView {
  readonly unit: Unit;
  readonly tz: string | undefined;
  readonly confirmed: Confirmed | null;
  /** Why the unit's word could not be taken: its signature, keyset or pairing does not hold. */
  readonly distrust: string | null;
  /** The words of a key that was not compared yet: nothing is believed of this unit before the owner did. */
  readonly compare: string | null;
  /** Its keyset is of an owner whose words this person never compared. */
  readonly strange?: boolean;
  readonly arming: Arming;
}

export type Check = { readonly phase: "checking" } | { readonly phase: "ok"; readonly first: number; readonly count: number; readonly size: number } | { readonly phase: "failed"; readonly why: string };

/** A camera that only knows e-mail. */
export interface MailCamera {
  readonly id: string;
  readonly site_id: string;
  readonly name: string;
  readonly state: string;
  readonly last_ms: number | null;
}

export interface PortalState {
  readonly me: { readonly name: string; readonly email: string; readonly party: string; readonly partyId: string; readonly role: string; readonly tenant?: boolean };
  readonly nowMs: number;
  readonly connected: boolean;
  readonly loading: boolean;
  readonly route: Route;
  readonly units: readonly UnitView[];
  readonly cameras: readonly Camera[];
  readonly mail: readonly MailCamera[];
  readonly alarms: readonly Alarm[];
  readonly looks: readonly Look[];
  /** Reopenings that this person ended. */
  readonly endedReopenings: readonly number[];
  readonly looksLoaded: boolean;
  readonly lookFilter: { readonly camera: string; readonly who: string; readonly why: string };
  /** Who can see what now; null until it was asked. */
  readonly sight: Sight | null;
  readonly recalling: string | null;
  readonly checks: Readonly<Record<number, Check>>;
  readonly keys: readonly { readonly name: string; readonly words: string; readonly hint: string }[];
  readonly moreParties: boolean;
}

export const start: PortalState = {
  me: { name: "", email: "", party: "", partyId: "", role: "" }, nowMs: 0, connected: true, loading: true, route: { view: "now", id: null }, units: [], cameras: [], mail: [], alarms: [],
  looks: [], endedReopenings: [], looksLoaded: false, lookFilter: { camera: "", who: "", why: "" }, sight: null, recalling: null, checks: {}, keys: [], moreParties: false,
};

/** /portal/recordings/<id> → its view and what it is about; anything unknown is "now". */
export function routeOf(path: string): Route {
  const [, , view = "now", id = ""] = path.split("/");
  return pageOf(view) === undefined ? { view: "now", id: null } : { view, id: id || null };
}
export const pathOf = (view: View, id?: string): string => `/portal/${view === "now" ? "" : view}${id ? `/${id}` : ""}`;

export const open = (alarm: Alarm): boolean => alarm.state !== "closed";
export const canBeSeen = (alarm: Alarm): boolean => open(alarm) && alarm.window?.open === true && alarm.images === "released";
export const siteTz = (state: PortalState): string | undefined => state.alarms[0]?.site.tz;

/** One headline for all units: the least guarded counts. */
export function overall(units: readonly UnitView[]): "guarding" | "partly" | "off" | "hours" | "unknown" | "distrust" {
  if (units.some((one) => one.distrust !== null)) return "distrust";
  if (units.length === 0 || units.some((one) => one.confirmed === null)) return "unknown";
  const armed = units.filter((one) => one.confirmed?.state === "armed");
  if (armed.length > 0) return armed.length === units.length && armed.every((one) => !one.confirmed?.part) ? "guarding" : "partly";
  return units.every((one) => one.confirmed?.state === "working_hours") ? "hours" : "off";
}

/** A window's releases come second by second, and are handed over one by one: one row tells them all. */
export function grouped(looks: readonly Look[]): readonly Look[] {
  const rows = new Map<string, Look>();
  for (const look of [...looks].sort((a, b) => a.index - b.index)) {
    const key = look.kind.startsWith("release") && look.alarm_id !== null ? `${look.kind}/${look.alarm_id}/${look.camera_id}/${look.who}` : String(look.index);
    const held = rows.get(key);
    rows.set(key, held === undefined ? look : { ...held, indices: [...held.indices, ...look.indices], slots: (held.slots ?? 0) + (look.slots ?? 0) });
  }
  return [...rows.values()].sort((a, b) => b.at_ms - a.at_ms || b.index - a.index);
}
