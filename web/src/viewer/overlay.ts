// SPDX-License-Identifier: EUPL-1.2
// What the unit found, drawn over the picture at the moment it belongs to. The colours come from the page's tokens.
import type { Finding } from "./boxes";

/** Findings last until the next ones, but no longer than this. */
const LASTS_S = 0.45;

interface At {
  readonly s: number;
  readonly findings: readonly Finding[];
}

/** Findings by media time, kept sorted; old ones go with the pictures. */
export class FindingsTrack {
  #at: At[] = [];

  add(s: number, findings: readonly Finding[]): void {
    let i = this.#at.length;
    while (i > 0 && this.#at[i - 1]!.s > s) i--;
    this.#at.splice(i, 0, { s, findings });
  }

  at(s: number): readonly Finding[] {
    let found: At | null = null;
    for (const each of this.#at) {
      if (each.s > s + 0.04) break;
      found = each;
    }
    return found && s - found.s < LASTS_S ? found.findings : [];
  }

  forgetBefore(s: number): void {
    this.#at = this.#at.filter((each) => each.s >= s);
  }

  clear(): void {
    this.#at = [];
  }
}

export type Label = (finding: Finding) => string;

export const plainLabel: Label = ({ class: name, score }) => `${name} ${score.toFixed(2)}`;

/** Where the picture itself lies in an element that letterboxes it. */
export function pictureArea(box: { width: number; height: number }, picture: { width: number; height: number }): { x: number; y: number; width: number; height: number } {
  if (picture.width === 0 || picture.height === 0) return { x: 0, y: 0, ...box };
  const scale = Math.min(box.width / picture.width, box.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { x: (box.width - width) / 2, y: (box.height - height) / 2, width, height };
}

export class Overlay {
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly video: HTMLVideoElement,
    private readonly label: Label = plainLabel,
  ) {}

  draw(findings: readonly Finding[]): void {
    const { clientWidth, clientHeight } = this.video;
    const dense = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * dense), Math.round(clientHeight * dense)];
    if (this.canvas.width !== width || this.canvas.height !== height) [this.canvas.width, this.canvas.height] = [width, height];
    const context = this.canvas.getContext("2d");
    if (!context) return;
    context.setTransform(dense, 0, 0, dense, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    if (findings.length === 0) return;
    const area = pictureArea({ width: clientWidth, height: clientHeight }, { width: this.video.videoWidth, height: this.video.videoHeight });
    const style = getComputedStyle(this.canvas);
    for (const finding of findings) this.#box(context, finding, area, style);
  }

  clear(): void {
    this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #box(context: CanvasRenderingContext2D, finding: Finding, area: ReturnType<typeof pictureArea>, style: CSSStyleDeclaration): void {
    const token = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
    const colour = finding.class === "person" ? token("--alarm", "#ff5a52") : token("--accent", "#4cc2b4");
    const [x, y] = [area.x + finding.x * area.width, area.y + finding.y * area.height];
    const [width, height] = [finding.width * area.width, finding.height * area.height];
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.strokeRect(x, y, width, height);
    context.font = `600 12px ${token("--font", "sans-serif")}`;
    const text = this.label(finding);
    const room = context.measureText(text).width + 10;
    const top = y >= 20 ? y - 19 : y + 1;
    context.fillStyle = colour;
    context.fillRect(x - 1, top, room, 18);
    context.fillStyle = "#10151b";
    context.textBaseline = "middle";
    context.fillText(text, x + 4, top + 9.5);
  }
}
