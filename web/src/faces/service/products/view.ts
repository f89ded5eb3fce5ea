// SPDX-License-Identifier: EUPL-1.2
// The catalogue: what is sold, for how long it is under warranty, and how long it lives.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { field } from "../../../kit/form";
import { button, empty, pill, skeleton } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { number, t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { formDialog } from "../../settings/dialogs";
import type { Catalogue, Model } from "../items/types";
import { KINDS, kindName } from "../items/words";
import type { Ctx, Mounted } from "../pages";

interface State {
  readonly all: Catalogue | null;
  readonly text: string;
}

export function mount(host: HTMLElement, ctx: Ctx): Mounted {
  const load = async (): Promise<void> => {
    try {
      board.change({ all: await ctx.ask<Catalogue>("GET", "/service/products") });
    } catch (error) {
      ctx.failed(error);
    }
  };
  const saved = (): void => {
    ctx.toast(t("Done, and written in the log."), "ok");
    void load();
  };
  const board: Board<State> = new Board<State>(host, { all: null, text: "" }, (state) => draw(ctx, state, (text) => board.change({ text }), saved));
  void load();
  return { close: () => undefined };
}

function draw(ctx: Ctx, { all, text }: State, typed: (text: string) => void, saved: () => void): Part {
  const rows = (all?.products ?? []).filter((one) => one.title.toLowerCase().includes(text.trim().toLowerCase()));
  const may = all?.may_change ?? false;
  return html`<div class="title"><div><h1>${t("Catalogue")}</h1><p class="mute measure">${t("What you sell and service. Forms let people choose from it; warranty and life count from the day of purchase.")}</p></div>
      ${may ? button(t("Add a product"), () => change(ctx, null, saved), { icon: "plus", kind: "primary", id: "new-model" }) : nothing}</div>
    <div class="items-look"><input class="input" type="search" id="look" aria-label=${t("Brand, name or type")} placeholder=${t("Brand, name or type")} .value=${text} @input=${(event: Event) => typed((event.target as HTMLInputElement).value)}></div>
    <div class="card">${all === null ? skeleton(5, t("Loading")) : table(t("Catalogue"), [
      { title: t("Product"), cell: (one: Model) => html`<b>${one.brand} ${one.name}</b> ${one.retired ? pill(t("sold no longer")) : nothing}<div class="faint small">${one.type_number}</div>` },
      { title: t("Kind"), cell: (one: Model) => kindName(one.kind) },
      { title: t("Warranty"), cell: (one: Model) => t("{n} months", { n: one.warranty_months }), numeric: true },
      { title: t("Life"), cell: (one: Model) => t("{n} months", { n: one.life_months }), numeric: true },
      { title: t("On record"), cell: (one: Model) => number(one.things ?? 0), numeric: true },
      { title: t("Change"), cell: (one: Model) => (may ? html`<div class="row wrap">${button(t("Change"), () => change(ctx, one, saved), { small: true, kind: "quiet" })}${button(one.retired ? t("Sell again") : t("Sell no longer"), () => void retire(ctx, one, saved), { small: true, kind: "quiet" })}</div>` : nothing) },
    ], rows, ({ id }) => id, empty(t("Nothing in it yet"), t("Add what you sell, or have it read in with your customers."), "list"))}</div>`;
}

async function retire(ctx: Ctx, one: Model, saved: () => void): Promise<void> {
  try {
    await ctx.ask("POST", `/service/products/${one.id}/retire`, { retired: !one.retired });
    saved();
  } catch (error) {
    ctx.failed(error);
  }
}

function change(ctx: Ctx, was: Model | null, saved: () => void): void {
  const first = {
    kind: was?.kind ?? "appliance", brand: was?.brand ?? "", name: was?.name ?? "", type_number: was?.type_number ?? "",
    warranty_months: String(was?.warranty_months ?? 24), life_months: String(was?.life_months ?? 120),
  };
  formDialog(was === null ? t("Add a product") : was.title, first, (page) => html`
    <div class="field"><label for="kind">${t("Kind")}</label><select class="input" id="kind" @change=${(event: Event) => page.set({ kind: (event.target as HTMLSelectElement).value })}>${KINDS.map((kind) => html`<option value=${kind} ?selected=${kind === page.said.kind}>${kindName(kind)}</option>`)}</select></div>
    ${field("brand", t("Brand"), { value: page.said.brand, maxlength: 80, input: (brand) => page.set({ brand }), ...page.error("brand") })}
    ${field("model-name", t("Name"), { value: page.said.name, maxlength: 120, input: (name) => page.set({ name }), ...page.error("name") })}
    ${field("type", t("Type number"), { value: page.said.type_number, maxlength: 60, input: (type_number) => page.set({ type_number }), ...page.error("type_number") })}
    ${field("warranty", t("Warranty in months"), { value: page.said.warranty_months, maxlength: 3, hint: t("The law gives a consumer 24 at least."), input: (warranty_months) => page.set({ warranty_months }), ...page.error("warranty_months") })}
    ${field("life", t("Life in months"), { value: page.said.life_months, maxlength: 3, hint: t("For so long earlier orders of it are found again."), input: (life_months) => page.set({ life_months }), ...page.error("life_months") })}`, {
    save: t("Save"), fields: ["brand", "name", "type_number", "warranty_months", "life_months"],
    check: (said) => ({
      ...(/^\d+$/.test(said.warranty_months.trim()) ? {} : { warranty_months: t("Write a number.") }), ...(/^\d+$/.test(said.life_months.trim()) ? {} : { life_months: t("Write a number.") }),
    }) as Record<string, string>,
    send: (said) => refusedOf(async () => {
      await ctx.ask(was === null ? "POST" : "PUT", was === null ? "/service/products" : `/service/products/${was.id}`, { ...said, warranty_months: Number(said.warranty_months), life_months: Number(said.life_months) });
      saved();
    }),
  });
}
