// SPDX-License-Identifier: EUPL-1.2
// Things that were sold: found by number, plate or product; one of them with its owners, its warranty and, if it is a camera unit of
// ours, its life on a site.
import { Board, html, nothing, repeat, type Part } from "../../../kit/dom";
import { button, empty, link, note, pill, skeleton, tile } from "../../../kit/pieces";
import { day, number, t, when } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { sureDialog } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { changeItem, handOn, linkUnit, newItem, readMileage } from "./dialogs";
import type { Catalogue, Item, Items, Unit, Whole } from "./types";
import { dayOf, kindName, numberOf, warrantyPill, whoName } from "./words";

interface State {
  readonly text: string;
  readonly what: string;
  readonly found: Items | null;
  readonly one: Whole | null;
}

const TYPING_MS = 200;

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new ItemsPage(host, ctx, id);
  return { close: () => page.close() };
}

class ItemsPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;
  #typing = 0;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    const known = ["doubt", "inspection", "ended", "vehicles"].includes(id ?? "");
    this.#board = new Board<State>(host, { text: "", what: known ? (id ?? "all") : "all", found: null, one: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic.startsWith("product.") && this.#again()));
    if (id !== null && !known) void this.#open(id);
    else void this.#load();
  }

  close(): void {
    clearTimeout(this.#typing);
    this.#stop();
  }

  #again(): void {
    const { one } = this.#board.state;
    if (one === null) void this.#load();
  }

  async #load(after?: string): Promise<void> {
    const { text, what, found } = this.#board.state;
    try {
      const query = new URLSearchParams({ text, what, ...(after === undefined ? {} : { after }) });
      const page = await this.#ctx.ask<Items>("GET", `/service/items?${query.toString()}`);
      if (text !== this.#board.state.text || what !== this.#board.state.what) return;
      this.#board.change({ found: after === undefined || found === null ? page : { ...page, items: [...found.items, ...page.items] } });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  async #open(id: string): Promise<void> {
    try {
      this.#board.change({ one: await this.#ctx.ask<Whole>("GET", `/service/items/${id}`) });
    } catch (error) {
      this.#ctx.failed(error);
      void this.#load();
    }
  }

  readonly #made = (one: Whole): void => {
    this.#ctx.toast(t("Done, and written in the log."), "ok");
    this.#ctx.changed();
    this.#board.change({ one });
  };

  #sure(title: string, words: string, yes: string, path: string, then: () => void): void {
    sureDialog(title, words, yes, () => refusedOf(async () => { await this.#ctx.ask("POST", path, {}); this.#ctx.changed(); then(); }));
  }

  #draw(state: State): Part {
    return state.one === null ? this.#list(state) : this.#whole(state.one);
  }

  // --- the list ---

  #list({ text, what, found }: State): Part {
    const filters: readonly [string, string][] = [["all", t("All")], ["doubt", t("In doubt")], ["inspection", t("Inspection due")], ["ended", t("Warranty ended")], ["vehicles", t("Vehicles")]];
    const typed = (event: Event): void => {
      this.#board.change({ text: (event.target as HTMLInputElement).value });
      clearTimeout(this.#typing);
      this.#typing = window.setTimeout(() => void this.#load(), TYPING_MS);
    };
    return html`<div class="title"><div><h1>${t("Products on record")}</h1><p class="mute measure">${t("What was sold to whom, with its warranty. What is in doubt carries a number that is another customer’s.")}</p></div>
        ${found?.may_change ? button(t("Put on record"), () => void this.#new(), { icon: "plus", kind: "primary", id: "new-item" }) : nothing}</div>
      <div class="items-look"><input class="input" type="search" id="look" aria-label=${t("Number, plate or product")} placeholder=${t("Number, plate or product")} .value=${text} @input=${typed}>
        <div class="row wrap" role="group" aria-label=${t("Show")}>${filters.map(([code, words]) => html`<button type="button" class="btn small ${code === what ? "primary" : ""}" aria-pressed=${code === what ? "true" : "false"} @click=${() => { this.#board.change({ what: code, found: null }); void this.#load(); }}>${words}</button>`)}</div></div>
      <section class="card" aria-label=${t("Products on record")}>${found === null ? skeleton(5, t("Loading")) : found.items.length === 0 ? empty(t("Nothing found"), text === "" ? t("What is registered by a form or by you stands here.") : t("Try the beginning of the number."), "list")
        : html`<ul class="items">${repeat(found.items, ({ id }) => id, (item) => this.#line(item))}</ul>${found.more ? html`<div class="row pad">${button(t("Show more"), () => void this.#load(found.items.at(-1)?.id), { id: "more" })}</div>` : nothing}`}</section>`;
  }

  async #new(): Promise<void> {
    try {
      newItem(this.#ctx, await this.#ctx.ask<Catalogue>("GET", "/service/products"), this.#made);
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #line(item: Item): Part {
    return html`<li>${tile(item.doubt ? "alarm" : item.model.kind === "camera_unit" ? "camera" : "wrench", item.doubt ? "warn" : "")}<div class="body">
      <a class="strong" href="/service/items/${item.id}" @click=${(event: Event) => { event.preventDefault(); this.#ctx.go("items", item.id); }}>${item.model.title}</a> <span class="mono">${numberOf(item)}</span>
      <div class="small mute">${item.anonymised ? t("forgotten: its owner’s time is over") : `${whoName(item.customer)}${item.customer?.city ? `, ${item.customer.city}` : ""}`}</div>
      <div class="row wrap">${item.doubt ? pill(t("in doubt"), "warn") : nothing}${item.scrapped_ms === null ? warrantyPill(item) : pill(t("scrapped"))}${item.inspection_on === null ? nothing : pill(t("inspection {day}", { day: dayOf(item.inspection_on) }))}</div></div></li>`;
  }

  // --- one ---

  #whole(one: Whole): Part {
    const vehicle = one.model.kind === "vehicle";
    const may = one.may_change && !one.anonymised && one.scrapped_ms === null;
    const facts: readonly [string, string][] = [
      [t("Kind"), kindName(one.model.kind)], [t("Serial number"), one.serial], [t("Number plate"), one.plate], [t("Vehicle identification number"), one.vin],
      [t("Mileage in km"), one.mileage === null ? "" : number(one.mileage)], [t("Inspection due on"), dayOf(one.inspection_on)],
      [t("Bought on"), dayOf(one.purchased_on)], [t("Where"), one.shop], [t("On record since"), day(one.registered_ms)], [t("Kept until"), dayOf(one.life_until)],
    ];
    return html`<div class="title"><div><p>${link(t("All products"), "/service/items", { small: true, icon: "back", kind: "quiet" })}</p><h1>${one.model.title}</h1>
        <div class="row wrap">${warrantyPill(one)}${one.scrapped_ms === null ? nothing : pill(t("scrapped"))}${one.anonymised ? pill(t("forgotten: its owner’s time is over")) : nothing}</div></div>
        ${may ? html`<div class="row wrap">${vehicle ? button(t("Read the mileage"), () => readMileage(this.#ctx, one, this.#made), { id: "mileage-button" }) : nothing}${button(t("Change"), () => changeItem(this.#ctx, one, this.#made), { id: "change" })}</div>` : nothing}</div>
      ${one.doubts === null ? nothing : this.#doubt(one, one.doubts)}
      ${one.rivals.map((rival) => note(html`${t("{name} registered the same number on {day}.", { name: whoName(rival.customer), day: day(rival.registered_ms) })} <a href="/service/items/${rival.id}">${t("Decide")}</a>`, "warn"))}
      <div class="items-two"><section class="card pad stack" aria-labelledby="facts"><h2 id="facts">${t("What is known")}</h2><dl class="facts">${facts.filter(([, value]) => value !== "").map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
        ${may ? html`<div class="row wrap">${button(t("It exists no longer"), () => this.#sure(t("Is it scrapped?"), t("It stays on record until its time is over, and forms and orders offer it no longer."), t("It exists no longer"), `/service/items/${one.id}/scrap`, () => void this.#open(one.id)), { small: true, kind: "quiet" })}</div>` : nothing}</section>
      <section class="card pad stack" aria-labelledby="owners"><header class="row apart"><h2 id="owners">${t("Owners")}</h2>${may && one.doubts === null ? button(t("Another owner"), () => handOn(this.#ctx, one, this.#made), { small: true, id: "hand-on" }) : nothing}</header>
        ${one.owners.length === 0 ? html`<p class="mute">${t("nobody on record")}</p>` : html`<ol class="owners">${one.owners.map((owner) => html`<li>${owner.customer === null ? t("nobody on record") : html`<a href="/service/customers/${owner.customer.id}">${whoName(owner.customer)}</a>`} <span class="small mute">${owner.until === null ? t("since {day}", { day: dayOf(owner.since) }) : t("{from} to {until}", { from: dayOf(owner.since), until: dayOf(owner.until) })}</span></li>`)}</ol>`}</section></div>
      ${one.model.kind === "camera_unit" ? this.#unit(one, one.unit, may) : nothing}`;
  }

  #doubt(one: Whole, known: Item): Part {
    return note(html`<div class="stack tight"><p>${t("{new} registered this number, which is on record as {known}’s. Nobody was told that.", { new: whoName(one.customer), known: whoName(known.customer) })}</p>
      ${one.may_change ? html`<div class="row wrap">${button(t("It changed hands"), () => this.#sure(t("It is {name}’s now?", { name: whoName(one.customer) }), t("The product goes over to him, with its history."), t("It changed hands"), `/service/items/${one.id}/transfer`, () => void this.#open(known.id)), { small: true, kind: "primary", id: "believe" })}
        ${button(t("It is a mistake"), () => this.#sure(t("Drop this registration?"), t("The product stays {name}’s.", { name: whoName(known.customer) }), t("It is a mistake"), `/service/items/${one.id}/dismiss`, () => this.#ctx.go("items", "doubt")), { small: true, id: "dismiss" })}</div>` : nothing}</div>`, "warn");
  }

  #unit(one: Whole, unit: Unit | null, may: boolean): Part {
    const now = this.#ctx.nowMs();
    return html`<section class="card pad stack" aria-labelledby="unit-title"><h2 id="unit-title">${t("Its life on a site")}</h2>${unit === null
      ? html`<p class="mute">${t("It is not said yet which camera unit this is.")}</p>${may ? html`<div class="row">${button(t("Which camera unit is it?"), () => void linkUnit(this.#ctx, one, this.#made).catch((error: unknown) => this.#ctx.failed(error)), { small: true, id: "link-unit" })}</div>` : nothing}`
      : html`<dl class="facts"><div><dt>${t("Camera unit")}</dt><dd>${unit.name}</dd></div><div><dt>${t("Site")}</dt><dd>${unit.site}</dd></div><div><dt>${t("There since")}</dt><dd>${day(unit.paired_ms)}</dd></div>
        <div><dt>${t("Last heard of")}</dt><dd>${unit.seen_ms === null ? t("never") : when(unit.seen_ms, now)}</dd></div><div><dt>${t("Software")}</dt><dd>${unit.software}</dd></div>${unit.removed_ms === null ? nothing : html`<div><dt>${t("Taken away")}</dt><dd>${day(unit.removed_ms)}</dd></div>`}</dl>`}</section>`;
  }
}
