// SPDX-License-Identifier: EUPL-1.2
// Before the operator asks to verify he sees where something is, not who: the frame is drawn from so few points that a face
// has none of its own. What is on screen is those points, not the picture with a filter over it that could be taken off.
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Points across a veiled frame. A face that fills a sixteenth of the width has two. */
export const POINTS_ACROSS = 32;

/** The points of a frame of that size: at most POINTS_ACROSS in the longer direction, at least one. Pure. */
export function veilOf({ width, height }: Size): Size {
  const most = Math.max(width, height, 1);
  const share = Math.min(1, POINTS_ACROSS / most);
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

/** Where a picture lies inside its place, whole and in proportion (object-fit: contain). Pure. */
export function placeOf(place: Size, picture: Size): { readonly x: number; readonly y: number } & Size {
  if (picture.width <= 0 || picture.height <= 0) return { x: 0, y: 0, ...place };
  const scale = Math.min(place.width / picture.width, place.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { x: (place.width - width) / 2, y: (place.height - height) / 2, width, height };
}

export class Veil {
  readonly #points = document.createElement("canvas");

  constructor(private readonly canvas: HTMLCanvasElement) {}

  /** Draws one veiled frame of `source`. */
  draw(source: CanvasImageSource, size: Size): void {
    const paint = this.canvas.getContext("2d");
    const small = this.#points.getContext("2d");
    if (paint === null || small === null || size.width === 0 || size.height === 0) return;
    const ratio = devicePixelRatio || 1;
    const [wide, high] = [Math.round(this.canvas.clientWidth * ratio), Math.round(this.canvas.clientHeight * ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
    const points = veilOf(size);
    Object.assign(this.#points, { width: points.width, height: points.height });
    small.imageSmoothingQuality = "high";
    small.drawImage(source, 0, 0, points.width, points.height);
    const place = placeOf({ width: wide, height: high }, size);
    paint.fillStyle = "#05080b";
    paint.fillRect(0, 0, wide, high);
    paint.imageSmoothingEnabled = true;
    paint.imageSmoothingQuality = "high";
    paint.drawImage(this.#points, place.x, place.y, place.width, place.height);
  }

  /** Nothing of it stays. */
  clear(): void {
    for (const canvas of [this.canvas, this.#points]) {
      canvas.getContext("2d")?.clearRect(0, 0, canvas.width, canvas.height);
      canvas.width = canvas.height = 0;
    }
  }
}
