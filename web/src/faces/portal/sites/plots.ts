// SPDX-License-Identifier: EUPL-1.2
// A figure over time as a drawing in the page: a line, the spread of an hour behind it, the limit across it. It can be read out.
import { html, nothing, svg, type Part } from "../../../kit/dom";
import { clock, day, t } from "../../../kit/words";
import type { Value } from "./types";
import { figureName, value } from "./words";

const WIDTH = 640;
const HEIGHT = 170;
const EDGE = { left: 8, right: 8, top: 12, bottom: 24 };

export interface Plotted {
  readonly name: string;
  readonly atMs: readonly number[];
  readonly values: readonly Value[];
  readonly stepS: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number | null;
  readonly tz?: string | undefined;
}

interface Point {
  readonly at: number;
  readonly low: number;
  readonly mean: number;
  readonly high: number;
}

export const pointsOf = (atMs: readonly number[], values: readonly Value[]): Point[] =>
  values.flatMap((one, i) => {
    const at = atMs[i];
    if (one === null || one === undefined || at === undefined) return [];
    return [typeof one === "number" ? { at, low: one, mean: one, high: one } : { at, low: one[0], mean: one[1], high: one[2] }];
  });

/** Stretches without a hole: where nothing was told, no line is drawn. */
export function stretches(points: readonly Point[], stepS: number): Point[][] {
  const all: Point[][] = [];
  for (const point of points) {
    const last = all.at(-1);
    const before = last?.at(-1);
    if (last !== undefined && before !== undefined && point.at - before.at <= stepS * 2500) last.push(point);
    else all.push([point]);
  }
  return all;
}

export function plot(of: Plotted): Part {
  const points = pointsOf(of.atMs, of.values);
  if (points.length === 0) return nothing;
  const within = [...points.map((one) => one.low), ...points.map((one) => one.high), ...(of.limit === null ? [] : [of.limit])];
  let [low, high] = [Math.min(...within), Math.max(...within)];
  const air = Math.max((high - low) * 0.12, Math.abs(high) * 0.01, 1);
  [low, high] = [low >= 0 ? Math.max(0, low - air) : low - air, high + air];
  const x = (at: number): string => (EDGE.left + ((at - of.fromMs) / (of.toMs - of.fromMs)) * (WIDTH - EDGE.left - EDGE.right)).toFixed(1);
  const y = (n: number): string => (EDGE.top + (1 - (n - low) / (high - low)) * (HEIGHT - EDGE.top - EDGE.bottom)).toFixed(1);
  const path = (all: readonly Point[], pick: (point: Point) => number): string => all.map((one, i) => `${i === 0 ? "M" : "L"}${x(one.at)} ${y(pick(one))}`).join("");
  const spread = (all: readonly Point[]): string => `${path(all, (one) => one.high)}${[...all].reverse().map((one) => `L${x(one.at)} ${y(one.low)}`).join("")}Z`;
  const runs = stretches(points, of.stepS);
  const last = points[points.length - 1] as Point;
  return html`<figure class="figure" data-figure=${of.name}>
    <figcaption><b>${figureName(of.name)}</b><span class="now">${value(of.name, last.mean)}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${summary(of, points)}>
      ${marks(of).map(({ at, words }) => svg`<line class="grid" x1=${x(at)} x2=${x(at)} y1=${EDGE.top} y2=${HEIGHT - EDGE.bottom}/><text class="axis" x=${x(at)} y=${HEIGHT - 7} text-anchor="middle">${words}</text>`)}
      ${of.limit === null ? nothing : svg`<line class="limit" x1=${EDGE.left} x2=${WIDTH - EDGE.right} y1=${y(of.limit)} y2=${y(of.limit)}/>`}
      ${runs.map((run) => svg`<path class="spread" d=${spread(run)}/><path class="line" d=${path(run, (one) => one.mean)}/>${run.length === 1 ? svg`<circle class="spot" cx=${x((run[0] as Point).at)} cy=${y((run[0] as Point).mean)} r="2.5"/>` : nothing}`)}
      <circle class="spot" cx=${x(last.at)} cy=${y(last.mean)} r="3.5"/>
    </svg>
    <p class="faint small">${range(of.name, points)}${of.limit === null ? nothing : html` · <span class="limit-words">${t("limit {value}", { value: value(of.name, of.limit) })}</span>`}</p></figure>`;
}

function range(name: string, points: readonly Point[]): string {
  return t("{low} to {high}", { low: value(name, Math.min(...points.map((one) => one.low))), high: value(name, Math.max(...points.map((one) => one.high))) });
}

function summary(of: Plotted, points: readonly Point[]): string {
  const last = points[points.length - 1] as Point;
  return t("{name}: now {now}, {range}, {n} readings.", { name: figureName(of.name), now: value(of.name, last.mean), range: range(of.name, points), n: points.length });
}

/** Four or so places to say when. */
function marks({ fromMs, toMs, tz }: Plotted): { at: number; words: string }[] {
  const hours = (toMs - fromMs) / 3_600_000;
  return [0.125, 0.375, 0.625, 0.875].map((share) => {
    const at = fromMs + (toMs - fromMs) * share;
    return { at, words: hours <= 26 ? clock(at, tz) : day(at, tz).replace(/(\p{L}{3})\p{L}+/u, "$1") };
  });
}
