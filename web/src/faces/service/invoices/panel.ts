// SPDX-License-Identifier: EUPL-1.2
// The card of an order's invoices: made of its work and parts in one press, without partners.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { button, skeleton } from "../../../kit/pieces";
import { t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import type { Ctx, Mounted } from "../pages";
import type { Invoice, Listed } from "./types";
import { money, standing } from "./words";

interface State {
  readonly listed: Listed | null;
  readonly busy: boolean;
}

export function mount(host: HTMLElement, ctx: Ctx, orderId: string): Mounted {
  const board = new Board<State>(host, { listed: null, busy: false }, draw);
  const load = async (): Promise<void> => {
    const refused = await refusedOf(async () => board.change({ listed: await ctx.ask<Listed>("GET", `/invoices?order_id=${orderId}`) }));
    if (refused !== null) board.change({ listed: null });
  };
  const make = async (): Promise<void> => {
    board.change({ busy: true });
    const refused = await refusedOf(async () => {
      const made = await ctx.ask<Invoice>("POST", `/invoices-of-order/${orderId}`, {});
      ctx.go("invoices", made.id);
    });
    board.change({ busy: false });
    if (refused !== null) ctx.toast(refused.message, "alarm");
  };

  function draw({ listed, busy }: State): Part {
    if (listed === null) return skeleton(2, t("Loading"));
    return html`<section class="card pad stack" id="order-invoices"><h2>${t("Invoices")}</h2>
      ${listed.invoices.length === 0 ? html`<p class="mute">${t("No invoice is made of this order yet.")}</p>` : html`<ul class="stack tight">${listed.invoices.map((one) => html`<li class="row"><a href="/service/invoices/${one.id}">${one.number === "" ? t("draft") : one.number}</a> ${money(one.total_cents, one.currency)} ${standing(one, listed.today)}</li>`)}</ul>`}
      ${listed.may.write ? html`<div class="row">${button(t("Make an invoice"), () => void make(), { small: true, icon: "plus", busy, id: "order-to-invoice", hint: t("With the work and parts of the order; what the warranty covers costs nothing.") })}</div>` : nothing}</section>`;
  }

  const stop = ctx.events((topic) => void (topic === "invoice.changed" && load()));
  void load();
  return { close: stop };
}
