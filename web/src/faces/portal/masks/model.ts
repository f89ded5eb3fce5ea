// SPDX-License-Identifier: EUPL-1.2
// What is drawn on a camera's picture: zones that are guarded, and privacy masks. Pure: no page, no camera, no key.
// Points are 0 … 10000 from the left and from the top, as the policy has them.
import { type Bytes, equal, hex } from "../../../seal/bytes";
import type { Policy } from "../../../seal/policy";

export const FULL = 10_000;
export const MOST_CORNERS = 64;
export const MOST_SHAPES = 32;
export const CLASSES = ["animal", "person", "vehicle"] as const;
export type Class = (typeof CLASSES)[number];

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `classes` of a zone: none means all of them. A privacy mask has neither name nor classes. */
export interface Shape {
  readonly key: number;
  readonly kind: "zone" | "privacy";
  readonly name: string;
  readonly classes: readonly string[];
  readonly corners: readonly Point[];
}

type CameraRules = Policy["cameras"][number];

/** What was drawn, and how to get back. */
export interface History {
  readonly now: readonly Shape[];
  readonly before: readonly (readonly Shape[])[];
  readonly after: readonly (readonly Shape[])[];
}

const MOST_STEPS = 200;

export const begun = (shapes: readonly Shape[]): History => ({ now: shapes, before: [], after: [] });

/** `joined`: the same movement goes on (a drag), so it stays one step. */
export function done(history: History, shapes: readonly Shape[], joined = false): History {
  if (joined && history.before.length > 0) return { ...history, now: shapes, after: [] };
  return { now: shapes, before: [...history.before, history.now].slice(-MOST_STEPS), after: [] };
}

export function undone(history: History): History {
  const last = history.before.at(-1);
  return last === undefined ? history : { now: last, before: history.before.slice(0, -1), after: [history.now, ...history.after] };
}

export function redone(history: History): History {
  const [next, ...rest] = history.after;
  return next === undefined ? history : { now: next, before: [...history.before, history.now], after: rest };
}

// --- shapes ---

const inside = (value: number): number => Math.max(0, Math.min(FULL, Math.round(value)));
export const point = (x: number, y: number): Point => ({ x: inside(x), y: inside(y) });

export const nextKey = (shapes: readonly Shape[]): number => Math.max(0, ...shapes.map(({ key }) => key)) + 1;

const SPOTS: readonly (readonly [number, number])[] = [[3500, 3500], [500, 500], [7000, 500], [500, 7000], [7000, 7000]];
const EDGE = 2500;

/** Whether a new square there would lie over a shape's own middle, or its middle in the square. */
function taken(shapes: readonly Shape[], [x, y]: readonly [number, number]): boolean {
  return shapes.some(({ corners }) => {
    const [xs, ys] = [corners.map((corner) => corner.x), corners.map((corner) => corner.y)];
    return Math.min(...xs) < x + EDGE && Math.max(...xs) > x && Math.min(...ys) < y + EDGE && Math.max(...ys) > y;
  });
}

/** A square in the middle, or where there is room beside those that are there already. */
export function added(shapes: readonly Shape[], kind: Shape["kind"], name: string): readonly Shape[] {
  const [x, y] = SPOTS.find((spot) => !taken(shapes, spot)) ?? SPOTS[shapes.length % SPOTS.length]!;
  const corners = [point(x, y), point(x + EDGE, y), point(x + EDGE, y + EDGE), point(x, y + EDGE)];
  return [...shapes, { key: nextKey(shapes), kind, name: kind === "zone" ? freeName(shapes, name) : "", classes: [], corners }];
}

function freeName(shapes: readonly Shape[], name: string): string {
  const taken = new Set(shapes.map((shape) => shape.name));
  for (let n = shapes.filter(({ kind }) => kind === "zone").length + 1; ; n++) if (!taken.has(`${name} ${n}`)) return `${name} ${n}`;
}

export const removed = (shapes: readonly Shape[], key: number): readonly Shape[] => shapes.filter((shape) => shape.key !== key);

export const changed = (shapes: readonly Shape[], key: number, part: Partial<Omit<Shape, "key" | "kind">>): readonly Shape[] =>
  shapes.map((shape) => (shape.key === key ? { ...shape, ...part } : shape));

export function cornerMoved(shapes: readonly Shape[], key: number, at: number, to: Point): readonly Shape[] {
  return withCorners(shapes, key, (corners) => corners.map((corner, i) => (i === at ? point(to.x, to.y) : corner)));
}

