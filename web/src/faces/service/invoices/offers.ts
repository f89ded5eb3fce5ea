// SPDX-License-Identifier: EUPL-1.2
// Offers: made, sent, answered, and made into an invoice.
import { Board, html, nothing, type Part } from "../../../kit/dom";
import { keepAnswer } from "../../../kit/leaving";
import { button, empty, skeleton } from "../../../kit/pieces";
import { table } from "../../../kit/table";
import { language, t } from "../../../kit/words";
import { refusedOf } from "../../report_dialog";
import { sureDialog, type Refused } from "../../settings/dialogs";
import type { Ctx, Mounted } from "../pages";
import { inDays } from "../../settings/fields";
import { body, editor, emptyPaper, wrongLine, type Said } from "./editor";
import type { Invoice, Offer, OfferBrief, Terms } from "./types";
import { categoryWords, dayOf, money, offerStanding, unitWords } from "./words";

interface State {
  readonly offers: readonly OfferBrief[] | null;
  readonly today: string;
  readonly terms: Terms | null;
  readonly one: Offer | null;
  readonly said: Said | null;
  readonly busy: string;
  readonly refused: Refused | null;
}

export function mount(host: HTMLElement, ctx: Ctx, id: string | null): Mounted {
  const page = new OffersPage(host, ctx, id);
  return { close: () => page.close(), route: (next) => page.route(next) };
}

class OffersPage {
  readonly #ctx: Ctx;
  readonly #board: Board<State>;
  readonly #stop: () => void;
  #id: string | null;

  constructor(host: HTMLElement, ctx: Ctx, id: string | null) {
    this.#ctx = ctx;
    this.#id = id;
    this.#board = new Board<State>(host, { offers: null, today: "", terms: null, one: null, said: null, busy: "", refused: null }, (state) => this.#draw(state));
    this.#stop = ctx.events((topic) => void (topic === "offer.changed" && this.#board.state.said === null && this.#load()));
    void this.#load();
  }

  close(): void {
    this.#stop();
  }

  route(id: string | null): void {
    this.#id = id;
    this.#board.change({ one: null, said: null, refused: null });
    void this.#load();
  }

