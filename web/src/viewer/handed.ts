// SPDX-License-Identifier: EUPL-1.2
// A still of what the viewer sees, for somebody else's eyes: of the same points, so as blurred as it is on his screen, with the words of
// whom it is for burnt in. No box of the unit's findings is on it.
import type { Bytes } from "../seal/bytes";
import { veilOf, type Size } from "./veil";
import { paintMarks } from "./watermark";

export const WIDEST = 1280;
export const LARGEST = 400_000;
const QUALITIES = [0.82, 0.7, 0.55, 0.4];

/** The size of the still: at most WIDEST in its longer direction, never larger than the picture. Pure. */
export function sizeOf({ width, height }: Size): Size {
  const share = Math.min(1, WIDEST / Math.max(width, height, 1));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/** Draws it at once: what is on the screen a moment later is another picture. */
export function stillOf(source: CanvasImageSource, size: Size, veiled: boolean, words: string, ms: number): HTMLCanvasElement {
  const { width, height } = sizeOf(size);
  const still = document.createElement("canvas");
  Object.assign(still, { width, height });
  const paint = still.getContext("2d")!;
  paint.imageSmoothingEnabled = true;
  paint.imageSmoothingQuality = "high";
  if (veiled) {
    const points = document.createElement("canvas");
    Object.assign(points, veilOf(size));
    const small = points.getContext("2d")!;
    small.imageSmoothingQuality = "high";
    small.drawImage(source, 0, 0, points.width, points.height);
    paint.drawImage(points, 0, 0, width, height);
    points.width = points.height = 0;
  } else {
    paint.drawImage(source, 0, 0, width, height);
  }
  paintMarks(paint, words, ms, { width, height });
  return still;
}

/** As a JPEG of at most LARGEST bytes. */
export async function jpegOf(still: HTMLCanvasElement): Promise<Bytes> {
  for (const quality of QUALITIES) {
    const made = await new Promise<Blob | null>((resolve) => still.toBlob(resolve, "image/jpeg", quality));
    if (made !== null && made.size <= LARGEST) return new Uint8Array(await made.arrayBuffer());
  }
  throw new Error("too large");
}
