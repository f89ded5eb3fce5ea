// SPDX-License-Identifier: EUPL-1.2
// A toast: what just happened, for a few seconds; an error stays until it is put away.
import { html, nothing, render } from "./dom";
import { icon } from "./icons";
import { keyHint } from "./pieces";
import { t } from "./words";

export interface ToastAction {
  readonly words: string;
  readonly key?: string;
  readonly press: () => void;
}

interface Toast {
  readonly words: string;
  readonly tone: "ok" | "alarm" | "";
  readonly action?: ToastAction;
}

let shown: readonly Toast[] = [];
let host: HTMLElement | null = null;

function redraw(): void {
  if (host === null) {
    host = document.createElement("div");
    host.className = "toasts";
    host.setAttribute("role", "status");
    host.setAttribute("aria-live", "polite");
    document.body.append(host);
  }
  render(shown.map((toast) => html`<div class="toast ${toast.tone}">${icon(toast.tone === "alarm" ? "alarm" : toast.tone === "ok" ? "check" : "info")}<span class="grow">${toast.words}</span>
    ${toast.action === undefined ? "" : html`<button type="button" class="btn small" @click=${() => (away(toast), toast.action?.press())}><span>${toast.action.words}</span>${keyHint(toast.action.key)}</button>`}
    ${toast.tone === "alarm" ? html`<button type="button" aria-label=${t("Put away")} @click=${() => away(toast)}>${icon("close", "small")}</button>` : nothing}</div>`), host);
}

function away(toast: Toast): void {
  shown = shown.filter((other) => other !== toast);
  redraw();
}

/** `action`: what may still be done about it while it shows (undo). Returns what puts it away. */
export function toast(words: string, tone: Toast["tone"] = "", action?: ToastAction, ms = 5000): () => void {
  const fresh: Toast = { words, tone, ...(action === undefined ? {} : { action }) };
  shown = [...shown.filter((other) => other.words !== words), fresh].slice(-3);
  redraw();
  if (tone !== "alarm") setTimeout(() => away(fresh), ms);
  return () => away(fresh);
}
