// SPDX-License-Identifier: EUPL-1.2
// Several cameras side by side: which are shown, in how many tiles, and which one has the focus. Pure: no page, no picture.

/** A camera that may be looked at now, and the alarm through which. */
export interface Place {
  readonly cameraId: string;
  readonly alarmId: string;
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly presets: readonly string[];
  /** Another alarm's camera: shown only when asked for. */
  readonly neighbour: boolean;
}

export type Count = 1 | 2 | 4 | 6;
export const COUNTS: readonly Count[] = [1, 2, 4, 6];

export interface Arrangement {
  readonly count: Count;
  readonly places: readonly Place[];
  /** The camera that keys and buttons are for; null while there is none. */
  readonly focus: string | null;
}

export const nowhere: Arrangement = { count: 1, places: [], focus: null };

/** The fewest tiles that show so many cameras; six at most. */
export const countFor = (cameras: number): Count => COUNTS.find((count) => count >= cameras) ?? 6;

/** What may be looked at changed: the focus stays where it was as long as that camera is there. */
export function arrange(before: Arrangement, places: readonly Place[]): Arrangement {
  const own = places.filter(({ neighbour }) => !neighbour);
  const count = before.places.length === 0 ? countFor(own.length) : before.count;
  const focus = places.some(({ cameraId }) => cameraId === before.focus) ? before.focus : (places[0]?.cameraId ?? null);
  return { count, places, focus };
}

export const withCount = (now: Arrangement, count: Count): Arrangement => ({ ...now, count });

export const withFocus = (now: Arrangement, cameraId: string): Arrangement =>
  now.places.some((place) => place.cameraId === cameraId) ? { ...now, focus: cameraId } : now;

/** The focus goes round among the shown ones. */
export function moved(now: Arrangement, by: number): Arrangement {
  const all = shown(now);
  const at = all.findIndex(({ cameraId }) => cameraId === now.focus);
  const next = all[(at + by + all.length) % Math.max(1, all.length)];
  return next === undefined ? now : { ...now, focus: next.cameraId };
}

/** The cameras in the tiles, the focused one among them always; in the order in which they were given. */
export function shown({ count, places, focus }: Arrangement): readonly Place[] {
  const first = places.slice(0, count);
  if (first.some(({ cameraId }) => cameraId === focus)) return first;
  const focused = places.find(({ cameraId }) => cameraId === focus);
  return focused === undefined ? first : [focused, ...first.slice(0, count - 1)];
}

export const can = (place: Place | undefined, capability: string): boolean => place?.capabilities.includes(capability) ?? false;
