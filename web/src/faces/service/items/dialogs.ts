// SPDX-License-Identifier: EUPL-1.2
// Putting a thing on record, changing what is known of it, handing it on.
import { html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import type { Ctx } from "../pages";
import type { Catalogue, Item, Model, Unit, Whole, Who } from "./types";
import { whoName } from "./words";

interface Said {
  readonly model: string;
  readonly serial: string;
  readonly purchased_on: string;
  readonly shop: string;
  readonly plate: string;
  readonly vin: string;
  readonly mileage: string;
  readonly inspection_on: string;
  readonly customer: Who | null;
}

const FIELDS = ["model", "serial", "purchased_on", "shop", "plate", "vin", "mileage", "inspection_on", "customer"];

const body = (said: Said): object => ({
  serial: said.serial, purchased_on: said.purchased_on || null, shop: said.shop, plate: said.plate, vin: said.vin,
  mileage: said.mileage.trim() === "" ? null : Number(said.mileage.replaceAll(/\D/g, "")), inspection_on: said.inspection_on || null,
});

/** Somebody of the tenant's customers, found by what is typed. */
export function whoField(ctx: Ctx, chosen: Who | null, choose: (who: Who | null) => void, error?: string): Part {
  let waiting = 0;
  const found = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    const list = input.list;
    clearTimeout(waiting);
    waiting = window.setTimeout(() => {
      void ctx.ask<{ customers: readonly Who[] }>("GET", `/service/customers?text=${encodeURIComponent(input.value)}`).then(({ customers }) => {
        if (list === null) return;
        list.replaceChildren(...customers.slice(0, 12).map((one) => Object.assign(document.createElement("option"), { value: `${one.number} · ${one.name}`, label: one.city })));
        const match = customers.find((one) => `${one.number} · ${one.name}` === input.value);
        choose(match ?? null);
      }, (problem: unknown) => ctx.failed(problem));
    }, 180);
  };
  return html`<div class="field"><label for="who">${t("Customer")}</label>
    <input class="input" id="who" name="who" list="who-list" autocomplete="off" .value=${chosen === null ? "" : `${chosen.number} · ${chosen.name}`} aria-describedby="who-hint" aria-invalid=${error === undefined ? "false" : "true"} @input=${found}>
    <datalist id="who-list"></datalist><div class="hint" id="who-hint">${t("Type a name, number, place or e-mail address, and choose.")}</div>${error === undefined ? nothing : html`<div class="error" role="alert">${error}</div>`}</div>`;
}

function things(page: { readonly said: Said; set: (part: Partial<Said>) => void; error: (name: string) => { error?: string } }, vehicle: boolean): Part {
  const { said, set, error } = page;
  if (vehicle) {
    return html`${field("plate", t("Number plate"), { value: said.plate, maxlength: 14, input: (plate) => set({ plate }), ...error("plate") })}
      ${field("vin", t("Vehicle identification number"), { value: said.vin, maxlength: 24, hint: t("Seventeen letters and figures."), input: (vin) => set({ vin }), ...error("vin") })}
      ${field("mileage", t("Mileage in km"), { value: said.mileage, maxlength: 9, input: (mileage) => set({ mileage }), ...error("mileage") })}
      ${field("inspection", t("Inspection due on"), { value: said.inspection_on, type: "date", input: (inspection_on) => set({ inspection_on }), ...error("inspection_on") })}
      ${field("bought", t("Bought on"), { value: said.purchased_on, type: "date", input: (purchased_on) => set({ purchased_on }), ...error("purchased_on") })}`;
  }
  return html`${field("serial", t("Serial number"), { value: said.serial, maxlength: 60, input: (serial) => set({ serial }), ...error("serial") })}
    ${field("bought", t("Bought on"), { value: said.purchased_on, type: "date", hint: t("The warranty runs from this day."), input: (purchased_on) => set({ purchased_on }), ...error("purchased_on") })}
    ${field("shop", t("Where"), { value: said.shop, maxlength: 120, input: (shop) => set({ shop }), ...error("shop") })}`;
}

const blank: Said = { model: "", serial: "", purchased_on: "", shop: "", plate: "", vin: "", mileage: "", inspection_on: "", customer: null };

