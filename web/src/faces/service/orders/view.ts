// SPDX-License-Identifier: EUPL-1.2
// Orders: the list that a planner works from, and one order.
import { html, nothing, repeat, type Part } from "../../../kit/dom";
import { icon } from "../../../kit/icons";
import { button, empty, keyHint, pill, skeleton } from "../../../kit/pieces";
import { clock, number, t, tn, weekday } from "../../../kit/words";
import { pathOf } from "../../paged/model";
import type { Mounted } from "../../opened";
import type { Mount } from "../pages";
import { Orders, type Actions, type Filters, type State } from "./controller";
import { orderView } from "./one";
import { PANELS } from "./panels";
import type { Short } from "./types";
import { due, STATES, stateName, stateTone, TYPES, typeName } from "./words";

export const mount: Mount = (host, ctx, id) => {
  let open: { readonly id: string; readonly mounted: Mounted[] } | null = null;
  const closePanels = (): void => {
    for (const one of open?.mounted ?? []) one.close();
    open = null;
  };
  const openPanels = (order: string): void => {
    const mine = { id: order, mounted: [] as Mounted[] };
    open = mine;
    for (const panel of PANELS.filter(({ roles }) => (roles as readonly string[]).includes(ctx.me.role))) {
      void panel.load().then((module) => {
        const place = host.querySelector<HTMLElement>(`#panel-${panel.name}`);
        if (open === mine && place !== null) mine.mounted.push(module.mount(place, ctx, order, () => orders.route(order)));
      });
    }
  };
  const orders: Orders = new Orders(host, ctx, id, (state, act) => (state.id === null ? listView(state, act) : orderView(state, act)), (order) => {
    closePanels();
    if (order !== null) queueMicrotask(() => openPanels(order));
  });
  return orders;
};

function listView(state: State, act: Actions): Part {
  const { rows, counts, filters } = state;
  const may = ["owner", "desk"].includes(state.role);
  return html`<div class="title"><h1>${t("Orders")}</h1><div class="row">${may ? button(t("As a CSV file"), act.take, { small: true, icon: "download", id: "take-orders" }) : nothing}${may ? button(t("New order"), act.add, { kind: "primary", icon: "plus", id: "new-order", key: "C" }) : nothing}</div></div>
    ${filtersPart(filters, state, act)}
    ${rows === null ? skeleton(8, t("Loading")) : rows.length === 0 ? html`<div class="card">${nothingHere(filters, counts?.open ?? 0)}</div>` : html`<ul class="card orders" aria-label=${t("Orders")}>${repeat(rows, (one) => one.id, (one, at) => row(one, at, state, act))}</ul>
      <div class="row apart"><span class="faint small">${tn("{n} order", "{n} orders", rows.length)}${state.next === "" ? nothing : html` · ${t("there are more")}`}</span>${state.next === "" ? nothing : button(t("Show more"), act.more, { small: true, id: "more-orders" })}</div>`}`;
}

function filtersPart(filters: Filters, state: State, act: Actions): Part {
  const { counts } = state;
  const chip = (words: string, on: boolean, press: () => void, count: number | undefined, key = "", tone = ""): Part => html`<button type="button" class="chip ${tone}" aria-pressed=${on ? "true" : "false"} @click=${press}>${words}${count === undefined ? nothing : html` <b>${number(count)}</b>`}${keyHint(key === "" ? undefined : key)}</button>`;
  const plain = { late: false, unplanned: false, state: "", text: "" };
  const bare = !filters.late && !filters.unplanned && filters.state === "";
  const choose = (name: "type" | "state", all: readonly string[], words: (code: string) => string, none: string, of: Readonly<Record<string, number>> | undefined): Part => html`<label class="sr" for="filter-${name}">${none}</label><select class="input narrow" id="filter-${name}" @change=${(event: Event) => act.filter({ [name]: (event.target as HTMLSelectElement).value })}><option value="" ?selected=${filters[name] === ""}>${none}</option>${all.map((code) => html`<option value=${code} ?selected=${filters[name] === code}>${words(code)}${of?.[code] === undefined ? "" : ` (${number(of[code] ?? 0)})`}</option>`)}</select>`;
  return html`<div class="order-filters"><div class="order-search">${icon("list", "small")}<label class="sr" for="search-orders">${t("Search orders")}</label><input class="input" id="search-orders" type="search" autocomplete="off" maxlength="120" placeholder=${t("Number, name, postcode, phone, serial, words…")} .value=${filters.text} @input=${(event: Event) => act.filter({ text: (event.target as HTMLInputElement).value })}>${keyHint("/")}</div>
    <div class="row">${choose("type", TYPES, typeName, t("Every type"), counts?.types)}${choose("state", STATES, stateName, t("Every state"), counts?.states)}${button(t("Keys"), act.keys, { small: true, kind: "quiet", key: "?" })}</div></div>
    <div class="lists" role="group" aria-label=${t("Which")}>
      ${chip(t("Open"), filters.which === "open" && bare, () => act.filter({ ...plain, which: "open" }), counts?.open, "1")}${chip(t("Mine"), filters.which === "mine", () => act.filter({ ...plain, which: "mine" }), undefined, "2")}
      ${chip(t("Late"), filters.late, () => act.filter({ ...plain, which: "open", late: true }), counts?.late, "3", (counts?.late ?? 0) > 0 ? "pressing" : "")}${chip(t("Not planned yet"), filters.unplanned, () => act.filter({ ...plain, which: "open", unplanned: true }), undefined, "4")}
      ${chip(t("Closed"), filters.which === "closed", () => act.filter({ ...plain, which: "closed" }), undefined)}${chip(t("All"), filters.which === "all", () => act.filter({ ...plain, which: "all" }), undefined)}</div>`;
}

function nothingHere(filters: Filters, open: number): Part {
  if (filters.text.trim() !== "") return empty(t("Nothing found"), t("Every word must be in the order’s number, subject, customer or product. The beginning of a word is enough."), "list");
  if (open === 0 && filters.which === "open") return empty(t("No open orders"), t("What comes in by a form, an import or the desk stands here, what is due first on top."), "check", nothing, "ok");
  return empty(t("None of this kind"), t("Choose another list above."), "list");
}

function row(one: Short, at: number, state: State, act: Actions): Part {
  const [words, tone] = due(one, state.nowMs);
  const late = one.replied_ms === null && one.closed_ms === null && one.reply_by_ms < state.nowMs;
  return html`<li data-at=${at} class=${at === state.at ? "at" : ""}><a class="order-row" href=${pathOf("/service/", "orders", one.id)} @click=${(event: MouseEvent) => act.open(event, one.id)}>
    <span class="order-no mono">${one.number}</span>
    <span class="order-what"><b>${one.subject || t("Its customer’s data is restricted")}</b><span class="mute small">${typeName(one.type)}${one.customer === null ? nothing : html` · ${one.customer.name || t("customer {n}", { n: one.customer.number })}${one.customer.city === "" ? nothing : html`, ${one.customer.city}`}`}${one.product === "" ? nothing : html` · ${one.product}`}</span></span>
    <span class="order-when small">${one.planned_ms === null ? nothing : html`${weekday(one.planned_ms)}, ${clock(one.planned_ms)}`}${one.assignee === "" ? nothing : html`<span class="mute">${one.assignee}</span>`}</span>
    <span class="row order-pills">${late ? pill(t("not answered"), "alarm") : nothing}${pill(stateName(one.state), stateTone(one.state))}${pill(words, tone)}</span></a></li>`;
}