  async #load(): Promise<void> {
    try {
      const terms = this.#board.state.terms ?? (await this.#ctx.ask<Terms>("GET", "/invoice-terms"));
      if (this.#id === "new") this.#board.change({ terms, said: this.#board.state.said ?? emptyPaper(terms, language) });
      else if (this.#id !== null) this.#board.change({ terms, one: await this.#ctx.ask<Offer>("GET", `/offers/${this.#id}`) });
      else this.#board.change({ terms, one: null, ...(await this.#ctx.ask<{ offers: readonly OfferBrief[]; today: string }>("GET", "/offers")) });
    } catch (error) {
      this.#ctx.failed(error);
    }
  }

  #draw(state: State): Part {
    const { said, terms, one, busy, refused } = state;
    if (said !== null && terms !== null) {
      return html`<div class="title"><div><h1>${one === null ? t("New offer") : t("Offer {number}", { number: one.number })}</h1></div></div>
        ${editor(terms, { said, what: "offer", busy: busy === "save", refused, put: (part) => this.#board.change({ said: { ...this.#board.state.said!, ...part }, refused: null }), save: () => void this.#save(), cancel: () => { this.#board.change({ said: null, refused: null }); if (this.#id === "new") this.#ctx.go("offers"); } })}`;
    }
    if (this.#id !== null) return one === null ? skeleton(6, t("Loading")) : this.#whole(one, busy);
    return this.#list(state);
  }

  #list({ offers, today }: State): Part {
    return html`<div class="title"><div><h1>${t("Offers")}</h1><p class="mute measure">${t("What you offered, and what became of it. An offer is no record of the books: it goes by its own term.")}</p></div>
      ${button(t("New offer"), () => this.#ctx.go("offers", "new"), { kind: "primary", icon: "plus", id: "new-offer" })}</div>
      ${offers === null ? skeleton(5, t("Loading")) : table(t("Offers"), [
        { title: t("Number"), cell: (one) => html`<a href="/service/offers/${one.id}" @click=${(event: Event) => { event.preventDefault(); this.#ctx.go("offers", one.id); }}>${one.number}</a>` },
        { title: t("For whom"), cell: (one) => html`${one.name}${one.subject === "" ? nothing : html`<div class="mute small">${one.subject}</div>`}` },
        { title: t("Valid until"), cell: (one) => dayOf(one.valid_until) },
        { title: t("State"), cell: (one) => offerStanding(one, today) },
        { title: t("Amount"), numeric: true, cell: (one) => money(one.total_cents, one.currency) },
      ], offers, (one) => one.id, empty(t("No offer yet"), t("Make one; when it is accepted it becomes an invoice in one press."), "note"))}`;
  }

  #whole(one: Offer, busy: string): Part {
    const open = one.state === "open" || one.state === "sent";
    const today = inDays(this.#ctx.nowMs(), 0);
    return html`<p><a href="/service/offers" @click=${(event: Event) => { event.preventDefault(); this.#ctx.go("offers"); }}>${t("All offers")}</a></p>
      <div class="title"><div><h1>${t("Offer {number}", { number: one.number })}</h1><div class="row">${offerStanding(one, today)}</div></div><div class="row">
        ${button(t("PDF"), () => void this.#keep(one), { icon: "download", id: "paper" })}
        ${open ? html`${button(t("Change"), () => this.#edit(one), { kind: "quiet" })}${button(t("Send by e-mail"), () => void this.#act("send", `/offers/${one.id}/send`), { icon: "send", busy: busy === "send" })}
          ${button(t("Declined"), () => void this.#act("declined", `/offers/${one.id}/answered`, { state: "declined" }), { kind: "quiet", busy: busy === "declined" })}` : nothing}
        ${one.invoice_id === null && one.state !== "declined" ? button(t("Accepted: make the invoice"), () => void this.#invoice(one), { kind: "primary", busy: busy === "invoice", id: "to-invoice" }) : nothing}
        ${one.invoice_id === null ? button(t("Delete"), () => sureDialog(t("Delete this offer?"), t("Nothing of it stays."), t("Delete"), () => refusedOf(async () => { await this.#ctx.ask("POST", `/offers/${one.id}/delete`, {}); this.#ctx.go("offers"); })), { kind: "quiet" }) : nothing}</div></div>
      <section class="card"><div class="pad stack"><address>${[one.buyer.name, one.buyer.attention, one.buyer.street, `${one.buyer.postcode} ${one.buyer.city}`.trim()].filter(Boolean).map((line) => html`${line}<br>`)}</address>
        ${one.subject === "" ? nothing : html`<p>${one.subject}</p>`}
        ${table(t("Lines"), [
          { title: t("What"), cell: (line) => html`<span class="lines">${line.text}</span>` },
          { title: t("Quantity"), numeric: true, cell: (line) => `${line.quantity} ${unitWords(line.unit)}` },
          { title: t("VAT"), cell: (line) => categoryWords(line.category, line.rate) },
          { title: one.prices_with_vat ? t("Amount with VAT") : t("Amount"), numeric: true, cell: (line) => money(line.shown_cents ?? 0, one.currency) },
        ], one.lines, (line) => one.lines.indexOf(line), empty(t("No line yet"), t("Change the draft to write one."), "note"))}
        <p class="sum"><b>${t("{net} without VAT, {total} with it", { net: money(one.net_cents, one.currency), total: money(one.total_cents, one.currency) })}</b></p>
        ${one.invoice_id === null ? nothing : html`<p><a href="/service/invoices/${one.invoice_id}">${t("Its invoice")}</a></p>`}</div></section>`;
  }

  #edit(one: Offer): void {
    this.#board.change({ refused: null, said: { customer_id: one.customer_id, order_id: one.order_id ?? null, buyer: one.buyer, language: one.language, subject: one.subject, note: one.note, buyer_reference: "", purchase_order: "", delivered_on: null, payment_days: null, prices_with_vat: one.prices_with_vat, lines: one.lines } });
  }

  async #save(): Promise<void> {
    const { said, one } = this.#board.state;
    if (said === null) return;
    const wrong = wrongLine(said);
    if (wrong > 0) return this.#board.change({ refused: { message: t("A figure of line {n} is no number.", { n: wrong }), field: "" } });
    this.#board.change({ busy: "save", refused: null });
    let saved: Offer | null = null;
    const refused = await refusedOf(async () => {
      saved = one === null ? await this.#ctx.ask<Offer>("POST", "/offers", body(said)) : await this.#ctx.ask<Offer>("PUT", `/offers/${one.id}`, body(said));
    });
    this.#board.change({ busy: "", refused });
    if (refused !== null) return;
    this.#board.change({ said: null, one: saved });
    if (one === null) this.#ctx.go("offers", saved!.id);
  }

  async #act(name: string, path: string, said: unknown = {}): Promise<void> {
    this.#board.change({ busy: name });
    const refused = await refusedOf(async () => this.#board.change({ one: await this.#ctx.ask<Offer>("POST", path, said) }));
    this.#board.change({ busy: "" });
    if (refused !== null) this.#ctx.toast(refused.message, "alarm");
  }

  async #invoice(one: Offer): Promise<void> {
    this.#board.change({ busy: "invoice" });
    const refused = await refusedOf(async () => {
      const made = await this.#ctx.ask<Invoice>("POST", `/offers/${one.id}/invoice`, {});
      this.#ctx.go("invoices", made.id);
    });
    if (refused !== null) this.#ctx.toast(refused.message, "alarm");
    this.#board.change({ busy: "" });
  }

  async #keep(one: Offer): Promise<void> {
    try {
      await keepAnswer(await this.#ctx.session.api.request("GET", `/api/v1/offers/${one.id}/paper`, undefined));
    } catch (error) {
      this.#ctx.failed(error);
    }
  }
}
