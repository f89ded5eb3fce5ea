// SPDX-License-Identifier: EUPL-1.2
// The small pieces: button, pill, tile, note, empty state, progress, steps, words of a key.
import { html, nothing, percent, placed, type Part } from "./dom";
import { icon, type IconName } from "./icons";

export type Tone = "" | "ok" | "alarm" | "warn" | "accent";

export interface ButtonOptions {
  readonly kind?: "" | "primary" | "alarm" | "quiet";
  readonly key?: string;
  readonly icon?: IconName;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly wide?: boolean;
  readonly small?: boolean;
  readonly id?: string;
  readonly hint?: string;
}

/** Does something here. What is busy says so and can't be pressed twice. */
export function button(words: string, press: (event: Event) => void, options: ButtonOptions = {}): Part {
  const { kind = "", key, icon: name, busy = false, disabled = false, wide = false, small = false, id, hint } = options;
  return html`<button type="button" class="btn ${kind} ${wide ? "wide" : ""} ${small ? "small" : ""}" id=${id ?? nothing}
    ?disabled=${disabled || busy} aria-busy=${busy ? "true" : "false"} title=${hint ?? nothing} @click=${press}>
    ${name === undefined || busy ? nothing : icon(name)}<span>${words}</span>${keyHint(key)}</button>`;
}

/** Goes somewhere. */
export function link(words: string, href: string, options: ButtonOptions = {}): Part {
  const { kind = "", icon: name, wide = false, small = false, id } = options;
  return html`<a class="btn ${kind} ${wide ? "wide" : ""} ${small ? "small" : ""}" href=${href} id=${id ?? nothing}>
    ${name === undefined ? nothing : icon(name)}<span>${words}</span></a>`;
}

/** The key that does the same; told to screen readers by the button's own words. */
export const keyHint = (key: string | undefined): Part => (key === undefined ? nothing : html`<kbd aria-hidden="true">${key}</kbd>`);

export function pill(words: string, tone: Tone = "", options: { icon?: IconName; dot?: boolean; beat?: boolean } = {}): Part {
  return html`<span class="pill ${tone}">${options.dot ? html`<i class="dot ${tone} ${options.beat ? "beat" : ""}"></i>` : nothing}${options.icon ? icon(options.icon) : nothing}<span>${words}</span></span>`;
}

export const tile = (name: IconName, tone: Tone = ""): Part => html`<span class="tile ${tone}">${icon(name)}</span>`;

/** Something to know, in its place. An alarm or warning is announced. */
export function note(body: Part, tone: Tone = "", name: IconName = "info"): Part {
  return html`<div class="note ${tone}" role=${tone === "alarm" ? "alert" : "note"}>${icon(name)}<div class="grow">${body}</div></div>`;
}

/** Nothing here: says why, and what to do next. */
export function empty(title: string, words: string, name: IconName, actions: Part = nothing, tone: Tone = ""): Part {
  return html`<div class="empty">${tile(name, tone)}<h2>${title}</h2><p>${words}</p>${actions === nothing ? nothing : html`<div class="row">${actions}</div>`}</div>`;
}

/** The same where it is all that the page has: its heading is the page's. */
export function emptyPage(title: string, words: string, name: IconName, actions: Part = nothing): Part {
  return html`<div class="card"><div class="empty">${tile(name)}<h1>${title}</h1><p>${words}</p>${actions === nothing ? nothing : html`<div class="row">${actions}</div>`}</div></div>`;
}

/** 0..1, or null when nobody knows how long. */
export function progress(share: number | null, words: string): Part {
  return html`<div class="progress ${share === null ? "unknown" : ""}" role="progressbar" aria-label=${words}
    aria-valuemin="0" aria-valuemax="100" aria-valuenow=${share === null ? nothing : Math.round(share * 100)}>
    <span ${placed({ scale: share === null ? "1" : `${share} 1` })}></span></div>`;
}

/** A row of steps: those before `now` are done; `now` past the end means that all are. */
export function steps(all: readonly string[], now: number): Part {
  return html`<ol class="steps">${all.map((words, i) => html`<li class=${i < now ? "done" : i === now ? "now" : ""} aria-current=${i === now ? "step" : nothing}>
    <span class="ck">${i < now ? icon("check") : nothing}</span><span>${words}</span></li>`)}</ol>`;
}

/** A key's eight words, to be read out. */
export function keyWords(words: string, label: string): Part {
  return html`<div class="words" role="img" aria-label="${label}: ${words.split("-").join(", ")}">${words.split("-").map((word) => html`<span aria-hidden="true">${word}</span>`)}</div>`;
}

/** While something loads: the shape of what comes. */
export function skeleton(lines: number, words: string): Part {
  return html`<div class="stack tight" role="status" aria-label=${words}>${Array.from({ length: lines }, (_, i) => html`<div class="skeleton" ${placed({ width: percent(1 - (i % 3) * 0.18) })}></div>`)}</div>`;
}
