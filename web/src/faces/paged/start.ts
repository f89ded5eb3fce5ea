// SPDX-License-Identifier: EUPL-1.2
// The start page: everything that somebody must look at, the most pressing first, whichever page it comes from.
import { html, nothing, render, type Part } from "../../kit/dom";
import { icon } from "../../kit/icons";
import { empty, note, pill, skeleton } from "../../kit/pieces";
import { relative, t } from "../../kit/words";
import type { Frame } from "./controller";
import { pathOf, type Need, type State } from "./model";
import { HOME, shown, type Ctx, type Mounted } from "./pages";

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const frame = ctx as Frame;
  const stop = frame.watch((state) => render(startView(state, frame), host));
  return { close: stop };
}

function startView(state: State, ctx: Frame): Part {
  const { face } = ctx;
  const follow = (event: MouseEvent, view: string, id?: string): void => {
    if (event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    ctx.go(view, id);
  };
  const pages = shown(face, state.who.role).flatMap((one) => one.pages).filter(({ view }) => view !== HOME);
  return html`<div class="title"><div><h1>${t("What needs attention")}</h1><p class="mute measure">${face.attentionWords()}</p></div></div>
    ${state.silent.length === 0 ? nothing : note(t("No answer from: {pages}. What waits there is not in this list.", { pages: state.silent.map((page) => page.title()).join(", ") }), "warn", "offline")}
    ${state.needs === null ? skeleton(4, t("Loading")) : state.needs.length === 0 ? html`<div class="card">${empty(t("Nothing waits"), face.nothingWords(), "check", nothing, "ok")}</div>`
    : html`<ul class="card items needs">${state.needs.map((need) => row(face.root, need, state.nowMs, follow))}</ul>`}
    ${pages.length === 0 ? nothing : html`<section class="stack tight"><h2>${t("Pages")}</h2><div class="paged-tiles">${pages.map((page) => html`<a class="card pad row" href=${pathOf(face.root, page.view)} @click=${(event: MouseEvent) => follow(event, page.view)}>${icon(page.icon)}<span>${page.title()}</span></a>`)}</div></section>`}`;
}

function row(root: string, need: Need, nowMs: number, follow: (event: MouseEvent, view: string, id?: string) => void): Part {
  const { page, id, dueMs } = need;
  return html`<li data-tone=${need.tone}>${icon(page.icon)}<div class="body"><a href=${pathOf(root, page.view, id ?? null)} @click=${(event: MouseEvent) => follow(event, page.view, id)}><b>${need.words}</b></a>${need.detail ? html`<div class="mute small">${need.detail}</div>` : nothing}</div>
    ${dueMs == null ? nothing : pill(dueMs < nowMs ? t("late: {when}", { when: relative(dueMs, nowMs) }) : t("due {when}", { when: relative(dueMs, nowMs) }), dueMs < nowMs ? "alarm" : need.tone)}</li>`;
}
