// SPDX-License-Identifier: EUPL-1.2
// Keys first: each action is bound once, shown beside its button, and listed under "?".
import { html } from "./dom";
import { openDialog } from "./dialog";
import { t } from "./words";

export interface Binding {
  /** What KeyboardEvent.key says, lower case. */
  readonly key: string;
  /** How it is shown. */
  readonly shown: string;
  readonly words: string;
  readonly when?: () => boolean;
  readonly press: () => void;
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && (target as HTMLInputElement).type !== "range");
/** Enter and the space bar on a button or link are that button's, not ours. */
const pressing = (event: KeyboardEvent): boolean =>
  (event.key === "Enter" || event.key === " ") && event.target instanceof HTMLElement && event.target.closest("button, a, summary, [role=option]") !== null;

/** Binds keys for the whole page; they sleep while someone types or a dialog is open. */
export function bindKeys(bindings: readonly Binding[]): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || pressing(event)) return;
    if (document.querySelector("dialog[open]") !== null) return;
    const binding = bindings.find((one) => one.key === event.key.toLowerCase() && (one.when?.() ?? true));
    if (binding === undefined) return;
    event.preventDefault();
    binding.press();
  });
}

export function showKeys(bindings: readonly Binding[]): void {
  openDialog(t("Keys"), () => html`<ul class="keys">${bindings.map((one) => html`<li><span>${one.words}</span><kbd>${one.shown}</kbd></li>`)}</ul>
    <p class="mute small">${t("Escape closes a dialog. Every action also has a button.")}</p>`, { wide: true });
}
