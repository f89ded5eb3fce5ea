// SPDX-License-Identifier: EUPL-1.2
// What the operator's page knows. The view draws it; the controller changes it. Pure.
import type { Sound } from "../../kit/ring";
import { alarmNumber, alarmTitle, className, kindName } from "../names";
import type { SiteMap } from "../sitemap";
import type { Alarm, AlarmDetail, Health, RawSignal } from "../types";
import { compare, everything, isParked, isWaiting, kindOf, passes, queue, type Filter, type Kind, type Rolled } from "./order";
import type { PictureNow } from "./picture";
import type { Action } from "./sending";

export { isParked, isWaiting, kindOf, queue } from "./order";

export interface LogLine {
  readonly atMs: number;
  readonly words: string;
  readonly index: number | null;
  readonly proof: "waiting" | "proved" | "failed" | "none";
}

export interface ConsoleState {
  readonly me: { readonly name: string; readonly party: string };
  readonly mine: string;
  readonly nowMs: number;
  readonly connected: boolean;
  /** When the server was last heard. */
  readonly asOfMs: number;
  readonly loading: boolean;
  readonly alarms: ReadonlyMap<string, Alarm>;
  readonly handled: readonly Alarm[];
  readonly list: "open" | "handled";
  readonly filter: Filter;
  /** What the list shows, in its order; "#parked" is the heading of what is parked. */
  readonly ids: readonly string[];
  /** What waits because it would have moved the row under the cursor. */
  readonly held: readonly string[];
  readonly roll: Rolled;
  /** Rows that left while the cursor was on the list. */
  readonly gone: ReadonlyMap<string, Alarm>;
  readonly selected: string | null;
  readonly detail: AlarmDetail | null;
  /** The alarm whose picture is open here. */
  readonly opened: string | null;
  readonly picture: PictureNow;
  readonly raw: { readonly id: string; readonly signal: RawSignal | null } | null;
  /** The site's map, while the alarm is in hand. */
  readonly map: { readonly alarmId: string; readonly siteId: string; readonly found: SiteMap } | null;
  readonly log: readonly LogLine[];
  readonly health: Health | null;
  readonly sound: Sound | null;
  readonly muted: boolean;
  /** A mute does not hold against what endangers people: when it sounds again. */
  readonly breaksMs: number | null;
  readonly soundReady: boolean;
  readonly actions: readonly Action[];
  readonly second: boolean;
  /** Customers who ask how an alarm was handled. */
  readonly questions: readonly Question[];
}

export interface Question {
  readonly alarm_id: string;
  readonly number: number | null;
  readonly site: string;
  readonly text: string;
  readonly at_ms: number;
}

export const blank: PictureNow = {
  phase: "none", live: false, headMs: null, behindS: 0, paused: false, stretches: [], step: 0, reason: null, message: "", action: "", untilMs: null, focus: null, tiles: [], boxes: 0,
};

export const PARKED = "#parked";

export const start: ConsoleState = {
  me: { name: "", party: "" }, mine: "", nowMs: 0, connected: true, asOfMs: 0, loading: true, alarms: new Map(), handled: [], list: "open", filter: everything, ids: [], held: [],
  roll: { top: 0, height: 900 }, gone: new Map(), selected: null, detail: null, opened: null, picture: blank, raw: null, map: null, log: [], health: null, sound: null, muted: false, breaksMs: null, soundReady: true,
  actions: [], second: false, questions: [],
};

/** What a search finds an alarm by. Made once for each row, however often somebody types. */
const found = new WeakMap<Alarm, string>();
export function searched(alarm: Alarm): string {
  let words = found.get(alarm);
  if (words === undefined) {
    words = [alarmNumber(alarm), alarm.site.name, alarm.site.address, alarm.camera?.name, alarm.owner.name, alarm.zone, alarmTitle(alarm), className(alarm.class), kindName(kindOf(alarm)), alarm.claimed_by?.name, alarm.source]
      .filter(Boolean).join(" ").toLowerCase();
    found.set(alarm, words);
  }
  return words;
}