export function newItem(ctx: Ctx, catalogue: Catalogue, made: (item: Whole) => void): void {
  const models = catalogue.products.filter((one) => !one.retired);
  const modelOf = (id: string): Model | undefined => models.find((one) => one.id === id);
  formDialog<Said>(t("Put a product on record"), blank, (page) => html`
    <div class="field"><label for="model">${t("Product")}</label><select class="input" id="model" @change=${(event: Event) => page.put({ model: (event.target as HTMLSelectElement).value })} aria-invalid=${page.error("model").error === undefined ? "false" : "true"}>
      <option value="">${t("Choose from the catalogue")}</option>${models.map((one) => html`<option value=${one.id} ?selected=${one.id === page.said.model}>${one.title}</option>`)}</select>${page.error("model").error === undefined ? nothing : html`<div class="error" role="alert">${page.error("model").error}</div>`}</div>
    ${things(page, modelOf(page.said.model)?.kind === "vehicle")}
    ${whoField(ctx, page.said.customer, (customer) => page.set({ customer }), page.error("customer").error)}`, {
    save: t("Put on record"), fields: FIELDS,
    check: (said) => (said.model === "" ? { model: t("Choose a product.") } : {}) as Record<string, string>,
    send: (said) => refusedOf(async () => made(await ctx.ask<Whole>("POST", "/service/items", { ...body(said), model_id: said.model, customer_id: said.customer?.id ?? null }))),
  });
}

export function changeItem(ctx: Ctx, item: Item, made: (item: Whole) => void): void {
  const first: Said = {
    ...blank, serial: item.serial, purchased_on: item.purchased_on ?? "", shop: item.shop, plate: item.plate, vin: item.vin,
    mileage: item.mileage === null ? "" : String(item.mileage), inspection_on: item.inspection_on ?? "",
  };
  formDialog<Said>(item.model.title, first, (page) => things(page, item.model.kind === "vehicle"), {
    save: t("Save"), fields: FIELDS, send: (said) => refusedOf(async () => made(await ctx.ask<Whole>("PUT", `/service/items/${item.id}`, body(said)))),
  });
}

export function readMileage(ctx: Ctx, item: Item, made: (item: Whole) => void): void {
  formDialog(t("Read the mileage"), { mileage: "", inspection_on: item.inspection_on ?? "" }, (page) => html`
    ${field("mileage", t("Mileage in km"), { value: page.said.mileage, maxlength: 9, hint: item.mileage === null ? "" : t("It was {n} the last time.", { n: item.mileage }), input: (mileage) => page.set({ mileage }), ...page.error("mileage") })}
    ${field("inspection", t("Inspection due on"), { value: page.said.inspection_on, type: "date", input: (inspection_on) => page.set({ inspection_on }) })}`, {
    save: t("Save"), fields: ["mileage"],
    check: (said) => (/\d/.test(said.mileage) ? {} : { mileage: t("Write a number.") }) as Record<string, string>,
    send: (said) => refusedOf(async () => made(await ctx.ask<Whole>("POST", `/service/items/${item.id}/mileage`, { mileage: Number(said.mileage.replaceAll(/\D/g, "")), inspection_on: said.inspection_on || null }))),
  });
}

export function handOn(ctx: Ctx, item: Item, made: (item: Whole) => void): void {
  formDialog(t("Another owner"), { customer: null as Who | null, since: "" }, (page) => html`
    <p class="mute">${t("It is {name}’s now; that stays in its history.", { name: whoName(item.customer) })}</p>
    ${whoField(ctx, page.said.customer, (customer) => page.set({ customer }), page.error("customer").error)}
    ${field("since", t("Since"), { value: page.said.since, type: "date", input: (since) => page.set({ since }) })}`, {
    save: t("Hand on"), fields: ["customer"],
    check: (said) => (said.customer === null ? { customer: t("Choose a customer in the list.") } : {}) as Record<string, string>,
    send: (said) => refusedOf(async () => made(await ctx.ask<Whole>("POST", `/service/items/${item.id}/transfer`, { customer_id: said.customer?.id ?? null, since: said.since || null }))),
  });
}

export async function linkUnit(ctx: Ctx, item: Item, made: (item: Whole) => void): Promise<void> {
  const units = await ctx.ask<readonly Unit[]>("GET", "/service/items/units");
  formDialog(t("Which camera unit is it?"), { unit: "" }, (page) => html`
    <p class="mute">${t("Then its service and its life on a site are one story.")}</p>
    <div class="field"><label for="unit">${t("Camera unit")}</label><select class="input" id="unit" @change=${(event: Event) => page.set({ unit: (event.target as HTMLSelectElement).value })}><option value="">${units.length === 0 ? t("No unit is free") : t("Choose one")}</option>${units.map((one) => html`<option value=${one.id}>${one.name} · ${one.site}</option>`)}</select></div>`, {
    save: t("Link"), fields: [], check: (said) => (said.unit === "" ? { unit: t("Choose one.") } : {}) as Record<string, string>,
    send: (said) => refusedOf(async () => made(await ctx.ask<Whole>("POST", `/service/items/${item.id}/unit`, { unit_id: said.unit }))),
  });
}
