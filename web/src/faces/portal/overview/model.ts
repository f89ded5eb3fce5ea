// SPDX-License-Identifier: EUPL-1.2
// How small overview pictures are, reckoned as the unit reckons it, and which of them make a timelapse. Pure.

export const MOST_WIDTH = 320;
export const MOST_HEIGHT = 180;
export const MOST_PX_PER_M = 40;
export const MOST_FACE_PX = 6;
export const FACE_M = 0.16;
/** How high a tall person's face is: the nearest that a face comes to a camera above it. */
const HEAD_CM = 190;
/** From here on no lens draws straight lines. */
const FLAT_LENS_DEG = 150;
const LEAST_WIDTH = 48;
const LEAST_HEIGHT = 26;

export interface Geometry {
  readonly heightCm: number;
  readonly nearestCm: number;
  readonly hfovCdeg: number;
  readonly tiltCdeg: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
  readonly pxPerM: number;
  readonly facePx: number;
}

export const START: Geometry = { heightCm: 400, nearestCm: 500, hfovCdeg: 9000, tiltCdeg: 1500 };
export const INTERVALS = [60, 300, 600, 1800, 3600, 21_600, 86_400] as const;

/** Pixels a metre, at most, for each pixel of width, where somebody comes nearest. A lens lies somewhere between one that keeps
 *  lines straight and one that keeps angles: the larger figure counts. */
export function density({ heightCm, nearestCm, hfovCdeg, tiltCdeg }: Geometry): number {
  const below = Math.max(0, heightCm - HEAD_CM) / 100;
  const nearest = Math.max(0.01, nearestCm / 100);
  const [angle, tilt] = [((hfovCdeg / 100) * Math.PI) / 180, ((tiltCdeg / 100) * Math.PI) / 180];
  const byAngle = 1 / angle / Math.hypot(nearest, below);
  if (hfovCdeg / 100 >= FLAT_LENS_DEG) return byAngle;
  const ahead = nearest * Math.cos(angle / 2) * Math.cos(tilt) + below * Math.sin(tilt);
  return Math.max(byAngle, 1 / 2 / Math.tan(angle / 2) / Math.max(ahead, 0.01));
}

const even = (n: number): number => Math.floor(Math.floor(n) / 2) * 2;

/** The largest allowed size for a camera's picture of that shape; null where even the smallest shows too much. */
export function sizeOf(geometry: Geometry, width = 1920, height = 1080): Size | null {
  const perPixel = density(geometry);
  const most = Math.min(MOST_PX_PER_M, MOST_FACE_PX / FACE_M) / perPixel;
  const wide = Math.min(most, MOST_WIDTH, (MOST_HEIGHT * width) / height, width);
  const [w, h] = [even(wide), even((wide * height) / width)];
  if (w < LEAST_WIDTH || h < LEAST_HEIGHT) return null;
  return { width: w, height: h, pxPerM: perPixel * w, facePx: perPixel * w * FACE_M };
}

/** What a person types, in metres and degrees, as the policy has it; null for what is none. */
export function geometryOf(typed: Typed): Geometry | null {
  const read = (text: string, scale: number, least: number, most: number): number | null => {
    const value = Math.round(Number(text.trim().replace(",", ".")) * scale);
    return text.trim() !== "" && Number.isFinite(value) && value >= least && value <= most ? value : null;
  };
  const [heightCm, nearestCm, hfovCdeg, tiltCdeg] = [read(typed.height, 100, 10, 20_000), read(typed.nearest, 100, 1, 100_000), read(typed.hfov, 100, 100, 36_000), read(typed.tilt, 100, 0, 9000)];
  return heightCm === null || nearestCm === null || hfovCdeg === null || tiltCdeg === null ? null : { heightCm, nearestCm, hfovCdeg, tiltCdeg };
}

export interface Typed {
  readonly height: string;
  readonly nearest: string;
  readonly hfov: string;
  readonly tilt: string;
}

export const typedOf = ({ heightCm, nearestCm, hfovCdeg, tiltCdeg }: Geometry): Typed => ({ height: String(heightCm / 100), nearest: String(nearestCm / 100), hfov: String(hfovCdeg / 100), tilt: String(tiltCdeg / 100) });

// --- timelapse ---

export type Span = "day" | "week" | "project";

/** Pictures a second of the film itself; slower and faster is the player's matter. */
export const FILM_RATE = 10;
export const SPEEDS = [0.2, 0.5, 1, 2, 4] as const;
/** A film of a minute: more pictures are thinned out evenly. */
export const MOST_PICTURES = 600;

/** At most so many of them, evenly, with the first and the last. */
export function thinned<T>(all: readonly T[], most = MOST_PICTURES): readonly T[] {
  if (all.length <= most) return all;
  return Array.from({ length: most }, (_, i) => all[Math.round((i * (all.length - 1)) / (most - 1))]!);
}

/** Days from the first to the last picture, at most so many, evenly. */
export function daysOf(firstMs: number, lastMs: number, most = 240): readonly number[] {
  const days = Math.floor((lastMs - firstMs) / 86_400_000) + 1;
  return thinned(Array.from({ length: days }, (_, i) => firstMs + i * 86_400_000), most);
}
