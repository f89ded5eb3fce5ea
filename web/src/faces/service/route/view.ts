// SPDX-License-Identifier: EUPL-1.2
// The route of one day: where to go, in the order of the times, with whom to call. No map is asked anywhere: an address is text, and
// where somebody lives is told to nobody.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { icon } from "../../../kit/icons";
import { logBy, printPage } from "../../../kit/leaving";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { clock, isoDay, t, tn, weekday } from "../../../kit/words";
import { pathOf } from "../../paged/model";
import type { Mounted } from "../../opened";
import type { Ctx, Mount } from "../pages";
import { addDays } from "../calendar/days";
import type { Short, Visit, Worker } from "../orders/types";
import { typeName, visitName, visitState } from "../orders/words";

interface Stop extends Visit {
  readonly order: Short;
  readonly place: { readonly name: string; readonly street: string; readonly house_number: string; readonly postcode: string; readonly city: string; readonly phone: string } | null;
}

interface State {
  readonly day: string;
  readonly who: string;
  readonly tz: string | undefined;
  readonly stops: readonly Stop[] | null;
  readonly workers: readonly Worker[];
}

export const mount: Mount = (host, ctx, id) => new Route(host, ctx, id);

class Route implements Mounted {
  readonly #board: Board<State>;
  readonly #stops: (() => void)[];

  constructor(host: HTMLElement, private readonly ctx: Ctx, id: string | null) {
    const day = id !== null && /^\d{4}-\d{2}-\d{2}$/.test(id) ? id : isoDay(ctx.nowMs());
    this.#board = new Board<State>(host, { day, who: "", tz: undefined, stops: null, workers: [] }, (state) => this.#draw(state));
    this.#stops = [ctx.events((topic) => { if (topic.startsWith("order.") || topic === "reload") void this.#load(); })];
    void this.#load();
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  async #load(): Promise<void> {
    const { day, who } = this.#board.state;
    try {
      const found = await this.ctx.ask<{ tz: string; stops: readonly Stop[] }>("GET", `/service/route?day=${day}${who === "" ? "" : `&assignee=${who}`}`);
      if (day !== this.#board.state.day || who !== this.#board.state.who) return;
      this.#board.change({ stops: found.stops, tz: found.tz });
      if (this.#board.state.workers.length === 0) this.#board.change({ workers: (await this.ctx.ask<{ workers: readonly Worker[] }>("GET", "/service/day-settings")).workers });
    } catch (error) {
      this.ctx.failed(error);
    }
  }

  #show(part: Partial<State>): void {
    this.#board.change({ ...part, stops: null });
    void this.#load();
  }

  #draw(state: State): Part {
    const said = Date.parse(`${state.day}T12:00:00Z`);
    return html`<div class="title"><div><h1>${t("Route")}</h1><p class="mute">${weekday(said)}${state.stops === null ? nothing : html` · ${tn("{n} stop", "{n} stops", state.stops.length)}`}</p></div><div class="row no-print">${button(t("Day before"), () => this.#show({ day: addDays(state.day, -1) }), { small: true })}${button(t("Day after"), () => this.#show({ day: addDays(state.day, 1) }), { small: true })}${button(t("Print"), () => void printPage(logBy(this.ctx.port), { what: "route", count: state.stops?.length ?? 0 }).catch(this.ctx.failed), { small: true, id: "print" })}</div></div>
      <div class="pair no-print">${field("route-day", t("Day"), { type: "date", value: state.day, input: (day) => { if (/^\d{4}-\d{2}-\d{2}$/.test(day)) this.#show({ day }); } })}
      <div class="field"><label for="route-who">${t("Who")}</label><select class="input" id="route-who" @change=${(event: Event) => this.#show({ who: (event.target as HTMLSelectElement).value })}><option value="">${t("Everybody")}</option>${state.workers.map((one) => html`<option value=${one.id} ?selected=${one.id === state.who}>${one.name}</option>`)}</select></div></div>
      ${state.stops === null ? skeleton(6, t("Loading")) : state.stops.length === 0 ? html`<div class="card">${empty(t("Nobody goes anywhere"), t("Visits that are planned for this day stand here, in the order of their times."), "clock")}</div>` : html`<ol class="card stops">${state.stops.map((one, n) => this.#stop(one, n + 1, state))}</ol>`}`;
  }

  #stop(one: Stop, n: number, state: State): Part {
    const { place, order } = one;
    const address = place === null ? "" : [`${place.street} ${place.house_number}`.trim(), `${place.postcode} ${place.city}`.trim()].filter(Boolean).join(", ");
    return html`<li class="stop"><span class="stop-n" aria-hidden="true">${n}</span><div class="stop-when"><b class="mono">${clock(one.starts_ms, state.tz)}–${clock(one.ends_ms, state.tz)}</b>${one.assignee === "" ? nothing : html`<span class="mute small">${one.assignee}</span>`}</div>
      <div class="stop-where"><b>${place === null ? t("Nobody may use this customer’s data, or he was forgotten") : place.name}</b>${address === "" ? nothing : html`<span>${address}</span>`}${place?.phone ? html`<a class="row" href="tel:${place.phone.replaceAll(/[^+\d]/g, "")}">${icon("device", "small")}${place.phone}</a>` : nothing}</div>
      <div class="stop-what"><a href=${pathOf("/service/", "orders", order.id)} @click=${(event: MouseEvent) => { if (event.ctrlKey || event.metaKey) return; event.preventDefault(); this.ctx.go("orders", order.id); }}><span class="mono">${order.number}</span> ${order.subject}</a><span class="mute small">${typeName(order.type)} · ${visitName(one.kind)}${order.product === "" ? nothing : html` · ${order.product}`}</span>${["planned"].includes(one.state) ? nothing : pill(visitState(one.state), one.state === "done" ? "ok" : one.state === "missed" ? "alarm" : "")}</div></li>`;
  }
}
