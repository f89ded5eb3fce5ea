// SPDX-License-Identifier: EUPL-1.2
// The video's frame: picture, boxes over it, what it is, who watches, and the curtain that falls when it is sealed again.
import { html, nothing, ref, type Part } from "./dom";
import { sealed } from "./icons";
import { number, t } from "./words";

/** One finding; x, y, w, h are shares of the picture. */
export interface Box {
  readonly c: string;
  readonly s: number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Curtain {
  readonly title: string;
  readonly words: string;
  readonly drop?: boolean;
  readonly action?: Part;
}

export interface Frame {
  readonly label: string;
  readonly attach?: (video: HTMLVideoElement | undefined) => void;
  readonly overlay?: (canvas: HTMLCanvasElement | undefined) => void;
  readonly over?: Part;
  readonly corner?: Part;
  readonly mark?: string;
  readonly clock?: string;
  readonly curtain?: Curtain | null;
  readonly id?: string;
}

export function frame(options: Frame): Part {
  const { curtain = null } = options;
  return html`<div class="frame" id=${options.id ?? nothing}>
    <video muted playsinline disablepictureinpicture disableremoteplayback controlslist="nodownload noremoteplayback" aria-label=${options.label}
      @contextmenu=${(event: Event) => event.preventDefault()} ${ref((element) => options.attach?.(element as HTMLVideoElement | undefined))}></video>
    <canvas aria-hidden="true" ${ref((element) => options.overlay?.(element as HTMLCanvasElement | undefined))}></canvas>
    ${curtain === null ? html`
      ${options.clock ? html`<div class="clock">${options.clock}</div>` : nothing}
      ${options.mark ? html`<div class="mark">${options.mark}</div>` : nothing}`
    : html`<div class="curtain dark ${curtain.drop ? "drop" : ""}" role="status">${sealed()}<h2>${curtain.title}</h2><p>${curtain.words}</p>${curtain.action ?? nothing}</div>`}
    ${options.over ? html`<div class="over">${options.over}</div>` : nothing}
    ${options.corner && curtain === null ? html`<div class="corner">${options.corner}</div>` : nothing}
  </div>`;
}

/** What a class is called here. */
export function className(name: string): string {
  const names: Readonly<Record<string, string>> = {
    person: t("person"), animal: t("animal"), vehicle: t("vehicle"), motion: t("motion"), tamper: t("tamper"),
  };
  return names[name] ?? name;
}

/** Where the picture lies inside its element (object-fit: contain), in CSS pixels. */
export function pictureArea(element: { clientWidth: number; clientHeight: number }, width: number, height: number): { x: number; y: number; w: number; h: number } {
  if (width === 0 || height === 0) return { x: 0, y: 0, w: element.clientWidth, h: element.clientHeight };
  const scale = Math.min(element.clientWidth / width, element.clientHeight / height);
  const [w, h] = [width * scale, height * scale];
  return { x: (element.clientWidth - w) / 2, y: (element.clientHeight - h) / 2, w, h };
}

/** Draws the boxes with their labels; clears when there are none. */
export function drawBoxes(canvas: HTMLCanvasElement, video: { readonly videoWidth: number; readonly videoHeight: number }, boxes: readonly Box[]): void {
  const ratio = devicePixelRatio || 1;
  const [width, height] = [Math.round(canvas.clientWidth * ratio), Math.round(canvas.clientHeight * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const paint = canvas.getContext("2d");
  if (paint === null) return;
  paint.setTransform(ratio, 0, 0, ratio, 0, 0);
  paint.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight);
  const area = pictureArea(canvas, video.videoWidth, video.videoHeight);
  paint.font = "600 12px Inter, sans-serif";
  for (const box of boxes) drawBox(paint, box, area);
}

function drawBox(paint: CanvasRenderingContext2D, box: Box, area: { x: number; y: number; w: number; h: number }): void {
  const colour = box.c === "person" ? "#ff5a52" : "#f0b64c";
  const [x, y, w, h] = [area.x + box.x * area.w, area.y + box.y * area.h, box.w * area.w, box.h * area.h];
  const words = `${className(box.c)} ${number(box.s, 2)}`;
  const wide = paint.measureText(words).width + 12;
  const top = y - 20 < area.y ? y : y - 20;
  paint.lineWidth = 2;
  paint.strokeStyle = colour;
  paint.strokeRect(x, y, w, h);
  paint.fillStyle = colour;
  paint.fillRect(Math.min(x - 1, area.x + area.w - wide), top, wide, 20);
  paint.fillStyle = "#1b0404";
  paint.fillText(words, Math.min(x - 1, area.x + area.w - wide) + 6, top + 14);
}
