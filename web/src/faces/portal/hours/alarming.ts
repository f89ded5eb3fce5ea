// SPDX-License-Identifier: EUPL-1.2
// What alarms and what the alarm centre gets of it: the draft's part of the policy, within the seal's bounds. Pure.
import type { Policy } from "../../../seal/policy";

export type Alarming = Pick<Policy, "alarmClasses" | "releaseClasses" | "window" | "caps" | "mode">;

/** What the unit's own detector can name (zegel.unit.detectors.result.Kind). */
export const SEEN: readonly string[] = ["person", "vehicle", "animal"];
/** What a panel, a contact or a button on site can say that alarms (zegel.protocols.events.SignalClass). */
export const SAID: readonly string[] = ["burglary", "contact_entry", "video", "fire", "holdup_duress", "medical", "tamper"];
/** Pictures serve to judge a fire, a burglary, a contact or a hold-up now (S2). A fall or a cut cable is judged without them. */
export const RELEASABLE: readonly string[] = [...SEEN, "burglary", "contact_entry", "video", "fire", "holdup_duress"];

/** Least and most, as the seal has them. */
export const BOUNDS = {
  preS: [0, 60], postS: [0, 3600], maxS: [1, 86_400], releases: [0, 100_000], seconds: [0, 1_000_000],
} as const satisfies Readonly<Record<string, readonly [number, number]>>;

export const alarmingOf = ({ alarmClasses, releaseClasses, window, caps, mode }: Policy): Alarming => ({ alarmClasses, releaseClasses, window, caps, mode });

/** What can be chosen: what cameras see; what is said on site, where something is listened to; and what is in the policy by another way. */
export function offered(policy: Policy, { alarmClasses }: Alarming): readonly string[] {
  const said = policy.local === null ? (policy.central === null ? [] : SAID) : [...SAID, ...policy.local.flatMap(({ zones }) => zones.map((zone) => zone.class))];
  return [...new Set([...SEEN, ...said, ...policy.alarmClasses, ...alarmClasses])];
}

/** Of those that alarm: an alarm of another class shows nothing. */
export const releasable = (policy: Policy, { alarmClasses, releaseClasses }: Alarming, all: readonly string[]): readonly string[] =>
  all.filter((name) => alarmClasses.includes(name) && (RELEASABLE.includes(name) || policy.releaseClasses.includes(name) || releaseClasses.includes(name)));

const flipped = (names: readonly string[], name: string): readonly string[] => (names.includes(name) ? names.filter((one) => one !== name) : [...names, name].sort());

/** What no longer alarms no longer shows anything either. */
export function flipAlarm(now: Alarming, name: string): Alarming {
  const alarmClasses = flipped(now.alarmClasses, name);
  return { ...now, alarmClasses, releaseClasses: now.releaseClasses.filter((one) => alarmClasses.includes(one)) };
}

export const flipRelease = (now: Alarming, name: string): Alarming => (now.alarmClasses.includes(name) ? { ...now, releaseClasses: flipped(now.releaseClasses, name) } : now);

/** A whole number within its bounds; what can't be read leaves what was. */
export function bounded(typed: string, [least, most]: readonly [number, number], was: number): number {
  const value = typed.trim() === "" ? Number.NaN : Math.round(Number(typed));
  return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : was;
}

/** The window never ends before its own last seconds. */
export function withWindow(now: Alarming, part: Partial<Alarming["window"]>): Alarming {
  const window = { ...now.window, ...part };
  if (part.maxS !== undefined) return { ...now, window: { ...window, postS: Math.min(window.postS, part.maxS) } };
  return { ...now, window: { ...window, maxS: Math.max(window.maxS, window.postS) } };
}

/** What the alarm centre gets of somebody who is seen at second 0 and moves for `movesS`: from and to, in seconds. */
export const shown = ({ preS, postS, maxS }: Alarming["window"], movesS: number): { readonly fromS: number; readonly toS: number } => ({ fromS: -preS, toS: Math.min(movesS + postS, maxS) });
