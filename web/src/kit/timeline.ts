// SPDX-License-Identifier: EUPL-1.2
// The timeline of one alarm. It shows what may be seen and, as plainly, what may not.
import { html, nothing, percent, placed, type Part } from "./dom";
import { icon } from "./icons";
import { note } from "./pieces";
import { clockSeconds, span, t } from "./words";

export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: "pre" | "rel" | "gap";
}

export interface AlarmTimeline {
  readonly alarmMs: number;
  readonly tz: string | undefined;
  readonly words: string;
  /** What was released, in order. */
  readonly stretches: readonly Stretch[];
  readonly nowMs: number;
  /** The window's last possible moment; null when it has ended. */
  readonly untilMs: number | null;
  /** What is being watched; null when nothing is. */
  readonly headMs: number | null;
  readonly seek?: (ms: number) => void;
}

/** What can't be shown, or not be checked, in a sentence; nothing when all is there. */
export function gapNote(stretches: readonly Stretch[]): Part {
  const gaps = stretches.filter(({ kind }) => kind === "gap");
  if (gaps.length === 0) return nothing;
  const seconds = gaps.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / 1000, 0);
  return note(t("{span} of this is missing or can’t be checked: the unit’s signed list and what the server gave are not the same. Report it.", { span: span(Math.max(1, seconds)) }), "warn", "alarm");
}

const MARGIN = 0.2;

export function alarmTimeline(line: AlarmTimeline): Part {
  const first = line.stretches[0]?.fromMs ?? line.alarmMs - 10_000;
  const last = Math.max(line.stretches.at(-1)?.toMs ?? line.alarmMs, line.alarmMs + 4000);
  const openEnd = line.untilMs === null ? MARGIN : 0.26;
  const width = Math.max(last - first, 14_000);
  const at = (ms: number): number => MARGIN + ((ms - first) / width) * (1 - MARGIN - openEnd);
  const place = (ms: number): string => percent(Math.min(1, Math.max(0, at(ms))));
  const end = at(last);
  return html`<div class="tl" role="group" aria-label=${t("Timeline of this alarm")}>
    <div class="lock" ${placed({ left: "0", width: percent(MARGIN) })}><span>${icon("lock")}${t("sealed: not yours to see")}</span></div>
    ${line.stretches.map((stretch) => html`<div class="seg ${stretch.kind}" ${placed({ left: place(stretch.fromMs), width: percent(at(stretch.toMs) - at(stretch.fromMs)) })}></div>`)}
    <div class="lock" ${placed({ left: percent(end), right: "0" })}><span>${icon("lock")}${line.untilMs === null ? t("sealed again") : t("not yet")}</span></div>
    <span class="at" ${placed({ left: place(first) })}>−${Math.round((line.alarmMs - first) / 1000)} s</span>
    <span class="at low" ${placed({ left: place(first) })}>${t("pre-alarm")}</span>
    <span class="tick" ${placed({ left: place(line.alarmMs) })}></span>
    <span class="at alarm" ${placed({ left: place(line.alarmMs) })}>${clockSeconds(line.alarmMs, line.tz)} <span class="what">${line.words}</span></span>
    ${end - at(line.alarmMs) < 0.2 ? nothing : html`<span class="at low" ${placed({ left: place(line.alarmMs) })}>${t("released by the unit")}</span>`}
    ${line.untilMs === null ? nothing : html`<span class="now" ${placed({ left: percent(end) })}></span>${end - at(line.alarmMs) > 0.3 ? html`<span class="at left" ${placed({ left: percent(end) })}>${t("now")}</span>` : nothing}`}
    ${line.headMs === null ? nothing : html`<span class="head" ${placed({ left: place(line.headMs) })}></span>`}
    ${line.seek === undefined ? nothing : html`<input type="range" min="0" max="1000" step="1" aria-label=${t("Moment shown")} aria-valuetext=${line.headMs === null ? "" : clockSeconds(line.headMs, line.tz)}
      .value=${String(Math.round((line.headMs === null ? 0 : at(line.headMs)) * 1000))}
      @input=${(event: Event) => line.seek?.(Math.min(last, Math.max(first, first + ((Number((event.target as HTMLInputElement).value) / 1000 - MARGIN) / (1 - MARGIN - openEnd)) * width)))}>`}
  </div>`;
}
