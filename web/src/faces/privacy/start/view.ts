// SPDX-License-Identifier: EUPL-1.2
// The start page: everything that somebody must look at, the most pressing first, whichever page it comes from.
import { html, nothing, render, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { empty, note, pill, skeleton } from "../../../kit/pieces";
import { relative, t } from "../../../kit/words";
import type { Frame } from "../controller";
import { pathOf, type Need, type State } from "../model";
import { shown, type Ctx, type Mounted } from "../pages";

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const stop = (ctx as Frame).watch((state) => render(startView(state, ctx), host));
  return { close: stop };
}

function startView(state: State, ctx: Ctx): Part {
  const follow = (event: MouseEvent, view: string, id?: string): void => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    ctx.go(view, id);
  };
  const pages = shown(state.who.role).flatMap((one) => one.pages).filter(({ view }) => view !== "start");
  return html`<div class="title"><div><h1>${t("What needs attention")}</h1><p class="mute measure">${t("What the pages of this office wait for: the most pressing first.")}</p></div></div>
    ${state.silent.length === 0 ? nothing : note(t("No answer from: {pages}. What waits there is not in this list.", { pages: state.silent.map((page) => page.title()).join(", ") }), "warn", "offline")}
    ${state.needs === null ? skeleton(4, t("Loading")) : state.needs.length === 0 ? html`<div class="card">${empty(t("Nothing waits"), t("A breach, a request, a review or a certificate that needs somebody comes here by itself."), "check", nothing, "ok")}</div>`
    : html`<ul class="card items needs">${state.needs.map((need) => row(need, state.nowMs, follow))}</ul>`}
    ${pages.length === 0 ? nothing : html`<section class="stack tight"><h2>${t("Pages")}</h2><div class="privacy-tiles">${pages.map((page) => html`<a class="card pad row" href=${pathOf(page.view)} @click=${(event: MouseEvent) => follow(event, page.view)}>${icon(page.icon)}<span>${page.title()}</span></a>`)}</div></section>`}`;
}

function row(need: Need, nowMs: number, follow: (event: MouseEvent, view: string, id?: string) => void): Part {
  const { page, id, dueMs } = need;
  return html`<li data-tone=${need.tone}>${icon(page.icon)}<div class="body"><a href=${pathOf(page.view, id ?? null)} @click=${(event: MouseEvent) => follow(event, page.view, id)}><b>${need.words}</b></a>${need.detail ? html`<div class="mute small">${need.detail}</div>` : nothing}</div>
    ${dueMs == null ? nothing : pill(dueMs < nowMs ? t("late: {when}", { when: relative(dueMs, nowMs) }) : t("due {when}", { when: relative(dueMs, nowMs) }), dueMs < nowMs ? "alarm" : need.tone)}</li>`;
}
