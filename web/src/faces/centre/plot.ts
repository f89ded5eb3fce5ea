// SPDX-License-Identifier: EUPL-1.2
// Plots as drawings in the page: no canvas, so that they are sharp on a wall and can be read out.
import { html, nothing, svg, type Part } from "../../kit/dom";
import { day, isoDay, number, t } from "../../kit/words";
import type { Figures, Point } from "./types";

const EDGE = { left: 40, right: 44, top: 14, bottom: 26 };

/** A round number above n, for the top of an axis. */
export function ceiling(n: number): number {
  if (n <= 5) return 5;
  const size = 10 ** Math.floor(Math.log10(n));
  return [1, 2, 2.5, 5, 10].map((k) => k * size).find((top) => top >= n) ?? n;
}

export interface Curve {
  readonly width: number;
  readonly height: number;
  /** The share that the wider norm asks for, 0–1. */
  readonly norm: number;
}

/** Alarms as columns, false ones as their lower part, and the share answered in time as a line against the norm. */
export function trend(figures: Figures, { width, height, norm }: Curve): Part {
  const points = figures.trend;
  const top = ceiling(Math.max(1, ...points.map((point) => point.alarms)));
  const [w, h] = [width - EDGE.left - EDGE.right, height - EDGE.top - EDGE.bottom];
  const step = w / Math.max(1, points.length);
  const x = (i: number): number => EDGE.left + i * step;
  const y = (share: number): number => EDGE.top + h * (1 - share);
  const bar = (i: number, from: number, to: number, name: string) => (to <= from ? nothing : svg`<rect class=${name} x=${(x(i) + step * 0.14).toFixed(1)} width=${(step * 0.72).toFixed(1)} y=${y(to / top).toFixed(1)} height=${((h * (to - from)) / top).toFixed(1)} rx="1.5"/>`);
  return html`<figure class="plot">
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label=${summary(figures)}>
      ${[0, 0.5, 1].map((share) => svg`<line class="grid" x1=${EDGE.left} x2=${width - EDGE.right} y1=${y(share)} y2=${y(share)}/><text class="axis" x=${EDGE.left - 8} y=${y(share) + 4} text-anchor="end">${number(top * share, Number.isInteger(top * share) ? 0 : 1)}</text>`)}
      ${[0, 0.5, 1].map((share) => svg`<text class="axis share" x=${width - EDGE.right + 8} y=${y(share) + 4}>${number(share * 100)} %</text>`)}
      ${points.map((point, i) => svg`<g>${bar(i, 0, point.false, "false")}${bar(i, point.false, point.alarms, "true")}</g>`)}
      <line class="norm" x1=${EDGE.left} x2=${width - EDGE.right} y1=${y(norm)} y2=${y(norm)} />
      ${line(points, (i) => x(i) + step / 2, y)}
      ${labels(points, width).map(({ i, words }) => svg`<text class="axis" x=${x(i) + step / 2} y=${height - 6} text-anchor="middle">${words}</text>`)}
    </svg>
    <figcaption class="legend"><span class="k-true">${t("alarms")}</span><span class="k-false">${t("false alarms")}</span><span class="k-share">${t("answered within the wider norm")}</span><span class="k-norm">${t("norm: {n} %", { n: number(norm * 100, 1) })}</span></figcaption>
  </figure>`;
}

function line(points: readonly Point[], x: (i: number) => number, y: (share: number) => number) {
  const known = points.map((point, i) => ({ point, i })).filter(({ point }) => point.answered !== null);
  const path = known.map(({ point, i }, n) => `${n === 0 || known[n - 1]?.i !== i - 1 ? "M" : "L"}${x(i).toFixed(1)} ${y(point.answered ?? 0).toFixed(1)}`).join("");
  return svg`<path class="share" d=${path}/>${known.map(({ point, i }) => svg`<circle class="share" cx=${x(i).toFixed(1)} cy=${y(point.answered ?? 0).toFixed(1)} r="2.4"/>`)}`;
}

function labels(points: readonly Point[], width: number): { i: number; words: string }[] {
  const hourly = points.length > 1 && (points[1]?.at_ms ?? 0) - (points[0]?.at_ms ?? 0) < 86_400_000;
  const every = Math.max(1, Math.ceil(points.length / (width / 110)));
  return points.flatMap((point, i) => (i % every === Math.floor(every / 2) ? [{ i, words: hourly ? `${isoDay(point.at_ms).slice(8)}. ${new Date(point.at_ms).getHours()}:00` : shortDay(point.at_ms) }] : []));
}

const shortDay = (ms: number): string => day(ms).replace(/(\p{L}{3})\p{L}+/u, "$1");

function summary({ trend: points }: Figures): string {
  const sum = (pick: (point: Point) => number): number => points.reduce((all, point) => all + pick(point), 0);
  return t("{n} alarms, {f} of them false, in {p} steps of time.", { n: number(sum((point) => point.alarms)), f: number(sum((point) => point.false)), p: points.length });
}

/** One bar of parts, each with its own colour; what is nothing takes no room. */
export function stack(parts: readonly { readonly name: string; readonly words: string; readonly n: number }[], most: number): Part {
  const width = 300;
  let at = 0;
  return html`<svg class="stacked" viewBox="0 0 ${width} 12" preserveAspectRatio="none" role="img" aria-label=${parts.filter(({ n }) => n > 0).map(({ words, n }) => `${words}: ${number(n)}`).join(", ")}>
    ${parts.map(({ name, n }) => { const w = (width * n) / Math.max(1, most); const from = at; at += w; return n === 0 ? nothing : svg`<rect class="c-${name}" x=${from.toFixed(2)} y="0" width=${Math.max(0.8, w - 0.8).toFixed(2)} height="12"/>`; })}</svg>`;
}
