// SPDX-License-Identifier: EUPL-1.2
// Where somebody or something is in a film: what was found frame by frame, joined to tracks, with no frame left out. Principles:
//  - what was found once is covered for a second before and after; between two detections the place goes on from one to the other;
//  - a box too much costs a look, a box too little costs somebody's privacy.
// The same numbers come out of src/zegel/records/redact/places.py: a test compares. Places are parts of the picture, 0 to 1.

export const LEAST_OVERLAP = 0.2;
export const NEAR = 0.5;
export const GAP_S = 2;
export const HOLD_S = 1;
const GROWS_A_FRAME = 0.02;
const GROWS_AT_MOST = 0.3;
const SPEED_OVER = 5;

export type Kind = "person" | "vehicle" | "face";

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Found {
  readonly kind: Kind;
  readonly score: number;
  readonly place: Place;
}

/** One thing through the film; `places` by the number of the frame. */
export interface Track {
  readonly number: number;
  readonly kind: Kind;
  readonly places: Map<number, Place>;
}

export const middle = ({ x, y, w, h }: Place): readonly [number, number] => [x + w / 2, y + h / 2];

/** Intersection over union. */
export function overlap(a: Place, b: Place): number {
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return width <= 0 || height <= 0 ? 0 : (width * height) / (a.w * a.h + b.w * b.h - width * height);
}

function near(a: Place, b: Place): number {
  const [[ax, ay], [bx, by]] = [middle(a), middle(b)];
  return Math.max(Math.abs(ax - bx) / Math.max(a.w, b.w, 1e-9), Math.abs(ay - by) / Math.max(a.h, b.h, 1e-9));
}

/** By that share of its size in each direction, within the picture. */
export function grown({ x, y, w, h }: Place, share: number): Place {
  const [left, top] = [Math.max(0, x - w * share), Math.max(0, y - h * share)];
  const [right, bottom] = [Math.min(1, x + w * (1 + share)), Math.min(1, y + h * (1 + share))];
  return { x: left, y: top, w: Math.max(0, right - left), h: Math.max(0, bottom - top) };
}

function joined(a: Place, b: Place): Place {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return { x, y, w: Math.max(a.x + a.w, b.x + b.w) - x, h: Math.max(a.y + a.h, b.y + b.h) - y };
}

export const holds = ({ x, y, w, h }: Place, [px, py]: readonly [number, number]): boolean => x <= px && px <= x + w && y <= py && py <= y + h;

const DRIFT = 1e-5;
const NOISE = 1e-4;

/** Kalman's filter for one coordinate at constant speed: a step is a frame. */
class Filter {
  #speed = 0;
  #p = NOISE;
  #c = 0;
  #v = 1e-3;

  constructor(private at: number) {}

  predict(): number {
    this.at += this.#speed;
    this.#p += 2 * this.#c + this.#v + DRIFT / 4;
    this.#c += this.#v + DRIFT / 2;
    this.#v += DRIFT;
    return this.at;
  }

  correct(seen: number): void {
    const gain = this.#p + NOISE;
    const [k, kv, off] = [this.#p / gain, this.#c / gain, seen - this.at];
    this.at += k * off;
    this.#speed += kv * off;
    this.#v -= kv * this.#c;
    this.#c *= 1 - k;
    this.#p *= 1 - k;
  }
}

class Follower {
  readonly #x: Filter;
  readonly #y: Filter;
  #size: Place;

