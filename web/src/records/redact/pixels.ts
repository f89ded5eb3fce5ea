// SPDX-License-Identifier: EUPL-1.2
// Makes a part of a picture unrecognisable in its pixels: each block becomes its mean, nothing of what it was stays. The block follows
// the box, so that a head is about one block however near somebody is; edges lie on even pixels, since a film keeps its colours at half
// the size. The same pixels come out of src/zegel/records/redact/pixels.py: a test compares.
import { type Kind, type Place, grown } from "./places";

const GROWN: Readonly<Record<Kind, number>> = { person: 0.12, vehicle: 0.08, face: 0.3 };
/** Blocks along the longer edge. */
const PARTS: Readonly<Record<Kind, number>> = { person: 8, vehicle: 8, face: 4 };
const LEAST_BLOCK = 8;

export interface Covered {
  readonly kind: Kind;
  readonly place: Place;
}

export interface Area {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly block: number;
}

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** What is covered of a picture of that size, and the block's edge, in pixels; right and bottom are not in it. */
export function area({ kind, place }: Covered, width: number, height: number): Area {
  const box = grown(place, GROWN[kind]);
  const [left, top] = [Math.floor(Math.floor(box.x * width) / 2) * 2, Math.floor(Math.floor(box.y * height) / 2) * 2];
  const [right, bottom] = [Math.min(Math.ceil(((box.x + box.w) * width) / 2) * 2, width), Math.min(Math.ceil(((box.y + box.h) * height) / 2) * 2, height)];
  const longer = Math.max(right - left, bottom - top);
  return { left, top, right, bottom, block: Math.max(LEAST_BLOCK, Math.ceil(Math.ceil(longer / PARTS[kind]) / 2) * 2) };
}

/** In place: RGBA, whose last channel stays. */
export function pixelate({ data, width, height }: Pixels, covered: readonly Covered[]): void {
  for (const one of covered) {
    const { left, top, right, bottom, block } = area(one, width, height);
    for (let y = top; y < bottom; y += block) for (let x = left; x < right; x += block) mean(data, width, x, y, Math.min(x + block, right), Math.min(y + block, bottom));
  }
}

function mean(data: Uint8ClampedArray, width: number, left: number, top: number, right: number, bottom: number): void {
  let [red, green, blue] = [0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) {
      red += data[at]!;
      green += data[at + 1]!;
      blue += data[at + 2]!;
    }
  }
  const count = (right - left) * (bottom - top);
  const rounded = (sum: number): number => Math.floor((2 * sum + count) / (2 * count));
  const colour = [rounded(red), rounded(green), rounded(blue)] as const;
  for (let y = top; y < bottom; y++) for (let at = (y * width + left) * 4; at < (y * width + right) * 4; at += 4) data.set(colour, at);
}
