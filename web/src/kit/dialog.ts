// SPDX-License-Identifier: EUPL-1.2
// A dialog: the browser's own element (focus kept inside, Escape closes, the rest of the page inert).
import { html, nothing, render, type Part } from "./dom";

export interface Opened {
  redraw(): void;
  close(): void;
}

let number = 0;

/** Opens a dialog whose content `draw` gives; it is drawn again on `redraw()`, and gone from the page when closed. */
export function openDialog(title: string, draw: (opened: Opened) => Part, options: { wide?: boolean; closed?: () => void } = {}): Opened {
  const element = document.createElement("dialog");
  number += 1;
  element.className = options.wide ? "dialog wide" : "dialog";
  element.setAttribute("aria-labelledby", `dialog-${number}`);
  const heading = html`<h2 id="dialog-${number}">${title}</h2>`;
  const opened: Opened = {
    redraw: () => render(html`<div class="inside">${heading}${draw(opened)}</div>`, element),
    close: () => element.close(),
  };
  element.addEventListener("close", () => {
    element.remove();
    options.closed?.();
  });
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  document.body.append(element);
  opened.redraw();
  element.showModal();
  return opened;
}

/** The buttons at a dialog's foot; what changes nothing comes first. */
export const foot = (...buttons: readonly Part[]): Part => (buttons.length === 0 ? nothing : html`<div class="foot">${buttons}</div>`);
