// SPDX-License-Identifier: EUPL-1.2
// Keys first: each action is bound once, shown beside its button, and listed under "?".
import { html } from "./dom";
import { openDialog } from "./dialog";
import { t } from "./words";

export interface Binding {
  /** What KeyboardEvent.key says, lower case. */
  readonly key: string;
  /** What KeyboardEvent.code says, where a layout changes the key (Shift and a digit). */
  readonly code?: string;
  /** With Shift; a sign that needs it by itself ("?") does not count. */
  readonly shift?: boolean;
  /** How it is shown. */
  readonly shown: string;
  readonly words: string;
  /** Under which heading it is listed. */
  readonly group?: string;
  readonly when?: () => boolean;
  readonly press: () => void;
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && (target as HTMLInputElement).type !== "range");
/** Enter and the space bar on a button or link are that button's, not ours. */
const pressing = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") && event.target instanceof HTMLElement && event.target.closest("button, a, summary, [role=option]") !== null;

/** A sign that only Shift gives ("?") may come with it; a letter, a digit or an arrow says which it wants. */
const shifted = (event: KeyboardEvent, binding: Binding): boolean =>
  binding.shift === undefined && /^[^\p{L}\p{N}]$/u.test(binding.key) && binding.key !== " " ? true : event.shiftKey === (binding.shift ?? false);

export const fits = (event: KeyboardEvent, binding: Binding): boolean =>
  (binding.code === undefined ? binding.key === event.key.toLowerCase() : binding.code === event.code) && shifted(event, binding) && (binding.when?.() ?? true);

/** Binds keys for the whole page; they sleep while someone types or a dialog is open. */
export function bindKeys(bindings: readonly Binding[] | (() => readonly Binding[])): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || pressing(event)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const binding = (typeof bindings === "function" ? bindings() : bindings).find((one) => fits(event, one));
    if (binding === undefined) return;
    event.preventDefault();
    binding.press();
  });
}

/** All keys, by group; a key that has several for one action is shown once, with both. */
export function showKeys(bindings: readonly Binding[]): void {
  const groups = [...new Set(bindings.map((one) => one.group ?? ""))];
  const lines = (group: string): { words: string; shown: string[] }[] => {
    const found = new Map<string, string[]>();
    for (const one of bindings) if ((one.group ?? "") === group) found.set(one.words, [...(found.get(one.words) ?? []), one.shown]);
    return [...found].map(([words, shown]) => ({ words, shown: [...new Set(shown)] }));
  };
  openDialog(t("Keys"), () => html`${groups.map((group) => html`${group === "" ? "" : html`<h3 class="lbl">${group}</h3>`}<ul class="keys">${lines(group).map((one) => html`<li><span>${one.words}</span><span class="row">${one.shown.map((key) => html`<kbd>${key}</kbd>`)}</span></li>`)}</ul>`)}
    <p class="mute small">${t("Escape closes a dialog. Every action also has a button.")}</p>`, { wide: true });
}
