// SPDX-License-Identifier: EUPL-1.2
// How long everything of the customer is kept, in plain words: what goes tonight, and what stays until something ends.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { note, pill, skeleton } from "../../../kit/pieces";
import { number, t, tn, when } from "../../../kit/words";
import { daysName, grouped, imageName, isImage, startName, termName, type Group, type Line, type Plan } from "../../privacy/retention/model";
import type { Ctx, Mount, Mounted } from "../pages";

interface State {
  readonly nowMs: number;
  readonly plan: Plan | null;
}

export const mount: Mount = (host, ctx) => new Kept(host, ctx);

class Kept implements Mounted {
  readonly #board: Board<State>;
  readonly #stop: () => void;

  constructor(host: HTMLElement, private readonly ctx: Ctx) {
    this.#board = new Board<State>(host, { nowMs: ctx.state().nowMs, plan: null }, (state) => page(state, ctx));
    this.#stop = ctx.watch(({ nowMs }) => this.#board.change({ nowMs }));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  async #load(): Promise<void> {
    try {
      this.#board.change({ plan: await this.ctx.port.ask<Plan>("GET", "/retention") });
    } catch (error) {
      this.ctx.failed(error);
    }
  }
}

function page({ plan, nowMs }: State, ctx: Ctx): Part {
  const heading = html`<div class="title"><div><h1>${t("What goes when")}</h1><p class="mute measure">${t("Everything has an end. What is over is deleted by itself at midnight of your site, with its key, so that old copies open nothing either.")}</p></div></div>`;
  if (plan === null) return html`<div class="page kept">${heading}${skeleton(6, t("Loading"))}</div>`;
  const rest = grouped(plan.lines).filter(({ count }) => count > 0);
  return html`<div class="page kept stack">${heading}
    ${plan.sites.map((site) => card(site, plan.lines.filter((line) => isImage(line) && line.site_id === site.id), nowMs))}
    ${rest.length === 0 ? nothing : html`<section class="card" aria-labelledby="kept-rest"><header><h2 id="kept-rest">${t("Everything else")}</h2></header><ul class="items">${rest.map((one) => row(one, nowMs))}</ul></section>`}
    ${note(html`${t("Something happened, and images are needed for longer?")} <a href="/portal/incidents" @click=${(event: MouseEvent) => { event.preventDefault(); ctx.go("incidents"); }}>${t("Open an incident")}</a>`, "", "shield")}</div>`;
}

const card = (site: Plan["sites"][number], lines: readonly Line[], nowMs: number): Part => html`<section class="card" aria-labelledby="kept-${site.id}"><header><h2 id="kept-${site.id}">${site.name}</h2></header><ul class="items">${lines.map((line) => image(line, site.tz, nowMs))}</ul></section>`;

function image(line: Line, tz: string, nowMs: number): Part {
  const there = line.count ?? 0;
  const overview = line.what === "track.overview";
  const next = line.next_ms === null ? (overview ? t("Kept as long as a unit stands here, and {days} after.", { days: daysName(line.days) }) : t("Nothing there now.")) : t("The oldest goes {when}.", { when: when(line.next_ms, nowMs, tz) });
  return html`<li>${icon(overview ? "film" : line.what === "track.picture" ? "still" : "record")}<div class="grow"><b>${imageName(line.what)}</b><div class="mute small">${next}</div></div>
    <div class="amount"><b>${daysName(line.days)}</b><div class="faint small">${there === 0 ? nothing : tn("1 part", "{n} parts", there)}</div></div>${line.held > 0 ? pill(t("an incident keeps some"), "warn") : nothing}</li>`;
}

const row = (one: Group, nowMs: number): Part => html`<li>${icon("list")}<div class="grow"><b>${termName(one.term)}</b><div class="mute small">${startName(one.starts)}${one.nextMs === null ? nothing : html` · ${t("the oldest goes {when}", { when: when(one.nextMs, nowMs) })}`}</div></div>
  <div class="amount"><b>${daysName(one.days)}</b><div class="faint small">${number(one.count)}</div></div></li>`;
