// SPDX-License-Identifier: EUPL-1.2
// The week's editor: a line of 24 hours for each day. Draw hours with mouse or finger, move an edge, or use the keyboard.
import { html, nothing, percent, placed, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { dayNames, spanWords } from "./obeys";
import { DAY_MIN, STEP_MIN, hhmm, joined, minutesOf, moved, snapped, type Span, type Week } from "./plan";

export interface WeekActions {
  /** While something is dragged: shown, and not yet a step that can be undone. */
  readonly drawing: (day: number, index: number | null, span: Span) => number;
  /** What was drawn counts now. */
  readonly drawn: () => void;
  readonly set: (day: number, index: number, span: Span) => void;
  readonly add: (day: number) => void;
  readonly remove: (day: number, index: number) => void;
  readonly choose: (chosen: { readonly day: number; readonly index: number } | null) => void;
  readonly copy: (day: number) => void;
}

type Edge = "from" | "to" | "both";

const KEYS: Readonly<Record<string, number>> = { ArrowLeft: -STEP_MIN, ArrowDown: -STEP_MIN, ArrowRight: STEP_MIN, ArrowUp: STEP_MIN, PageDown: -60, PageUp: 60, Home: -DAY_MIN, End: DAY_MIN };

export function weekEditor(week: Week, chosen: { readonly day: number; readonly index: number } | null, today: number, act: WeekActions): Part {
  const names = dayNames();
  return html`<div class="week" role="group" aria-label=${t("Working hours of the week")}>
    <div class="week-scale" aria-hidden="true">${[0, 6, 12, 18, 24].map((hour) => html`<span ${placed({ left: percent(hour / 24) })}>${String(hour).padStart(2, "0")}</span>`)}</div>
    ${week.map((spans, day) => dayRow(names[day]!, day, spans, chosen?.day === day ? chosen.index : null, day === today, act))}
  </div>`;
}

function dayRow(name: string, day: number, spans: readonly Span[], chosen: number | null, today: boolean, act: WeekActions): Part {
  const words = spans.length === 0 ? t("no working hours") : spanWords(joined(spans));
  return html`<div class="week-day ${today ? "today" : ""}" role="group" aria-label="${name}: ${words}">
    <div class="week-name"><b>${name}</b><span class="faint small">${spans.length === 0 ? t("guarded all day") : spanWords(joined(spans))}</span></div>
    <div class="week-line" data-day=${day} @pointerdown=${(event: PointerEvent) => begin(event, day, null, "to", null, act)}>
      ${[6, 12, 18].map((hour) => html`<i class="week-tick" ${placed({ left: percent(hour / 24) })}></i>`)}
      ${spans.map((span, index) => spanPart(name, day, span, index, chosen === index, act))}
    </div>
    <div class="week-does">
      <button type="button" class="week-icon" aria-label=${t("Add hours on {day}", { day: name })} title=${t("Add hours")} @click=${() => act.add(day)}>+</button>
      <button type="button" class="week-icon" aria-label=${t("Copy {day} to other days", { day: name })} title=${t("Copy to other days")} @click=${() => act.copy(day)}>${icon("list", "small")}</button>
    </div>
    ${chosen === null || spans[chosen] === undefined ? nothing : chosenPart(name, day, spans[chosen], chosen, act)}
  </div>`;
}

function spanPart(name: string, day: number, span: Span, index: number, chosen: boolean, act: WeekActions): Part {
  const slider = (edge: "from" | "to"): Part => html`<span class="week-edge ${edge}" role="slider" tabindex="0"
    aria-label=${edge === "from" ? t("{day}, beginning", { day: name }) : t("{day}, end", { day: name })} aria-valuemin="0" aria-valuemax=${DAY_MIN}
    aria-valuenow=${edge === "from" ? span.fromMin : span.toMin} aria-valuetext=${hhmm(edge === "from" ? span.fromMin : span.toMin)}
    @pointerdown=${(event: PointerEvent) => begin(event, day, index, edge, span, act)} @keydown=${(event: KeyboardEvent) => key(event, day, index, edge, span, act)}
    @focus=${() => act.choose({ day, index })}></span>`;
  return html`<div class="week-span ${chosen ? "chosen" : ""}" ${placed({ left: percent(span.fromMin / DAY_MIN), width: percent((span.toMin - span.fromMin) / DAY_MIN) })}
    @pointerdown=${(event: PointerEvent) => begin(event, day, index, "both", span, act)}>${slider("from")}<span class="week-times" aria-hidden="true">${hhmm(span.fromMin)}–${hhmm(span.toMin)}</span>${slider("to")}</div>`;
}

/** The same by typing, for the hours that are chosen. */
function chosenPart(name: string, day: number, span: Span, index: number, act: WeekActions): Part {
  const typed = (edge: "from" | "to") => (event: Event): void => {
    const min = minutesOf((event.target as HTMLInputElement).value);
    const next = min === null ? null : edge === "from" ? { fromMin: min, toMin: span.toMin } : { fromMin: span.fromMin, toMin: min };
    if (next !== null && next.fromMin < next.toMin) act.set(day, index, next);
    else (event.target as HTMLInputElement).value = hhmm(edge === "from" ? span.fromMin : span.toMin);
  };
  const box = (edge: "from" | "to", label: string): Part => html`<label class="week-typed"><span>${label}</span><input class="input" inputmode="numeric" size="5" maxlength="5" .value=${hhmm(edge === "from" ? span.fromMin : span.toMin)} @change=${typed(edge)}></label>`;
  return html`<div class="week-chosen" role="group" aria-label=${t("Chosen hours on {day}", { day: name })}>${box("from", t("From"))}${box("to", t("To"))}
    ${button(t("Remove"), () => act.remove(day, index), { icon: "close", small: true })}${button(t("Done"), () => act.choose(null), { kind: "quiet", small: true })}</div>`;
}

function key(event: KeyboardEvent, day: number, index: number, edge: Edge, span: Span, act: WeekActions): void {
  if (event.key === "Delete" || event.key === "Backspace") {
    event.preventDefault();
    return act.remove(day, index);
  }
  const by = KEYS[event.key];
  if (by === undefined) return;
  event.preventDefault();
  act.set(day, index, moved(span, event.shiftKey ? "both" : edge, by));
}

/** Mouse, pen and finger alike. A press without a move chooses; on an empty place it draws new hours. */
function begin(event: PointerEvent, day: number, index: number | null, edge: Edge, span: Span | null, act: WeekActions): void {
  if (event.button !== 0) return;
  event.stopPropagation();
  const line = (event.currentTarget as Element).closest<HTMLElement>(".week-line");
  if (line === null) return;
  const box = line.getBoundingClientRect();
  const minute = (x: number): number => ((x - box.left) / box.width) * DAY_MIN;
  const startMin = minute(event.clientX);
  let at = index;
  let drawn = false;
  const draw = (move: PointerEvent): void => {
    if (!drawn && Math.abs(move.clientX - event.clientX) < 5) return;
    drawn = true;
    const byMin = Math.round((minute(move.clientX) - startMin) / STEP_MIN) * STEP_MIN;
    const next = span === null ? between(startMin, minute(move.clientX)) : moved(span, edge, byMin);
    at = act.drawing(day, at, next);
  };
  const end = (): void => {
    removeEventListener("pointermove", draw);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (drawn) act.drawn();
    else if (index !== null) act.choose({ day, index });
  };
  addEventListener("pointermove", draw);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
}

function between(a: number, b: number): Span {
  const [fromMin, toMin] = [snapped(Math.min(a, b)), snapped(Math.max(a, b))];
  return toMin - fromMin >= STEP_MIN ? { fromMin, toMin } : { fromMin: Math.min(fromMin, DAY_MIN - STEP_MIN), toMin: Math.min(fromMin, DAY_MIN - STEP_MIN) + STEP_MIN };
}