/** The list as it should stand now: open ones in the server's order, what is parked last, under its heading. */
export function wanted(state: ConsoleState): readonly string[] {
  const fits = (alarm: Alarm): boolean => passes(alarm, state.filter, state.mine, state.nowMs, searched);
  if (state.list === "handled") return state.handled.filter(fits).sort((a, b) => b.raised_ms - a.raised_ms).map((alarm) => alarm.id);
  const parked: Alarm[] = [];
  const open: Alarm[] = [];
  for (const alarm of state.alarms.values()) if (fits(alarm)) (isParked(alarm, state.nowMs) ? parked : open).push(alarm);
  open.sort(compare);
  parked.sort((a, b) => (a.parked_until_ms ?? 0) - (b.parked_until_ms ?? 0));
  return parked.length === 0 ? open.map(({ id }) => id) : [...open.map(({ id }) => id), PARKED, ...parked.map(({ id }) => id)];
}

export const rowOf = (state: ConsoleState, id: string): Alarm | undefined => state.alarms.get(id) ?? state.gone.get(id) ?? state.handled.find((alarm) => alarm.id === id);

export function current(state: ConsoleState): Alarm | null {
  if (state.selected === null) return null;
  const row = state.alarms.get(state.selected);
  if (state.detail?.id === state.selected) return row === undefined ? state.detail : { ...state.detail, ...row };
  return row ?? rowOf(state, state.selected) ?? null;
}

export const isMine = (state: Pick<ConsoleState, "mine">, alarm: Alarm): boolean => alarm.claimed_by?.id === state.mine && alarm.state !== "closed";
export const waiting = (state: ConsoleState): readonly Alarm[] => [...state.alarms.values()].filter((alarm) => isWaiting(alarm) && !isParked(alarm, state.nowMs));
/** The most urgent alarm that nobody has. */
export const next = (state: ConsoleState): Alarm | undefined => queue(waiting(state))[0];
export const onTheWay = (state: ConsoleState, alarmId: string): readonly Action[] => state.actions.filter((one) => one.alarmId === alarmId && one.state !== "refused");

const sounds: Readonly<Record<Kind, Sound | null>> = { fire: "fire", holdup: "holdup", medical: "medical", burglary: "burglary", tamper: "burglary", technical: "technical", other: null };
/** What sounds: whatever nobody has taken, until somebody does. */
export function* ringing(state: ConsoleState): Generator<readonly [string, Sound]> {
  for (const alarm of state.alarms.values()) {
    const sound = sounds[kindOf(alarm)];
    if (sound !== null && isWaiting(alarm) && !isParked(alarm, state.nowMs)) yield [alarm.id, sound];
  }
}

export interface Counts {
  readonly open: number;
  readonly waiting: number;
  readonly mine: number;
  readonly unconfirmed: number;
  readonly parked: number;
  readonly oldestMs: number | null;
  readonly late: number;
  readonly kinds: Readonly<Record<Kind, number>>;
}

export function counts(state: ConsoleState): Counts {
  const kinds: Record<Kind, number> = { fire: 0, holdup: 0, medical: 0, burglary: 0, tamper: 0, technical: 0, other: 0 };
  let [waits, mine, unconfirmed, parked, late] = [0, 0, 0, 0, 0];
  let oldestMs: number | null = null;
  for (const alarm of state.alarms.values()) {
    kinds[kindOf(alarm)] += 1;
    if (isMine(state, alarm)) mine += 1;
    if (isParked(alarm, state.nowMs)) parked += 1;
    else if (isWaiting(alarm)) {
      waits += 1;
      if (alarm.confirmed === "") unconfirmed += 1;
      if (oldestMs === null || alarm.received_ms < oldestMs) oldestMs = alarm.received_ms;
      if (alarm.norm_due_ms !== null && state.nowMs > alarm.norm_due_ms) late += 1;
    }
  }
  return { open: state.alarms.size - parked, waiting: waits, mine, unconfirmed, parked, oldestMs, late, kinds };
}

/** A hold before any look: seconds that the customer still has to recall; 0 when there is none. */
export const holdS = (alarm: Alarm, nowMs: number): number => (alarm.look_after_ms === null || alarm.state === "closed" ? 0 : Math.max(0, Math.ceil((alarm.look_after_ms - nowMs) / 1000)));