/** A corner between `at` and the next one, in the middle unless it is said where. */
export function cornerAdded(shapes: readonly Shape[], key: number, at: number, where?: Point): readonly Shape[] {
  return withCorners(shapes, key, (corners) => {
    const [a, b] = [corners[at], corners[(at + 1) % corners.length]];
    if (a === undefined || b === undefined || corners.length >= MOST_CORNERS) return corners;
    return [...corners.slice(0, at + 1), where ?? point((a.x + b.x) / 2, (a.y + b.y) / 2), ...corners.slice(at + 1)];
  });
}

/** Three always stay. */
export function cornerRemoved(shapes: readonly Shape[], key: number, at: number): readonly Shape[] {
  return withCorners(shapes, key, (corners) => (corners.length <= 3 ? corners : corners.filter((_, i) => i !== at)));
}

/** The whole shape, as far as the picture goes. */
export function moved(shapes: readonly Shape[], key: number, dx: number, dy: number): readonly Shape[] {
  return withCorners(shapes, key, (corners) => {
    const [xs, ys] = [corners.map(({ x }) => x), corners.map(({ y }) => y)];
    const right = Math.max(-Math.min(...xs), Math.min(FULL - Math.max(...xs), dx));
    const down = Math.max(-Math.min(...ys), Math.min(FULL - Math.max(...ys), dy));
    return corners.map(({ x, y }) => point(x + right, y + down));
  });
}

function withCorners(shapes: readonly Shape[], key: number, change: (corners: readonly Point[]) => readonly Point[]): readonly Shape[] {
  return shapes.map((shape) => (shape.key === key ? { ...shape, corners: change(shape.corners) } : shape));
}

export const middle = (corners: readonly Point[]): Point => point(corners.reduce((sum, { x }) => sum + x, 0) / corners.length, corners.reduce((sum, { y }) => sum + y, 0) / corners.length);

/** Twice the area in parts of the whole picture: something this small hides or guards nothing. */
export function isTiny(corners: readonly Point[]): boolean {
  const sum = corners.reduce((total, a, i) => {
    const b = corners[(i + 1) % corners.length]!;
    return total + a.x * b.y - b.x * a.y;
  }, 0);
  return Math.abs(sum) < FULL * FULL * 2 * 0.0002;
}

export type Wrong = { readonly key: number; readonly why: "name" | "same_name" | "tiny" };

/** What keeps it from being signed. */
export function wrongWith(shapes: readonly Shape[]): readonly Wrong[] {
  return shapes.flatMap((shape): readonly Wrong[] => {
    if (isTiny(shape.corners)) return [{ key: shape.key, why: "tiny" }];
    if (shape.kind === "privacy") return [];
    const name = shape.name.trim();
    if (name === "" || [...name].length > 64) return [{ key: shape.key, why: "name" }];
    return shapes.some((other) => other.key !== shape.key && other.kind === "zone" && other.name.trim() === name) ? [{ key: shape.key, why: "same_name" }] : [];
  });
}

// --- the policy ---

export function shapesOf(rules: CameraRules | undefined): readonly Shape[] {
  const zones = (rules?.zones ?? []).map((zone) => ({ kind: "zone" as const, name: zone.name, classes: zone.classes, corners: zone.polygon }));
  const masks = (rules?.privacy ?? []).map((corners) => ({ kind: "privacy" as const, name: "", classes: [], corners }));
  return [...zones, ...masks].map((shape, i) => ({ ...shape, key: i + 1 }));
}

/** All cameras' rules with this camera's shapes and limits (unsaid: as they were); in the order that the policy demands. */
export function rulesWith(cameras: Policy["cameras"], camera: Bytes, shapes: readonly Shape[], ptz?: CameraRules["ptz"]): Policy["cameras"] {
  const old = cameras.find((rules) => equal(rules.camera, camera));
  const rules: CameraRules = {
    camera,
    zones: shapes.filter(({ kind }) => kind === "zone").map(({ name, classes, corners }) => ({ name: name.trim(), polygon: corners, classes: [...classes].sort() })),
    privacy: shapes.filter(({ kind }) => kind === "privacy").map(({ corners }) => corners),
    ptz: ptz === undefined ? (old?.ptz ?? null) : ptz,
  };
  return [...cameras.filter((each) => each !== old), rules].sort((a, b) => (hex(a.camera) < hex(b.camera) ? -1 : 1));
}

export const same = (a: readonly Shape[], b: readonly Shape[]): boolean => JSON.stringify(bare(a)) === JSON.stringify(bare(b));
const bare = (shapes: readonly Shape[]): unknown => shapes.map(({ kind, name, classes, corners }) => [kind, name.trim(), [...classes].sort(), corners]);

export const masked = (rules: CameraRules | undefined): boolean => (rules?.privacy.length ?? 0) > 0;
