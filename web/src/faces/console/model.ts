// SPDX-License-Identifier: EUPL-1.2
// What the operator's page knows. The view draws it; the controller changes it. Pure.
import type { Stretch } from "../../kit/timeline";
import type { Alarm, AlarmDetail, Health } from "../types";

/** Where the picture is: `sealed` is a curtain with its reason; the keys are gone then. */
export type Watch =
  | { readonly phase: "none" }
  | { readonly phase: "opening"; readonly step: number }
  | { readonly phase: "playing"; readonly live: boolean; readonly headMs: number | null; readonly stretches: readonly Stretch[]; readonly behindS: number; readonly paused: boolean; readonly boxes: number }
  | { readonly phase: "sealed"; readonly reason: string; readonly stretches: readonly Stretch[] }
  | { readonly phase: "refused"; readonly message: string; readonly action: string };

export interface LogLine {
  readonly atMs: number;
  readonly words: string;
  readonly index: number | null;
  readonly proof: "waiting" | "proved" | "failed" | "none";
}

export interface ConsoleState {
  readonly me: { readonly name: string; readonly party: string };
  readonly nowMs: number;
  readonly connected: boolean;
  readonly loading: boolean;
  readonly alarms: readonly Alarm[];
  readonly handled: readonly Alarm[];
  readonly list: "open" | "handled";
  readonly filter: string;
  readonly selected: string | null;
  readonly detail: AlarmDetail | null;
  readonly watch: Watch;
  readonly log: readonly LogLine[];
  readonly health: Health | null;
  readonly muted: boolean;
  readonly soundReady: boolean;
  readonly busy: string | null;
  readonly mine: string;
}

export const start: ConsoleState = {
  me: { name: "", party: "" }, nowMs: 0, connected: true, loading: true, alarms: [], handled: [], list: "open", filter: "", selected: null, detail: null,
  watch: { phase: "none" }, log: [], health: null, muted: false, soundReady: true, busy: null, mine: "",
};

/** By priority, then age: the order in which alarms are to be taken. */
export function queue(alarms: readonly Alarm[]): readonly Alarm[] {
  return [...alarms].sort((a, b) => a.priority - b.priority || a.raised_ms - b.raised_ms || a.number - b.number);
}

export function shown(state: ConsoleState): readonly Alarm[] {
  const all = state.list === "open" ? queue(state.alarms) : [...state.handled].sort((a, b) => b.raised_ms - a.raised_ms);
  const words = state.filter.trim().toLowerCase();
  if (words === "") return all;
  return all.filter((alarm) => `${alarm.number} ${alarm.site.name} ${alarm.camera?.name ?? ""} ${alarm.owner.name} ${alarm.class}`.toLowerCase().includes(words));
}

export const current = (state: ConsoleState): Alarm | null =>
  state.detail?.id === state.selected && state.selected !== null ? state.detail : (state.alarms.concat(state.handled).find((alarm) => alarm.id === state.selected) ?? null);

export const waiting = (alarms: readonly Alarm[]): readonly Alarm[] => alarms.filter((alarm) => alarm.state === "new" || alarm.state === "queued");
export const isMine = (state: ConsoleState, alarm: Alarm): boolean => alarm.claimed_by?.id === state.mine && alarm.state !== "closed";
export const isWaiting = (alarm: Alarm): boolean => alarm.state === "new" || alarm.state === "queued";
/** The bell rings for what nobody has taken; a technical event only shows. */
export const rings = (state: ConsoleState): boolean => waiting(state.alarms).some((alarm) => alarm.class !== "technical" && alarm.cause !== "technical");
