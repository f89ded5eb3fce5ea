// SPDX-License-Identifier: EUPL-1.2
// From a picture to what a network sees, and from its raw output to boxes: as src/zegel/records/redact/finding.py and
// src/zegel/unit/detectors/decoders.py. Pure: the networks themselves run in a worker (src/finder/finder.ts).
import { type Found, type Kind, type Place, grown, overlap } from "./places";

/** Lower than for an alarm: a box too much is only taken away at the look. */
export const LEAST: Readonly<Record<Kind, number>> = { person: 0.2, vehicle: 0.3, face: 0.2 };
const SAME = 0.45;
const INSIDE = 0.75;
const SAME_IN_ONE_LOOK = 0.5;
/** Longest edge of what is searched for faces. */
export const FACES_EDGE = 640;
const STEP = 32;
const CELL = 4;

/** What is looked at of a picture: all of it, then overlapping parts, since who stands far away is small. */
export function tiles(width: number, height: number): readonly Place[] {
  const columns = Math.max(2, Math.round(((2 * width) / height) * 0.8));
  const [w, h] = [1.25 / (columns + 0.25), 1.25 / 2.25];
  const parts = [0, 1].flatMap((row) => Array.from({ length: columns }, (_, column) => ({ x: (column * (1 - w)) / (columns - 1), y: row * (1 - h), w, h })));
  return [{ x: 0, y: 0, w: 1, h: 1 }, ...parts];
}

/** Red, green, blue of RGBA, pixel by pixel. */
export function interleaved(rgba: Uint8ClampedArray): Uint8Array {
  const made = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) [made[to], made[to + 1], made[to + 2]] = [rgba[from]!, rgba[from + 1]!, rgba[from + 2]!];
  return made;
}

/** Red, green, blue of RGBA, plane by plane. */
export function planar(rgba: Uint8ClampedArray): Float32Array {
  const size = rgba.length / 4;
  const made = new Float32Array(size * 3);
  for (let i = 0; i < size; i++) [made[i], made[size + i], made[2 * size + i]] = [rgba[4 * i]!, rgba[4 * i + 1]!, rgba[4 * i + 2]!];
  return made;
}

interface Raw {
  readonly score: number;
  readonly place: Place;
}

/** `boxes`: y, x, h, w against the anchor, scaled 10 and 5; `scores` [n, labels]; `anchors` [n, 4]: top, left, bottom, right. */
export function ssdlite(raw: Float32Array, scores: Float32Array, anchors: Float32Array, labels: readonly (string | null)[]): readonly Found[] {
  const found: Found[] = [];
  for (const kind of ["person", "vehicle"] as const) {
    const columns = labels.flatMap((label, i) => (label === kind ? [i] : []));
    const likely: Raw[] = [];
    for (let n = 0; n < anchors.length / 4; n++) {
      const score = columns.reduce((best, i) => Math.max(best, scores[n * labels.length + i]!), 0);
      if (score >= LEAST[kind]) likely.push({ score, place: placeAt(raw, anchors, n * 4) });
    }
    found.push(...suppressed(likely).map((one) => ({ kind, ...one })));
  }
  return found;
}

function placeAt(raw: Float32Array, anchors: Float32Array, at: number): Place {
  const [top, left, bottom, right] = [anchors[at]!, anchors[at + 1]!, anchors[at + 2]!, anchors[at + 3]!];
  const [h, w] = [bottom - top, right - left];
  const [y, x] = [top + h / 2 + (raw[at]! / 10) * h, left + w / 2 + (raw[at + 1]! / 10) * w];
  const [halfH, halfW] = [(Math.exp(Math.min(raw[at + 2]! / 5, 20)) * h) / 2, (Math.exp(Math.min(raw[at + 3]! / 5, 20)) * w) / 2];
  return cut(x - halfW, y - halfH, x + halfW, y + halfH);
}

function cut(left: number, top: number, right: number, bottom: number): Place {
  const within = (value: number): number => Math.min(1, Math.max(0, value));
  const [x, y] = [within(left), within(top)];
  return { x, y, w: within(right) - x, h: within(bottom) - y };
}

/** Heat [h, w], size and offset [2, h, w] (rows first), on a grid of 4 pixels (arXiv 1911.03599). */
export function centerface(heat: Float32Array, size: Float32Array, offset: Float32Array, width: number, height: number): readonly Found[] {
  const [columns, cells] = [width / CELL, (width / CELL) * (height / CELL)];
  const likely: Raw[] = [];
  for (let i = 0; i < cells; i++) {
    const score = heat[i]!;
    if (score < LEAST.face) continue;
    const [row, column] = [Math.floor(i / columns), i % columns];
    const [halfH, halfW] = [Math.exp(Math.min(size[i]!, 10)) * 2, Math.exp(Math.min(size[cells + i]!, 10)) * 2];
    const [y, x] = [(row + offset[i]! + 0.5) * CELL, (column + offset[cells + i]! + 0.5) * CELL];
    likely.push({ score, place: cut((x - halfW) / width, (y - halfH) / height, (x + halfW) / width, (y + halfH) / height) });
  }
  return suppressed(likely).map((one) => ({ kind: "face" as const, ...one }));
}

/** Best first, one per thing. */
function suppressed(likely: readonly Raw[]): readonly Raw[] {
  const kept: Raw[] = [];
  for (const one of [...likely].sort((a, b) => b.score - a.score).slice(0, 256)) {
    if (one.place.w > 0 && one.place.h > 0 && kept.every((other) => overlap(one.place, other.place) <= SAME_IN_ONE_LOOK)) kept.push(one);
  }
  return kept;
}

/** What was found in a part, as places of the whole; without what the part cuts off: the whole of that is seen in another. */
export function whole(found: readonly Found[], tile: Place): readonly Found[] {
  const edge = 0.01;
  const inside = found.filter(({ place: { x, y, w, h } }) => {
    const cutOff = (x < edge && tile.x > 0) || (y < edge && tile.y > 0) || (x + w > 1 - edge && tile.x + tile.w < 0.999) || (y + h > 1 - edge && tile.y + tile.h < 0.999);
    return !cutOff;
  });
  return inside.map(({ kind, score, place: { x, y, w, h } }) => ({ kind, score, place: { x: tile.x + x * tile.w, y: tile.y + y * tile.h, w: w * tile.w, h: h * tile.h } }));
}

/** How large the picture is searched for faces, and how much of that view is picture. */
export function facesView(width: number, height: number): { readonly width: number; readonly height: number; readonly w: number; readonly h: number } {
  const scale = Math.min(FACES_EDGE / Math.max(width, height), 2);
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  return { width: Math.ceil(w / STEP) * STEP, height: Math.ceil(h / STEP) * STEP, w, h };
}

export function fromView(found: readonly Found[], { width, height, w, h }: ReturnType<typeof facesView>): readonly Found[] {
  return found.map(({ kind, score, place }) => ({ kind, score, place: grown({ x: (place.x * width) / w, y: (place.y * height) / h, w: (place.w * width) / w, h: (place.h * height) / h }, 0) }));
}

/** Each thing once: what overlaps a surer one of its kind, or lies within it, is that one. */
export function once(found: readonly Found[]): readonly Found[] {
  const kept: Found[] = [];
  for (const one of [...found].sort((a, b) => b.score - a.score)) if (!kept.some((other) => one.kind === other.kind && isOne(one.place, other.place))) kept.push(one);
  return kept;
}

function isOne(a: Place, b: Place): boolean {
  if (overlap(a, b) > SAME) return true;
  const width = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return width > 0 && height > 0 && width * height > INSIDE * a.w * a.h;
}
