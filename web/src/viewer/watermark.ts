// SPDX-License-Identifier: EUPL-1.2
// Whose picture this is, over the picture: the viewer's name, the alarm and the time, again and again, and never quite in
// the same place, so that no crop and no patience is without it. A photograph of the screen says who took it.
import type { Size } from "./veil";

export interface Mark {
  readonly x: number;
  readonly y: number;
}

const ACROSS = 340;
const DOWN = 150;
const DRIFT = 46;
const ROUND_MS = 47_000;
const TILT = -0.32;

/** Where the words stand at a moment: rows that are offset, drifting slowly round. Pure. */
export function marksAt(ms: number, { width, height }: Size): readonly Mark[] {
  const turn = ((ms % ROUND_MS) / ROUND_MS) * 2 * Math.PI;
  const [driftX, driftY] = [Math.cos(turn) * DRIFT, Math.sin(turn) * DRIFT];
  const marks: Mark[] = [];
  for (let row = -1; (row - 1) * DOWN < height; row++)
    for (let column = -1; (column - 1) * ACROSS < width; column++) marks.push({ x: column * ACROSS + ((row & 1) * ACROSS) / 2 + driftX, y: row * DOWN + driftY });
  return marks;
}

/** Draws the words over the whole canvas; dark and light, so that they can be read on snow and at night. */
export function drawWatermark(canvas: HTMLCanvasElement, words: string, ms: number): void {
  const paint = canvas.getContext("2d");
  if (paint === null) return;
  const ratio = devicePixelRatio || 1;
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  paint.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint.clearRect(0, 0, width, height);
  paintMarks(paint, words, ms, { width, height });
}

/** The words over what is drawn already. */
export function paintMarks(paint: CanvasRenderingContext2D, words: string, ms: number, { width, height }: Size): void {
  paint.font = `600 ${Math.max(11, Math.min(17, width / 46))}px Inter, sans-serif`;
  for (const { x, y } of marksAt(ms, { width, height })) {
    paint.save();
    paint.translate(x, y);
    paint.rotate(TILT);
    paint.fillStyle = "#00000038";
    paint.fillText(words, 1, 1);
    paint.fillStyle = "#ffffff42";
    paint.fillText(words, 0, 0);
    paint.restore();
  }
}