  constructor(readonly track: Track, public last: number, place: Place) {
    const [x, y] = middle(place);
    [this.#x, this.#y, this.#size] = [new Filter(x), new Filter(y), place];
    track.places.set(last, place);
  }

  predict(): Place {
    const [x, y, { w, h }] = [this.#x.predict(), this.#y.predict(), this.#size];
    return { x: x - w / 2, y: y - h / 2, w, h };
  }

  take(frame: number, place: Place): void {
    const [x, y] = middle(place);
    this.#x.correct(x);
    this.#y.correct(y);
    [this.#size, this.last] = [place, frame];
    this.track.places.set(frame, place);
  }
}

/** As Python rounds: halves to the even number. */
function round(value: number): number {
  const down = Math.floor(value);
  if (value - down !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}

/** Tracks of everything that was found, filled and held; numbers from 1, in order of appearance. */
export function follow(frames: readonly (readonly Found[])[], fps: number): readonly Track[] {
  const gap = round(GAP_S * fps);
  const tracks: Track[] = [];
  let alive: Follower[] = [];
  frames.forEach((found, frame) => {
    alive = alive.filter(({ last }) => frame - last <= gap);
    const taken = matched(alive, alive.map((one) => one.predict()), found);
    found.forEach((one, at) => {
      const who = taken.get(at);
      if (who !== undefined) return alive[who]!.take(frame, one.place);
      const track: Track = { number: tracks.length + 1, kind: one.kind, places: new Map() };
      tracks.push(track);
      alive.push(new Follower(track, frame, one.place));
    });
  });
  for (const track of tracks) fill(track, frames.length, fps);
  return tracks;
}

/** For the number of what was found: the number of whose it is. The best pair first. */
function matched(alive: readonly Follower[], expected: readonly Place[], found: readonly Found[]): ReadonlyMap<number, number> {
  const pairs: { readonly fit: number; readonly at: number; readonly who: number }[] = [];
  found.forEach(({ kind, place }, at) => expected.forEach((there, who) => {
    if (alive[who]!.track.kind !== kind) return;
    const [over, apart] = [overlap(there, place), near(there, place)];
    if (over >= LEAST_OVERLAP) pairs.push({ fit: 1 + over, at, who });
    else if (apart <= NEAR) pairs.push({ fit: 1 - apart, at, who });
  }));
  const taken = new Map<number, number>();
  const whose = new Set<number>();
  for (const { at, who } of pairs.sort((a, b) => b.fit - a.fit || a.at - b.at || a.who - b.who)) {
    if (taken.has(at) || whose.has(who)) continue;
    taken.set(at, who);
    whose.add(who);
  }
  return taken;
}

/** No gaps between what was seen, and a second before and after it, as far as the film goes. */
export function fill({ places }: Track, count: number, fps: number): void {
  const seen = [...places.keys()].sort((a, b) => a - b);
  for (let i = 1; i < seen.length; i++) between(places, seen[i - 1]!, seen[i]!);
  const hold = Math.max(1, round(HOLD_S * fps));
  const [first, last] = [seen[0]!, seen.at(-1)!];
  const [start, end] = [places.get(first)!, places.get(last)!];
  const [back, on] = [speed(places, seen.slice(0, SPEED_OVER)), speed(places, seen.slice(-SPEED_OVER))];
  for (let step = 1; step <= hold; step++) {
    if (first - step >= 0) places.set(first - step, held(start, -back[0] * step, -back[1] * step, step));
    if (last + step < count) places.set(last + step, held(end, on[0] * step, on[1] * step, step));
  }
}

/** Sets the frames between two, each a little larger than either place would be. */
export function between(places: Map<number, Place>, first: number, last: number): void {
  const [a, b] = [places.get(first)!, places.get(last)!];
  for (let frame = first + 1; frame < last; frame++) {
    const share = (frame - first) / (last - first);
    const mix = (one: number, two: number): number => one + (two - one) * share;
    places.set(frame, grown({ x: mix(a.x, b.x), y: mix(a.y, b.y), w: mix(a.w, b.w), h: mix(a.h, b.h) }, 0.1));
  }
}

function speed(places: ReadonlyMap<number, Place>, seen: readonly number[]): readonly [number, number] {
  const [first, last] = [seen[0]!, seen.at(-1)!];
  if (first === last) return [0, 0];
  const [[ax, ay], [bx, by]] = [middle(places.get(first)!), middle(places.get(last)!)];
  return [(bx - ax) / (last - first), (by - ay) / (last - first)];
}

/** Where it was and where it may have gone, both. */
function held(place: Place, dx: number, dy: number, step: number): Place {
  return grown(joined(place, { ...place, x: place.x + dx, y: place.y + dy }), Math.min(GROWS_AT_MOST, GROWS_A_FRAME * step));
}
