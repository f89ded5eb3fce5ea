// SPDX-License-Identifier: EUPL-1.2
// Putting rows in another order: by dragging the grip (mouse, pen, finger) or by the arrow keys on it. Says what it did.
import { html, type Part } from "../../kit/dom";
import { t } from "../../kit/words";

let spoken: HTMLElement | null = null;

function say(words: string): void {
  if (spoken === null) {
    spoken = document.createElement("div");
    spoken.className = "sr";
    spoken.setAttribute("role", "status");
    spoken.setAttribute("aria-live", "polite");
    document.body.append(spoken);
  }
  spoken.textContent = words;
}

/** The list with the item at `from` put at `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = [...list];
  const [one] = rest.splice(from, 1);
  if (one !== undefined) rest.splice(Math.min(Math.max(0, to), rest.length), 0, one);
  return rest;
}

const rowsOf = (grip: HTMLElement): HTMLElement[] => [...(grip.closest("ol, ul")?.children ?? [])].filter((one): one is HTMLElement => one instanceof HTMLElement);
const rowAt = (grip: HTMLElement, y: number): number => rowsOf(grip).findIndex((row) => y < row.getBoundingClientRect().bottom);

function press(event: PointerEvent, at: number, move: (from: number, to: number) => void): void {
  const grip = event.currentTarget as HTMLElement;
  if (event.button !== 0) return;
  event.preventDefault();
  grip.focus();
  grip.setPointerCapture(event.pointerId);
  const rows = rowsOf(grip);
  rows[at]?.classList.add("dragged");
  let to = at;
  const drag = (over: PointerEvent): void => {
    const found = rowAt(grip, over.clientY);
    to = found < 0 ? rows.length - 1 : found;
    rows.forEach((row, n) => row.classList.toggle("over", n === to && to !== at));
  };
  const drop = (): void => {
    grip.removeEventListener("pointermove", drag);
    rows.forEach((row) => row.classList.remove("dragged", "over"));
    if (to !== at) move(at, to);
  };
  grip.addEventListener("pointermove", drag);
  grip.addEventListener("pointerup", drop, { once: true });
  grip.addEventListener("pointercancel", () => { to = at; drop(); }, { once: true });
}

/** `list` names the rows for the element's id; `move` puts a row elsewhere. */
export function grip(list: string, at: number, count: number, name: string, move: (from: number, to: number) => void): Part {
  const keyed = (event: KeyboardEvent): void => {
    const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: count - 1 }[event.key];
    if (to === undefined || to < 0 || to >= count) return;
    event.preventDefault();
    move(at, to);
    say(t("{name} is now at place {n} of {count}.", { name, n: to + 1, count }));
    requestAnimationFrame(() => document.getElementById(`${list}-grip-${to}`)?.focus());
  };
  return html`<button type="button" class="grip" id="${list}-grip-${at}" aria-label=${t("Move {name}: place {n} of {count}. Use the arrow keys, or drag.", { name, n: at + 1, count })}
    @keydown=${keyed} @pointerdown=${(event: PointerEvent) => press(event, at, move)}><span aria-hidden="true">${at + 1}</span><span aria-hidden="true">⠿</span></button>`;
}
